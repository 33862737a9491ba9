// ProtocolFactory::attach(): what a factory keeps on each loop that listens.
#include <boost/test/unit_test.hpp>
#include <map>
#include <memory>
#include <mutex>

#include "unit/session/bench.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// Counts the attachments that there are on each loop, and those that there ever were.
struct Counts {
  std::mutex mutex;
  std::map<EventLoop*, int> present;
  int ever = 0;
};

class Attached final : public ProtocolFactory::Attachment, private Timer {
 public:
  Attached(Counts& counts, EventLoop& loop) : counts_(counts), loop_(loop) {
    const std::lock_guard lock(counts_.mutex);
    ++counts_.present[&loop_];
    ++counts_.ever;
    loop_.timers().arm(*this, loop_.now() + 1h);
  }
  Attached(const Attached&) = delete;
  Attached& operator=(const Attached&) = delete;
  ~Attached() override {
    const std::lock_guard lock(counts_.mutex);
    --counts_.present[&loop_];
  }

 private:
  void on_timer() override {}

  Counts& counts_;
  EventLoop& loop_;
};

/// What makes no connection.
class Factory final : public ProtocolFactory {
 public:
  explicit Factory(Counts* counts) : counts_(counts) {}
  std::unique_ptr<Attachment> attach(EventLoop& loop) override {
    if (counts_ == nullptr) return nullptr;
    return std::make_unique<Attached>(*counts_, loop);
  }
  std::unique_ptr<Protocol> make(const ConnectionOptions&) override { return nullptr; }

 private:
  Counts* counts_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(attachment)

BOOST_AUTO_TEST_CASE(it_is_there_from_listening_until_the_listener_has_gone) {
  Counts counts;
  MemoryLoop loop;
  Server server({.loop = &loop});
  BOOST_REQUIRE(server.listen(here, std::make_unique<Factory>(&counts)).ok());
  BOOST_REQUIRE(server.start().ok());
  BOOST_TEST(counts.present[&loop] == 1);
  loop.advance(2h);  // its timer may do what it likes
  BOOST_TEST(counts.present[&loop] == 1);
  server.stop(10s);
  loop.run_ready();
  BOOST_TEST(counts.present[&loop] == 0);
  BOOST_TEST(server.stopped());
}

BOOST_AUTO_TEST_CASE(each_listener_has_its_own_and_none_is_none) {
  Counts first;
  Counts second;
  {
    MemoryLoop loop;
    Server server({.loop = &loop});
    BOOST_REQUIRE(server.listen(here, std::make_unique<Factory>(&first)).ok());
    BOOST_REQUIRE(server.listen("tcp://127.0.0.1:7001", std::make_unique<Factory>(&second)).ok());
    BOOST_REQUIRE(server.listen("tcp://127.0.0.1:7002", std::make_unique<Factory>(nullptr)).ok());
    BOOST_REQUIRE(server.start().ok());
    BOOST_TEST(first.present[&loop] == 1);
    BOOST_TEST(second.present[&loop] == 1);
  }
  BOOST_TEST(first.present.begin()->second == 0);
  BOOST_TEST(second.present.begin()->second == 0);
}

BOOST_AUTO_TEST_CASE(each_loop_of_a_server_has_one) {
  Counts counts;
  Server server({.threads = 3});
  BOOST_REQUIRE(server.listen("tcp://127.0.0.1:0", std::make_unique<Factory>(&counts)).ok());
  BOOST_REQUIRE(server.start().ok());
  BOOST_TEST(counts.ever == 3);
  BOOST_TEST(counts.present.size() == 3U);
  server.stop(10s);
  static_cast<void>(server.wait());
  for (const auto& [loop, present] : counts.present) BOOST_TEST(present == 0);
}

BOOST_AUTO_TEST_SUITE_END()
