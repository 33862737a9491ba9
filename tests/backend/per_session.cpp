// What each session has of its own, on every loop.
#include "weir/session/per_session.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "backend/scenario.hpp"
#include "weir/framing/line.hpp"

namespace {

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

std::atomic<int> alive = 0;

struct Visitor {
  Visitor() { ++alive; }
  ~Visitor() {
    // Made, used and destroyed on one thread, whichever loop that is.
    if (thread == std::this_thread::get_id()) --alive;
  }
  Visitor(const Visitor&) = delete;
  Visitor& operator=(const Visitor&) = delete;

  std::thread::id thread = std::this_thread::get_id();
  int frames = 0;
};

}  // namespace

CORE_SCENARIO(each_session_counts_for_itself_and_its_state_goes_with_it_on_its_thread) {
  std::optional<PerSession<Visitor>> visitors;
  bench.before_start = [&visitors](Server& server) { visitors = server.session<Visitor>(); };
  const auto serving = bench.serve(lines(), [&visitors](std::string_view line, Session& session) {
    Visitor& visitor = (*visitors)[session];
    return std::string(line) + " " + std::to_string(++visitor.frames);
  });
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 6; ++i) clients.push_back(bench.connect());
  for (int round = 1; round <= 3; ++round) {
    for (const auto& client : clients) {
      client->send("a\n");
      BOOST_REQUIRE(client->read(4) == "a " + std::to_string(round) + "\n");
    }
  }
  BOOST_TEST(alive == 6);
  clients[0]->close();
  clients[1]->reset();
  clients[2]->end();
  static_cast<void>(clients[2]->read_to_end());
  for (int i = 0; i < 3; ++i) static_cast<void>(bench.next_reason());
  bench.until("three to go", [] { return alive == 3; });
  bench.stop(0s);
  BOOST_TEST(alive == 0);
}
