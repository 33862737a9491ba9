// Plain blocking sockets, the peer's side of a test, and what else a test asks the system about.
// Every wait has a limit that no working framework comes near: when it passes, the call throws,
// and the test fails with a text that says what was waited for.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "weir/core/socket_address.hpp"
#include "weir/io/descriptor.hpp"

namespace weir::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

/// How long a wait may take before it counts as in vain.
inline constexpr std::chrono::seconds patience{sanitized ? 60 : 20};

/// `count`, or a tenth of it where everything is ten times slower.
[[nodiscard]] constexpr std::size_t scaled(std::size_t count) {
  return sanitized ? (count + 9) / 10 : count;
}

/// Something that a test waited for did not happen.
[[noreturn]] void in_vain(const std::string& what);

/// Runs `done` until it answers true; other threads get the processor in between.
template <class Condition>
void wait_until(const std::string& what, Condition done);

[[nodiscard]] SocketAddress loopback(std::uint16_t port = 0);

/// Listens on a free port of 127.0.0.1.
[[nodiscard]] Descriptor open_listener(int backlog = 128);
/// A free port of 127.0.0.1 where nobody listens, and that nobody else can take meanwhile.
[[nodiscard]] Descriptor reserve_port();
[[nodiscard]] SocketAddress address_of(const Descriptor& socket);
/// A connected blocking socket, TCP (with TCP_NODELAY) or Unix, whose reads and writes end after
/// `patience`. A `receive_buffer` of 0 is what the kernel chooses, up to dozens of megabytes.
[[nodiscard]] Descriptor connect_to(const SocketAddress& address, int receive_buffer = 0);
/// The two ends of a TCP connection: the first blocking, the second as a loop adopts it.
[[nodiscard]] std::pair<Descriptor, Descriptor> tcp_pair();
/// The same as a pair of unix sockets.
[[nodiscard]] std::pair<Descriptor, Descriptor> unix_pair();

void set_nonblocking(const Descriptor& socket);
void set_send_buffer(const Descriptor& socket, int bytes);

void send_all(const Descriptor& socket, std::string_view bytes);
/// As much as the kernel takes at once.
[[nodiscard]] std::size_t send_some(const Descriptor& socket, std::string_view bytes);
[[nodiscard]] std::string read_exactly(const Descriptor& socket, std::size_t size);

struct Rest {
  std::string bytes;
  bool reset = false;  // ended by a reset, not by the end of the stream
};
[[nodiscard]] Rest read_to_end(const Descriptor& socket);
/// Is there something to read, or the end?
[[nodiscard]] bool readable(const Descriptor& socket);
/// What is there now; nothing when there is nothing.
[[nodiscard]] std::string read_available(const Descriptor& socket);

/// Sends `out` and reads `expected` bytes at the same time, in small pieces whose sizes follow
/// from `seed`.
[[nodiscard]] std::string exchange(const Descriptor& socket, std::string_view out,
                                   std::size_t expected, unsigned seed);

void end_sending(const Descriptor& socket);
/// Closes with a reset instead of an end.
void reset(Descriptor socket);

[[nodiscard]] std::size_t open_descriptors();
[[nodiscard]] std::size_t threads_of_process();

// --- templates -------------------------------------------------------------------------------

void yield_processor();

template <class Condition>
void wait_until(const std::string& what, Condition done) {
  const auto limit = std::chrono::steady_clock::now() + patience;
  while (!done()) {
    if (std::chrono::steady_clock::now() > limit) in_vain(what);
    yield_processor();
  }
}

}  // namespace weir::test
