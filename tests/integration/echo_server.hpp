// EchoServer: weir-echo on a free port of loopback, ready.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "integration/client.hpp"
#include "integration/program.hpp"
#include "weir/core/socket_address.hpp"

namespace weir::integration {

/// The command line of weir-echo with these flags.
[[nodiscard]] std::vector<std::string> echo_command(std::vector<std::string> flags);

/// Where a ready line, "listening on tcp://127.0.0.1:7000", says that it listens.
[[nodiscard]] SocketAddress address_in(std::string_view ready_line);

class EchoServer {
 public:
  /// Listens on tcp://127.0.0.1:0 when `flags` say nothing of --listen. `launch` without a command.
  explicit EchoServer(std::vector<std::string> flags, Launch launch = {});

  [[nodiscard]] Program& program() { return program_; }
  [[nodiscard]] const SocketAddress& address() const { return address_; }
  [[nodiscard]] Client connect() const { return Client(address_); }

  /// After a signal: checks that it exits with 0, and answers its last line, the report.
  std::string report();
  /// The same after a SIGTERM of its own.
  std::string drain();

 private:
  Program program_;
  SocketAddress address_;
};

}  // namespace weir::integration
