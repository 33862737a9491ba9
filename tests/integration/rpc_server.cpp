#include "integration/rpc_server.hpp"

namespace weir::integration {

std::vector<std::string> rpc_command(std::vector<std::string> flags) {
  flags.insert(flags.begin(), WEIR_RPC_PROGRAM);
  return flags;
}

std::vector<std::string> call_command(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), WEIR_CALL_PROGRAM);
  return arguments;
}

CallResult call(std::vector<std::string> arguments) {
  Program program({.command = call_command(std::move(arguments))});
  const int status = program.wait().status;
  return {status, program.out(), program.err()};
}

}  // namespace weir::integration
