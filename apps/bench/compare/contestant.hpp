// Contestant: a server that takes part in a comparison, and what it takes to start it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compare/role.hpp"

namespace weir::bench {

using Command = std::vector<std::string>;

// What a server that says nothing is told.
struct Ports {
  std::uint16_t own = 0;     // where it is to listen
  std::uint16_t behind = 0;  // of the server behind it, where the plan has one
};

struct Contestant {
  std::string name;
  Role role = Role::peer;
  // It says "listening on tcp://127.0.0.1:PORT" on its standard output.
  Command command{};
  // Or, where it says nothing, it is given a free port, and asked until it answers there.
  std::function<Command(Ports ports)> command_on{};
  std::string missing{};  // why it cannot take part; empty where it can
};

// Where the programs are: beside weir-bench, or in the PATH and the folders of daemons.
class Programs {
 public:
  // The folder of this program.
  Programs();
  explicit Programs(std::filesystem::path folder) : folder_(std::move(folder)) {}

  const std::filesystem::path& folder() const { return folder_; }

  // The whole path, or nothing where there is no such program.
  std::optional<std::string> built(std::string_view name) const;
  static std::optional<std::string> installed(const std::string& name);

  // A program of the build with these arguments; where it was not built it is a missing one, and
  // says so.
  Contestant of_build(std::string name, std::string_view program, Command arguments) const;
  // One of the system's; `made` gets its path, and the ports.
  static Contestant of_system(std::string name, const std::string& program,
                              std::function<Command(std::string path, Ports ports)> made);

 private:
  std::filesystem::path folder_;
};

}  // namespace weir::bench
