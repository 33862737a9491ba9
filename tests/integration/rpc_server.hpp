// RpcServer: weir-rpc on a free port of loopback, ready; and weir-call, which talks to it.
#pragma once

#include <string>
#include <vector>

#include "integration/server_program.hpp"

namespace weir::integration {

[[nodiscard]] std::vector<std::string> rpc_command(std::vector<std::string> flags);
[[nodiscard]] std::vector<std::string> call_command(std::vector<std::string> arguments);

class RpcServer : public ServerProgram {
 public:
  explicit RpcServer(std::vector<std::string> flags = {}, Launch launch = {})
      : ServerProgram(rpc_command(std::move(flags)), std::move(launch)) {}
};

/// What weir-call said and how it ended.
struct CallResult {
  int status = -1;
  std::string out;
  std::string err;
};
[[nodiscard]] CallResult call(std::vector<std::string> arguments);

}  // namespace weir::integration
