// ServerProgram: one of weir's servers on a free port of loopback, ready.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "integration/client.hpp"
#include "integration/program.hpp"
#include "weir/core/socket_address.hpp"

namespace weir::integration {

/// Where a ready line, "listening on tcp://127.0.0.1:7000", says that it listens.
[[nodiscard]] SocketAddress address_in(std::string_view ready_line);

class ServerProgram {
 public:
  /// Listens on tcp://127.0.0.1:0 when `command` says nothing of --listen. `launch` without a
  /// command.
  explicit ServerProgram(std::vector<std::string> command, Launch launch = {});

  [[nodiscard]] Program& program() { return program_; }
  [[nodiscard]] const SocketAddress& address() const { return address_; }
  /// "tcp://127.0.0.1:43210"
  [[nodiscard]] std::string endpoint() const;
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
