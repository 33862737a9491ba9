#include "integration/proxy_server.hpp"

namespace weir::integration {

namespace {

std::vector<std::string> command_of(const std::string& upstreams, std::vector<std::string> flags) {
  flags.insert(flags.begin(), {WEIR_PROXY_PROGRAM, "--to", upstreams});
  return flags;
}

}  // namespace

ProxyServer::ProxyServer(const std::string& upstreams, std::vector<std::string> flags)
    : ServerProgram(command_of(upstreams, std::move(flags))) {}

}  // namespace weir::integration
