// The server is never asked anything. That it has accepted all is seen from outside, by its empty
// accept queue; that it has finished with the last one, by memory that no longer changes.
#include "idle.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <vector>

#include "failure.hpp"
#include "system/accept_queue.hpp"
#include "system/descriptor.hpp"

namespace weir::bench {
namespace {

constexpr std::chrono::seconds accept_deadline{10};
constexpr std::chrono::milliseconds between_reads{20};
constexpr unsigned reads_alike = 5;
constexpr unsigned most_reads = 100;
constexpr unsigned burst = 64;  // connections between two looks at the queue; below any backlog

Memory settled_memory(pid_t pid, const Interrupts& interrupts) {
  auto memory = read_memory(pid);
  unsigned alike = 1;
  for (unsigned reads = 1; alike < reads_alike && reads < most_reads; ++reads) {
    interrupts.sleep(between_reads);
    const auto next = read_memory(pid);
    alike = next.user_bytes == memory.user_bytes ? alike + 1 : 1;
    memory = next;
  }
  return memory;
}

bool is_closed(const Descriptor& socket) {
  char byte = 0;
  const auto came = ::recv(socket.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return came == 0 || (came < 0 && errno != EAGAIN);
}

void require_open(const std::vector<Descriptor>& sockets) {
  const auto closed = std::ranges::count_if(sockets, is_closed);
  if (closed > 0) {
    throw Failure("the server closed " + std::to_string(closed) + " of " +
                  std::to_string(sockets.size()) + " idle connections");
  }
}

}  // namespace

IdleResult run_idle(const IdleOptions& options, const Interrupts& interrupts) {
  reserve_descriptors(options.connections + 1);
  std::vector<Descriptor> sockets;
  sockets.reserve(options.connections + 1);
  sockets.push_back(connect_to(options.to));
  wait_accepted(options.to.port, accept_deadline, interrupts);

  IdleResult result;
  result.before = settled_memory(options.server_pid, interrupts);
  for (unsigned i = 0; i < options.connections; ++i) {
    sockets.push_back(connect_to(options.to));
    if (i % burst == burst - 1) wait_accepted(options.to.port, accept_deadline, interrupts);
  }
  wait_accepted(options.to.port, accept_deadline, interrupts);
  result.after = settled_memory(options.server_pid, interrupts);
  require_open(sockets);

  const auto grown =
      static_cast<double>(result.after.user_bytes) - static_cast<double>(result.before.user_bytes);
  result.bytes_per_connection = grown / options.connections;
  return result;
}

}  // namespace weir::bench
