// ProxyServer: weir-proxy on a free port of loopback, ready, in front of these upstreams.
#pragma once

#include <string>
#include <vector>

#include "integration/server_program.hpp"

namespace weir::integration {

class ProxyServer : public ServerProgram {
 public:
  /// `upstreams` as --to takes them.
  ProxyServer(const std::string& upstreams, std::vector<std::string> flags);
};

}  // namespace weir::integration
