#include "integration/echo_server.hpp"

namespace weir::integration {

std::vector<std::string> echo_command(std::vector<std::string> flags) {
  flags.insert(flags.begin(), WEIR_ECHO_PROGRAM);
  return flags;
}

}  // namespace weir::integration
