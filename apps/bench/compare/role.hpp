// Role: what a contestant is to a reader of its figures.
//
//   weir     is judged
//   peer     a library, a language or a server that people choose instead: weir is judged by these
//   floor    a bare C loop that does nothing but echo: says how little it can cost, and is no rival
#pragma once

#include <string_view>

namespace weir::bench {

enum class Role { weir, peer, floor };

inline constexpr Role all_roles[] = {Role::weir, Role::peer, Role::floor};

// As files have it.
constexpr std::string_view name_of(Role role) {
  switch (role) {
    case Role::weir:
      return "weir";
    case Role::peer:
      return "peer";
    case Role::floor:
      return "floor";
  }
  return "";
}

// By the name of its program: those of weir's build begin with "weir-".
constexpr Role role_of(std::string_view program) {
  if (program.starts_with("weir-floor-")) return Role::floor;
  return program.starts_with("weir-") && !program.starts_with("weir-peer-") ? Role::weir
                                                                            : Role::peer;
}

}  // namespace weir::bench
