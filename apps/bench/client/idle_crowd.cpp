#include "client/idle_crowd.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <string>
#include <utility>

#include "failure.hpp"
#include "system/accept_queue.hpp"

namespace weir::bench {
namespace {

constexpr std::chrono::seconds deadline{10};
constexpr unsigned burst = 64;  // connections between two looks at the queue; below any backlog

// Sends the opening and reads until it is answered.
void exchange_opening(const Descriptor& socket, const Dialect& dialect,
                      const Interrupts& interrupts) {
  const auto opening = dialect.opening();
  const auto answers = dialect.answers(0);
  if (opening.empty()) return;
  const auto sent = ::send(socket.get(), opening.data(), opening.size(), MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(opening.size())) fail_with_errno("an idle connection");
  std::array<char, 4096> buffer{};
  while (!answers->is_open()) {
    if (!interrupts.wait_readable(socket.get(), deadline)) {
      throw Failure("an idle connection: no answer to its handshake in 10 s");
    }
    const auto came = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
    if (came <= 0) throw Failure("the server closed an idle connection in its handshake");
    answers->take(std::span{buffer}.first(static_cast<std::size_t>(came)), 0);
  }
}

bool is_closed(const Descriptor& socket) {
  std::array<char, 4096> buffer{};
  for (;;) {
    const auto came = ::recv(socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (came <= 0) return came == 0 || errno != EAGAIN;
  }
}

}  // namespace

IdleCrowd::IdleCrowd(const LoadOptions& options, const Dialect& dialect,
                     const Interrupts& interrupts) {
  sockets_.reserve(options.idle);
  for (unsigned i = 0; i < options.idle; ++i) {
    auto socket = connect_to(options.to, source_of(options.connections + i));
    exchange_opening(socket, dialect, interrupts);
    sockets_.push_back(std::move(socket));
    if (i % burst == burst - 1) wait_accepted(options.to.port, deadline, interrupts);
  }
  if (options.idle > 0) wait_accepted(options.to.port, deadline, interrupts);
}

unsigned IdleCrowd::lost() const {
  return static_cast<unsigned>(std::ranges::count_if(sockets_, is_closed));
}

}  // namespace weir::bench
