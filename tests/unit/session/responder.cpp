// Handlers that answer later, by a Responder: from the loop, from another thread, late, twice,
// never.
#include <boost/test/unit_test.hpp>
#include <string>
#include <thread>
#include <vector>

#include "unit/session/bench.hpp"
#include "weir/framing/line.hpp"
#include "weir/session/responder.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// A server whose handler keeps its responders for the test to use.
struct Later {
  explicit Later(ServerOptions options = {}) : bench(std::move(options)) {
    bench.serve(lines(), [this](std::string_view line, Responder responder) {
      frames.emplace_back(line);
      responders.push_back(std::move(responder));
    });
    peer = bench.dial();
  }

  std::vector<std::string> frames;
  std::vector<Responder> responders;
  Bench bench;
  Peer peer;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(responder)

BOOST_AUTO_TEST_CASE(an_answer_comes_when_it_is_given) {
  Later later;
  BOOST_TEST(later.bench.say(later.peer, "a\n") == "");
  BOOST_TEST(later.responders.front().waiting());
  BOOST_TEST(later.responders.front().reply("A"));
  later.bench.run();
  BOOST_TEST(later.peer.take() == "A\n");
  BOOST_TEST(!later.responders.front().waiting());
}

BOOST_AUTO_TEST_CASE(frames_wait_for_the_answer_before_them) {
  Later later;
  later.bench.say(later.peer, "a\nb\nc\n");
  BOOST_TEST(later.frames.size() == 1U);
  for (const char* answer : {"A", "B", "C"}) {
    later.responders.back().reply(answer);
    later.bench.run();
  }
  BOOST_TEST(later.peer.take() == "A\nB\nC\n");
}

BOOST_AUTO_TEST_CASE(an_answer_inside_the_handler_goes_out_with_its_batch) {
  Bench bench;
  bench.serve(lines(), [](std::string_view line, const Responder& responder) {
    BOOST_TEST(responder.reply(line));
    BOOST_TEST(!responder.reply("again"));
  });
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "a\nb\nc\n") == "a\nb\nc\n");
}

BOOST_AUTO_TEST_CASE(answering_twice_is_a_no_op_that_says_so) {
  Later later;
  later.bench.say(later.peer, "a\n");
  const Responder copy = later.responders.front();
  BOOST_TEST(later.responders.front().reply("A"));
  BOOST_TEST(!copy.reply("again"));
  BOOST_TEST(!copy.fail({}));
  BOOST_TEST(!copy.finish());
  later.bench.run();
  BOOST_TEST(later.peer.take() == "A\n");
  BOOST_TEST(later.bench.open());
}

BOOST_AUTO_TEST_CASE(an_answer_after_the_end_is_a_no_op_that_says_so) {
  Later later;
  later.bench.say(later.peer, "a\n");
  later.peer.reset();
  later.bench.run();
  BOOST_TEST(!later.responders.front().waiting());
  BOOST_TEST(!later.responders.front().reply("A"));
  later.bench.check_end(CloseReason::peer_reset);
}

BOOST_AUTO_TEST_CASE(a_responder_dropped_unanswered_ends_a_protocol_without_words_for_it) {
  Later later;
  later.bench.say(later.peer, "a\n");
  Responder copy = later.responders.front();
  later.responders.clear();
  later.bench.run();
  BOOST_TEST(later.bench.open());
  copy.drop();
  later.bench.run();
  later.peer.end();
  later.bench.run();
  later.bench.check_end(CloseReason::handler_failed);
}

BOOST_AUTO_TEST_CASE(one_dropped_inside_the_handler_ends_it_as_well) {
  Bench bench;
  bench.serve(lines(), [](std::string_view, const Responder&) {});
  Peer peer = bench.dial();
  bench.say(peer, "a\nb\n");
  peer.end();
  bench.run();
  bench.check_end(CloseReason::handler_failed);
}

BOOST_AUTO_TEST_CASE(finish_says_nothing_and_goes_on) {
  Later later;
  later.bench.say(later.peer, "a\nb\n");
  BOOST_TEST(later.responders.back().finish());
  later.bench.run();
  later.responders.back().reply("B");
  later.bench.run();
  BOOST_TEST(later.peer.take() == "B\n");
}

