// A broadcast to many of whom some do not read: the others get all of it, in order, those end with
// slow_consumer, and the memory stays where it is. With WEIR_TEST_LONG=1 in the environment at the
// size that it is for: 10,000 sessions, 16 MiB each.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <string>
#include <string_view>

#include "integration/audience.hpp"
#include "integration/deadline.hpp"
#include "weir/framing/line.hpp"
#include "weir/service/server.hpp"
#include "weir/session/group.hpp"

namespace {

using namespace weir;
using namespace weir::integration;

constexpr std::size_t kib = 1024;
constexpr std::size_t mib = 1024 * kib;

struct Size {
  std::size_t readers;
  std::size_t sleepers;
  std::size_t stream;
  Flow flow{};
};

bool is_long() { return std::getenv("WEIR_TEST_LONG") != nullptr; }

/// Those that do not read end only when the kernel holds no more for them, which may be megabytes.
Size size_of_test() {
  if (is_long()) return {9900, 100, 16 * mib};
  Size size{100, 10, 12 * mib};
  size.flow.max_queued = 4 * mib;
  if (sanitized) size.readers = 20;
  return size;
}

/// A line of /proc/self/status, in bytes.
std::size_t memory(std::string_view name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name)) return std::stoul(line.substr(name.size() + 1)) * kib;
  }
  throw std::runtime_error("no " + std::string(name));
}

/// Lets a thread wait until something has happened so often since it last waited.
class Event {
 public:
  void happened() {
    const std::lock_guard lock(mutex_);
    ++times_;
    changed_.notify_all();
  }
  void wait(std::size_t times) {
    std::unique_lock lock(mutex_);
    BOOST_REQUIRE(
        changed_.wait_for(lock, std::chrono::seconds(120), [&] { return times_ >= times; }));
    times_ = 0;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t times_ = 0;
};

void broadcast(std::string_view backend, std::size_t threads, std::size_t message_size) {
  const Size size = size_of_test();
  std::string stream;
  for (std::size_t i = 0; stream.size() < size.stream; ++i) {
    std::string line = std::to_string(i);
    line.resize(message_size - 1, static_cast<char>('a' + i % 26));
    stream += line + "\n";
  }
  Event room;
  Event joined;
  GroupOptions options;
  options.on_drained = [&room] { room.happened(); };
  Group group(std::move(options));
  Server server({.backend = std::string(backend),
                 .threads = {.count = threads},
                 .flow = size.flow,
                 .deadlines = {.write = Duration::zero()},  // not before they are slow consumers
                 .log = Log(LogLevel::off)});
  const auto listening = server.listen("tcp://127.0.0.1:0", lines(), [](std::string_view) {},
                                       {.on_open = [&](Session& session) {
                                         group.add(session);
                                         joined.happened();
                                       }});
  BOOST_REQUIRE(listening.ok());
  Audience audience(listening.value().port, size.readers, size.sleepers, stream);
  BOOST_REQUIRE(server.start().ok());
  const std::size_t all = size.readers + size.sleepers;
  joined.wait(all);
  BOOST_REQUIRE(group.size() == all);

  const std::size_t idle = memory("VmRSS:");
  std::size_t pauses = 0;
  for (std::string_view rest = stream; !rest.empty(); rest.remove_prefix(message_size)) {
    const SendResult result = group.send(rest.substr(0, message_size - 1));
    BOOST_REQUIRE((result != SendResult::rejected));
    if (result != SendResult::pressured) continue;
    ++pauses;
    room.wait(1);
  }
  const Audience::Seen seen = audience.wait(600);
  BOOST_TEST(seen.complete == size.readers);
  BOOST_TEST(seen.cut == size.sleepers);
  BOOST_TEST(seen.wrong == 0U);
  BOOST_TEST(server.stats().closed_by(CloseReason::slow_consumer) == size.sleepers);
  BOOST_TEST(group.stats().encoded == stream.size() / message_size);
  const std::size_t grown = memory("VmHWM:") - idle;
  BOOST_TEST_MESSAGE(backend << ", " << all << " sessions, " << stream.size() / message_size
                             << " messages of " << message_size << " bytes: " << grown / kib
                             << " KiB above " << idle / kib << " KiB idle; the sender waited "
                             << pauses << " times");
  if (!sanitized) BOOST_TEST(grown < 64 * mib);
}

}  // namespace

BOOST_AUTO_TEST_CASE(messages_of_1_kib_over_one_epoll_loop) { broadcast("epoll", 1, kib); }

BOOST_AUTO_TEST_CASE(messages_of_1_kib_over_two_asio_loops) { broadcast("asio", 2, kib); }

BOOST_AUTO_TEST_CASE(messages_of_20_bytes_over_one_epoll_loop) { broadcast("epoll", 1, 20); }

BOOST_AUTO_TEST_CASE(messages_of_20_bytes_over_two_asio_loops) { broadcast("asio", 2, 20); }
