// EchoServer: weir-echo on a free port of loopback, ready.
#pragma once

#include <string>
#include <vector>

#include "integration/server_program.hpp"

namespace weir::integration {

/// The command line of weir-echo with these flags.
[[nodiscard]] std::vector<std::string> echo_command(std::vector<std::string> flags);

class EchoServer : public ServerProgram {
 public:
  explicit EchoServer(std::vector<std::string> flags, Launch launch = {})
      : ServerProgram(echo_command(std::move(flags)), std::move(launch)) {}
};

}  // namespace weir::integration
