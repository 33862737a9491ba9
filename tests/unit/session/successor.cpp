// A protocol that hands its connection over to another one (Protocol::successor()).
#include <boost/test/unit_test.hpp>

#include "unit/session/bench.hpp"
#include "weir/service/inspection.hpp"
#include "weir/session/connection.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// What happened, in order.
using Story = std::vector<std::string>;

/// Answers each byte with its name, and hands over to the next one at a '>'.
class Link final : public Protocol {
 public:
  Link(Story& story, std::string name) : story_(story), name_(std::move(name)) {}
  ~Link() override { story_.push_back(name_ + " is gone"); }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  void on_open(Session&) override {}
  Progress on_input(std::string_view input, InputContext& context) override {
    ++context.frames;
    if (next_ != nullptr) return next_->on_input(input, context);
    context.output.append(name_);
    if (input.front() == '>') {
      next_ = std::make_unique<Link>(story_, name_ + "'");
      context.connection.hand_over();
    }
    return {.consumed = 1};
  }
  Status encode(std::string_view, Buffer&) override { return {}; }
  void on_written(std::uint64_t total) override {
    story_.push_back(name_ + " wrote " + std::to_string(total));
  }
  [[nodiscard]] bool wants_written() const override { return name_ == "a'"; }
  void on_drained(Session&) override {}
  void on_end(Session& session) override {
    if (next_ != nullptr) return next_->on_end(session);
    story_.push_back(name_ + " hears the end");
  }
  void on_close(Session& session, CloseReason reason) override {
    if (next_ != nullptr) return next_->on_close(session, reason);
    story_.push_back(name_ + " is closed");
  }
  [[nodiscard]] std::unique_ptr<Protocol> successor() override { return std::move(next_); }

 private:
  Story& story_;
  std::string name_;
  std::unique_ptr<Protocol> next_;
};

class Factory final : public ProtocolFactory {
 public:
  explicit Factory(Story& story) : story_(story) {}
  [[nodiscard]] std::unique_ptr<Protocol> make(const ConnectionOptions&) override {
    return std::make_unique<Link>(story_, "a");
  }

 private:
  Story& story_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(successor)

BOOST_AUTO_TEST_CASE(who_hands_over_is_gone_behind_the_read_and_its_successor_has_the_rest) {
  for (const bool watched : {false, true}) {
    BOOST_TEST_CONTEXT(watched) {
      Story story;
      Bench bench;
      if (watched) static_cast<void>(bench.server.inspect());
      bench.serve(std::make_unique<Factory>(story));
      Peer peer = bench.dial();
      BOOST_TEST(bench.say(peer, "..") == "aa");
      BOOST_TEST(story.empty());
      BOOST_TEST(bench.say(peer, ">.") == "aa'");
      BOOST_REQUIRE(!story.empty());
      BOOST_TEST(story.back() == "a is gone");
      story.clear();
      BOOST_TEST(bench.say(peer, ".") == "a'");
      peer.end();
      bench.run();
      const Story rest{"a' wrote 7", "a' hears the end", "a' is closed", "a' is gone"};
      BOOST_TEST(story == rest, boost::test_tools::per_element());
    }
  }
}

BOOST_AUTO_TEST_CASE(one_read_may_hand_over_several_times) {
  Story story;
  Bench bench;
  bench.serve(std::make_unique<Factory>(story));
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, ">>.") == "aa'a''");
  const Story gone{"a is gone", "a' is gone"};
  BOOST_TEST(story == gone, boost::test_tools::per_element());
  BOOST_TEST(bench.say(peer, ".") == "a''");
}

BOOST_AUTO_TEST_CASE(who_hands_over_and_closes_lets_its_successor_hear_of_the_end) {
  Story story;
  Bench bench;
  bench.serve(std::make_unique<Factory>(story));
  Peer peer = bench.dial();
  bench.say(peer, ">");
  peer.reset();
  bench.run();
  const Story rest{"a is gone", "a' is closed", "a' is gone"};
  BOOST_TEST(story == rest, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
