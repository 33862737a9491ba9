// The clients of the conformance suite: nothing of the framework is in them, but for the test
// kit's.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "support/sockets.hpp"

namespace weir::test {

/// The peer's side of a connection. What waits does so within `patience`, else it throws.
class Client {
 public:
  virtual ~Client() = default;

  virtual void send(std::string_view bytes) = 0;
  /// As much as goes without waiting.
  [[nodiscard]] virtual std::size_t send_some(std::string_view bytes) = 0;
  [[nodiscard]] virtual std::string read(std::size_t size) = 0;
  [[nodiscard]] virtual Rest read_to_end() = 0;
  /// Sends and reads at the same time, in small pieces whose sizes follow from `seed`.
  [[nodiscard]] virtual std::string exchange(std::string_view out, std::size_t expected,
                                             unsigned seed) = 0;
  /// Sends no more; reading goes on.
  virtual void end() = 0;
  virtual void close() = 0;
  virtual void reset() = 0;
};

/// A blocking socket: a stream, or packets. A `receive_buffer` of 0 is what the kernel chooses.
[[nodiscard]] std::unique_ptr<Client> connect_plainly(const SocketAddress& address,
                                                      int receive_buffer);
/// OpenSSL on a socket; it verifies nothing. Its end is close_notify.
[[nodiscard]] std::unique_ptr<Client> connect_by_tls(const SocketAddress& address,
                                                     int receive_buffer);

}  // namespace weir::test
