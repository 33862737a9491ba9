// Client: a TCP connection of the test's own, made of system calls alone: what the framework's
// servers are judged by shares no code with them. Waits at most for the safety limit.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "weir/core/socket_address.hpp"
#include "weir/io/descriptor.hpp"

namespace weir::integration {

class Client {
 public:
  /// Connects; throws when nobody listens there.
  explicit Client(const SocketAddress& server);

  [[nodiscard]] int descriptor() const { return socket_.get(); }

  void send(std::string_view bytes);
  /// Exactly so many; throws when the stream ends before.
  [[nodiscard]] std::string receive(std::size_t size);
  /// Sends `bytes`, and receives as many.
  [[nodiscard]] std::string echo(std::string_view bytes) {
    send(bytes);
    return receive(bytes.size());
  }
  /// The same for any number of bytes, in pieces of any size. Reads a little only when nothing more
  /// can be sent: what the server does not hand on lies in its memory, or is left with the kernel.
  [[nodiscard]] std::string echo_slowly(std::string_view bytes);
  /// The same for one byte, and what became of it.
  [[nodiscard]] bool is_served();

  /// No more is sent.
  void finish_sending() const;
  /// What still comes before the stream ends, in whichever way.
  std::string receive_all();
  /// Breaks the connection off: the peer sees ECONNRESET.
  void reset();

 private:
  /// Answers which of the poll(2) events have come.
  int wait_for(int events) const;

  Descriptor socket_;
};

/// Is there a listener on `address` of 127.0.0.1? Asks the kernel's table, without a connection.
[[nodiscard]] bool somebody_listens(const SocketAddress& address);

/// Until there is one, or none.
void wait_for_listener(const SocketAddress& address, bool listening);

/// Always the same ones for a size.
[[nodiscard]] std::string random_bytes(std::size_t size);

/// As many descriptors as the system allows; answers how many that are.
std::size_t raise_descriptor_limit();

}  // namespace weir::integration
