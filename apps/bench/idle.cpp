// The server is never asked anything. That it has accepted all is seen from outside, by its empty
// accept queue; that it has finished with the last one, by memory that no longer changes.
#include "idle.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "failure.hpp"
#include "system/accept_queue.hpp"
#include "system/connect_all.hpp"
#include "system/descriptor.hpp"
#include "system/is_closed.hpp"

namespace weir::bench {
namespace {

constexpr std::chrono::milliseconds between_reads{20};
constexpr unsigned reads_alike = 5;
constexpr unsigned most_reads = 100;

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
  wait_accepted(options.to.port, interrupts);

  IdleResult result;
  result.before = settled_memory(options.server_pid, interrupts);
  connect_all(options.to, 1, options.connections, interrupts,
              [&](Descriptor socket, unsigned) { sockets.push_back(std::move(socket)); });
  wait_accepted(options.to.port, interrupts);
  result.after = settled_memory(options.server_pid, interrupts);
  require_open(sockets);

  const auto grown =
      static_cast<double>(result.after.user_bytes) - static_cast<double>(result.before.user_bytes);
  result.bytes_per_connection = grown / options.connections;
  return result;
}

}  // namespace weir::bench
