#include "compare/contestant.hpp"

#include <unistd.h>

#include <utility>

#include "system/run.hpp"

namespace weir::bench {
Programs::Programs() : folder_(programs_directory()) {}

std::optional<std::string> Programs::built(std::string_view name) const {
  const std::string path = (folder_ / name).string();
  if (::access(path.c_str(), X_OK) != 0) return std::nullopt;
  return path;
}

std::optional<std::string> Programs::installed(const std::string& name) {
  // Those of daemons, which not everybody's PATH has.
  return find_program(name, "/usr/local/sbin:/usr/sbin:/sbin");
}

Contestant Programs::of_build(std::string name, std::string_view program, Command arguments) const {
  Contestant contestant{.name = std::move(name), .role = role_of(program)};
  if (const auto path = built(program)) {
    contestant.command = {*path};
    contestant.command.insert(contestant.command.end(), arguments.begin(), arguments.end());
  } else {
    contestant.missing = std::string(program) + " is not built";
  }
  return contestant;
}

Contestant Programs::of_system(std::string name, const std::string& program,
                               std::function<Command(std::string path, Ports ports)> made) {
  Contestant contestant{.name = std::move(name)};
  if (auto path = installed(program)) {
    contestant.command_on = [path = *std::move(path), made = std::move(made)](Ports ports) {
      return made(path, ports);
    };
  } else {
    contestant.missing = program + " is not installed";
  }
  return contestant;
}

}  // namespace weir::bench
