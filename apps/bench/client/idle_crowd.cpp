#include "client/idle_crowd.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <utility>

#include "failure.hpp"
#include "system/accept_queue.hpp"
#include "system/connect_all.hpp"
#include "system/is_closed.hpp"

namespace weir::bench {
namespace {

constexpr std::chrono::seconds deadline{10};

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

}  // namespace

IdleCrowd::IdleCrowd(const LoadOptions& options, const Dialect& dialect,
                     const Interrupts& interrupts) {
  sockets_.reserve(options.idle);
  connect_all(options.to, options.connections, options.idle, interrupts,
              [&](Descriptor socket, unsigned) {
                exchange_opening(socket, dialect, interrupts);
                sockets_.push_back(std::move(socket));
              });
  if (options.idle > 0) wait_accepted(options.to.port, interrupts);
}

unsigned IdleCrowd::lost() const {
  return static_cast<unsigned>(std::ranges::count_if(sockets_, is_closed));
}

}  // namespace weir::bench
