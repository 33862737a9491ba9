#include "system/connect_all.hpp"

#include "system/accept_queue.hpp"

namespace weir::bench {
namespace {

constexpr unsigned burst = 64;  // connections between two looks at the queue; below any backlog

}  // namespace

void connect_all(const Endpoint& endpoint, unsigned first, unsigned count,
                 const Interrupts& interrupts,
                 const std::function<void(Descriptor socket, unsigned number)>& opened) {
  for (unsigned i = 0; i < count; ++i) {
    opened(connect_to(endpoint, source_of(first + i)), first + i);
    if (i % burst == burst - 1) wait_accepted(endpoint.port, interrupts);
  }
}

}  // namespace weir::bench