BOOST_AUTO_TEST_CASE(the_handler_deadline_is_each_calls_own) {
  Later later;
  later.bench.say(later.peer, "a\n");
  later.bench.advance(29s);
  later.responders.back().reply("A");
  later.bench.run();
  later.bench.say(later.peer, "b\n");
  later.bench.advance(30s - 1ns);
  BOOST_TEST(later.bench.open());
  later.bench.advance(1ns);
  BOOST_TEST(!later.responders.back().reply("B"));
  later.bench.advance(2s);
  later.bench.check_end(CloseReason::handler_timeout);
}

BOOST_AUTO_TEST_CASE(the_peers_end_waits_for_the_answer) {
  Later later;
  later.bench.say(later.peer, "a\n");
  later.peer.end();
  later.bench.run();
  BOOST_TEST(later.bench.open());
  later.responders.back().reply("A");
  later.bench.run();
  BOOST_TEST(later.peer.take() == "A\n");
  later.bench.check_end(CloseReason::peer_ended);
}

BOOST_AUTO_TEST_CASE(a_drain_waits_for_the_answer) {
  Later later;
  later.bench.say(later.peer, "a\n");
  later.bench.server.stop(5s);
  later.bench.run();
  BOOST_TEST(later.bench.open());
  later.responders.back().reply("A");
  later.bench.run();
  BOOST_TEST(later.peer.take() == "A\n");
  later.peer.end();
  later.bench.run();
  later.bench.check_end(CloseReason::drained);
}

BOOST_AUTO_TEST_CASE(a_call_that_is_out_is_not_idle) {
  Later later({.deadlines = {.handler = 1h, .idle = 10s}});
  later.bench.say(later.peer, "a\n");
  later.bench.advance(1min);
  BOOST_TEST(later.bench.open());
  later.responders.back().reply("A");
  later.bench.run();
  later.bench.advance(10s);
  later.bench.check_end(CloseReason::idle_timeout);
}

BOOST_AUTO_TEST_CASE(another_thread_may_answer_and_drop) {
  Later later;
  for (int i = 0; i < 100; ++i) {
    later.bench.say(later.peer, "a\n");
    std::thread([responder = std::move(later.responders.back())] { responder.reply("A"); }).join();
    later.responders.pop_back();
    later.bench.run();
    BOOST_TEST(later.peer.take() == "A\n");
  }
  later.bench.say(later.peer, "b\n");
  std::thread([responder = std::move(later.responders.back())]() mutable {
    responder.drop();
  }).join();
  later.responders.pop_back();
  later.bench.run();
  later.peer.end();
  later.bench.run();
  later.bench.check_end(CloseReason::handler_failed);
}

BOOST_AUTO_TEST_CASE(of_two_answers_from_two_threads_one_wins) {
  Later later;
  for (int i = 0; i < 200; ++i) {
    later.bench.say(later.peer, "a\n");
    int won = 0;
    {
      std::atomic<int> wins{0};
      const Responder responder = later.responders.back();
      later.responders.clear();
      std::jthread one([&wins, responder] { wins += responder.reply("A") ? 1 : 0; });
      std::jthread two([&wins, responder] { wins += responder.reply("A") ? 1 : 0; });
      one.join();
      two.join();
      won = wins;
    }
    BOOST_TEST(won == 1);
    later.bench.run();
    BOOST_TEST(later.peer.take() == "A\n");
  }
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_on_its_way_when_the_connection_ends_goes_nowhere) {
  Later later;
  later.bench.say(later.peer, "a\n");
  later.peer.reset();
  std::thread([&] { BOOST_TEST(later.responders.back().reply("A")); }).join();
  later.bench.run();
  later.bench.check_end(CloseReason::peer_reset);
}

BOOST_AUTO_TEST_CASE(a_responder_may_outlive_its_server) {
  Responder kept;
  {
    Bench bench;
    bench.serve(lines(),
                [&kept](std::string_view, Responder responder) { kept = std::move(responder); });
    Peer peer = bench.dial();
    bench.say(peer, "a\n");
    BOOST_TEST(kept.waiting());
  }
  BOOST_TEST(!kept.waiting());
  BOOST_TEST(!kept.reply("A"));
}

BOOST_AUTO_TEST_CASE(an_answer_that_has_no_form_ends_the_connection) {
  Later later;
  later.bench.say(later.peer, "a\n");
  later.responders.back().reply("two\nlines");
  later.bench.run();
  later.peer.end();
  later.bench.run();
  later.bench.check_end(CloseReason::unencodable_reply);
}

BOOST_AUTO_TEST_SUITE_END()
