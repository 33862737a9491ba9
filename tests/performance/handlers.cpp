// weir-handler-cost: what a frame costs by the kind of its handler: 100 frames of 64 bytes in one
// read, over memory, so that no socket is in the figures.
//
//     weir-handler-cost [rounds]        prints ns and allocations a frame; the best of the rounds
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "unit/session/counting_memory.hpp"
#include "weir/framing/line.hpp"
#include "weir/routing/conversation.hpp"
#include "weir/routing/coroutine.hpp"
#include "weir/service/server.hpp"
#include "weir/testing/memory_loop.hpp"

namespace {
std::size_t aligned = 0;
}

// Asio's frames. The names are the linker's.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" {
void* __real_aligned_alloc(std::size_t alignment, std::size_t size);
void* __wrap_aligned_alloc(std::size_t alignment, std::size_t size) {
  ++aligned;
  return __real_aligned_alloc(alignment, size);
}
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace {

using namespace weir;

std::size_t allocations() { return test::allocations() + aligned; }

constexpr int frames_a_read = 100;

template <class H>
void measure(const char* name, int rounds, H handler) {
  testing::MemoryLoop loop;
  Server server({.log = Log(LogLevel::off), .loop = &loop});
  server.listen("tcp://127.0.0.1:7000", lines(), std::move(handler));
  if (!server.start().ok()) std::abort();
  auto peer = loop.dial("tcp://127.0.0.1:7000");
  std::string read;
  for (int i = 0; i < frames_a_read; ++i) read += std::string(63, 'x') + "\n";
  double best = std::numeric_limits<double>::max();
  std::size_t fewest = std::numeric_limits<std::size_t>::max();
  for (int i = 0; i < rounds; ++i) {
    peer.send(read);
    const std::size_t allocated = allocations();
    const auto begun = std::chrono::steady_clock::now();
    loop.run_ready();
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begun;
    best = std::min(best, took.count());
    fewest = std::min(fewest, allocations() - allocated);
    if (peer.take() != read) std::abort();
  }
  std::printf("%-13s %6.1f ns, %5.2f allocations\n", name, best / frames_a_read,
              static_cast<double>(fewest) / frames_a_read);
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 1000;
  measure("plain", rounds, [](std::string_view line) { return line; });
  measure("responder", rounds,
          [](std::string_view line, const Responder& responder) { responder.reply(line); });
  measure("coroutine", rounds,
          [](std::string_view line) -> asio::awaitable<std::string_view> { co_return line; });
  measure("conversation", rounds, conversation([](Conversation session) -> asio::awaitable<void> {
            while (auto line = co_await session.read()) session.send(*line);
          }));
}
