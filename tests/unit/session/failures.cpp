// What goes wrong in user code and on the wire: each has one reason, one count and one line, and
// the replies before it still arrive.
#include <boost/test/unit_test.hpp>
#include <functional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/greeting_filter.hpp"
#include "support/temporary_file.hpp"
#include "unit/session/bench.hpp"
#include "unit/session/direct.hpp"
#include "weir/framing/fixed.hpp"
#include "weir/framing/length_prefix.hpp"
#include "weir/framing/line.hpp"
#include "weir/framing/raw.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// lines(), but the message "throw" cannot be encoded, with an exception, after half of it.
class Throwing {
 public:
  Decoded decode(std::string_view input) { return framing_.decode(input); }
  Status encode(std::string_view message, Buffer& output) const {
    if (message == "throw") {
      output.append("HALF");
      throw std::runtime_error("no form for it");
    }
    return framing_.encode(message, output);
  }

 private:
  LineFraming framing_ = lines();
};

const std::function<void(Session&)> throwing = [](Session&) { throw std::runtime_error("oops"); };

}  // namespace

BOOST_AUTO_TEST_SUITE(failures)

BOOST_AUTO_TEST_CASE(a_handler_that_throws_ends_the_connection_behind_the_earlier_replies) {
  Bench bench;
  bench.serve(lines(), [](std::string_view line, Session& session) {
    if (line == "throw") {
      session.send("half way");
      throw std::runtime_error("no such key");
    }
    return line;
  });
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "a\nb\nthrow\nc\n") == "a\nb\nhalf way\n");
  BOOST_TEST(peer.ended());
  BOOST_TEST(bench.server.stats().handler_failures == 1U);
  BOOST_TEST(bench.warnings() == 1U);
  BOOST_TEST(bench.logged("handler_failed: no such key") == 1U);
  peer.end();
  bench.run();
  bench.check_end(CloseReason::handler_failed);
}

BOOST_AUTO_TEST_CASE(a_handler_that_throws_what_is_no_exception_is_treated_alike) {
  Bench bench;
  bench.serve(lines(), [](std::string_view) { throw 42; });
  Peer peer = bench.dial();
  bench.say(peer, "a\n");
  BOOST_TEST(bench.logged("handler_failed: an exception that is no std::exception") == 1U);
  peer.end();
  bench.run();
  bench.check_end(CloseReason::handler_failed);
}

BOOST_AUTO_TEST_CASE(what_an_exception_says_stays_on_one_line_of_bounded_length) {
  Bench bench;
  bench.serve(raw(), [](std::string_view bytes) { throw std::runtime_error(std::string(bytes)); });
  Peer peer = bench.dial();
  bench.say(peer, "x\nconnection 7 from tcp://10.0.0.1:1: \x1b[2J" + std::string(50'000, 'y'));
  BOOST_REQUIRE(bench.warnings() == 1U);
  for (const std::string& line : bench.log) {
    for (const char byte : line) BOOST_TEST((byte >= ' ' && byte < 0x7f));
    BOOST_TEST(line.size() < 1000U);
  }
}

BOOST_AUTO_TEST_CASE(a_failure_of_one_connection_is_none_of_another) {
  Bench bench;
  bench.serve(lines(), [](std::string_view line) {
    if (line == "throw") throw std::runtime_error("oops");
    return line;
  });
  Peer one = bench.dial();
  Peer two = bench.dial();
  one.send("throw\n");
  two.send("a\n");
  bench.run();
  BOOST_TEST(one.ended());
  BOOST_TEST(two.take() == "a\n");
  BOOST_TEST(bench.say(two, "b\n") == "b\n");
}

BOOST_AUTO_TEST_CASE(on_open_that_throws_ends_the_connection_before_a_frame) {
  Bench bench;
  bench.serve(lines(), echo, {.on_open = throwing});
  Peer peer = bench.loop.dial(here);
  peer.send("a\n");
  bench.run();
  BOOST_TEST(peer.take() == "");
  BOOST_TEST(bench.server.stats().handler_failures == 1U);
  peer.end();
  bench.run();
  bench.check_end(CloseReason::handler_failed);
}

BOOST_AUTO_TEST_CASE(on_end_that_throws_ends_the_connection_behind_the_replies) {
  Bench bench;
  bench.serve(lines(), echo, {.on_end = throwing});
  Peer peer = bench.dial();
  peer.send("a\n");
  peer.end();
  bench.run();
  BOOST_TEST(peer.take() == "a\n");
  BOOST_TEST(bench.server.stats().handler_failures == 1U);
  bench.check_end(CloseReason::handler_failed);
}

BOOST_AUTO_TEST_CASE(on_drained_that_throws_ends_the_connection) {
  ServerOptions options;
  options.flow.high_watermark = 100;
  Bench bench(options, {.capacity = 10});
  bench.serve(raw(), echo, {.on_drained = throwing});
  Peer peer = bench.dial();
  bench.session.send(std::string(200, 'x'));
  BOOST_TEST(bench.take_all(peer).size() == 200U);
  BOOST_TEST(peer.ended());
  peer.end();
  bench.run();
  bench.check_end(CloseReason::handler_failed);
}

BOOST_AUTO_TEST_CASE(on_close_that_throws_is_counted_and_changes_nothing) {
  Bench bench;
  bench.serve(lines(), echo,
              {.on_close = [](Session&, CloseReason) { throw std::runtime_error("oops"); }});
  Peer peer = bench.dial();
  peer.end();
  bench.run();
  BOOST_TEST(bench.server.stats().handler_failures == 1U);
  BOOST_TEST(bench.logged("handler_failed: oops") == 1U);
  bench.check_end(CloseReason::peer_ended);
}

BOOST_AUTO_TEST_CASE(a_reply_without_a_frame_ends_the_connection_behind_the_earlier_replies) {
  Bench bench;
  bench.serve(lines(), [](std::string_view line) {
    return line == "bad" ? "two\nlines" : std::string(line);
  });
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "a\nbad\nb\n") == "a\n");
  BOOST_TEST(bench.logged("unencodable_reply") == 1U);
  peer.end();
  bench.run();
  bench.check_end(CloseReason::unencodable_reply);
}

BOOST_AUTO_TEST_CASE(an_encode_that_throws_sends_no_half_frame) {
  Bench bench;
  bench.serve(Throwing(), echo);
  Peer peer = bench.dial();
  BOOST_TEST((bench.session.send("throw") == SendResult::rejected));
  bench.run();
  BOOST_TEST(peer.take() == "");
  BOOST_TEST(bench.open());  // a message that was pushed is rejected, a reply ends
  BOOST_TEST(bench.say(peer, "a\nthrow\nb\n") == "a\n");
  BOOST_TEST(bench.server.stats().handler_failures == 2U);
  peer.end();
  bench.run();
  bench.check_end(CloseReason::handler_failed);
}

BOOST_AUTO_TEST_CASE(an_encode_that_throws_inside_a_handler_leaves_the_replies_around_it_whole) {
  Bench bench;
  bench.serve(Throwing(), [](std::string_view line, Session& session) {
    session.send("1");
    BOOST_TEST((session.send("throw") == SendResult::rejected));
    session.send("2");
    return line;
  });
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "a\n") == "1\n2\na\n");
}

BOOST_AUTO_TEST_CASE(a_handler_that_closes_and_then_throws_has_closed_and_the_failure_is_counted) {
  Bench bench;
  bench.serve(lines(), [](std::string_view, Session& session) {
    session.close();
    throw std::runtime_error("oops");
  });
  Peer peer = bench.dial();
  bench.say(peer, "a\n");
  BOOST_TEST(bench.server.stats().handler_failures == 1U);
  peer.end();
  bench.run();
  bench.check_end(CloseReason::closed);
}

BOOST_AUTO_TEST_CASE(a_frame_too_large_is_refused_at_its_length_with_what_it_looks_like) {
  Bench bench;
  bench.serve(length_prefix(4), echo);
  Peer peer = bench.dial();
  bench.say(peer, "GET / HTTP/1.1\r\n");
  BOOST_TEST(bench.logged("frame_too_large: frame of 1195725856 bytes, the limit is 1048576; it "
                          "begins \"GET / HTTP/1.1\\r\\n\"; an HTTP request?") == 1U);
  peer.end();
  bench.run();
  bench.check_end(CloseReason::frame_too_large);
}

// --- every reason, once --------------------------------------------------------------------------

namespace {

struct Case {
  CloseReason reason;
  std::function<void(Bench&)> play;
  ServerOptions options{};
  Faults faults{};
};

template <Framing F, FrameHandler<F> H>
Peer served(Bench& bench, F framing, H handler) {
  bench.serve(std::move(framing), std::move(handler));
  return bench.dial();
}

std::vector<Case> cases() {
  std::vector<Case> all;
  all.push_back({CloseReason::peer_ended, [](Bench& bench) {
                   Peer peer = served(bench, lines(), echo);
                   bench.say(peer, "a\n");
                   peer.end();
                 }});
  all.push_back({CloseReason::file_failed,
                 [](Bench& bench) {
                   const TemporaryFile file("0123456789");
                   Peer peer = served(bench, lines(), [&](std::string_view, Session& session) {
                     session.send_file(file.range());
                   });
                   bench.say(peer, "a\n");
                   file.shrink(2);
                   bench.run();
                 },
                 {},
                 {.capacity = 1}});
  all.push_back({CloseReason::unclean_end, [](Bench& bench) {
                   bench.serve(lines(), echo, {},
                               {.proxy_protocol = std::make_shared<GreetingFilter>()});
                   Peer peer = bench.dial();
                   bench.say(peer, "hello\na\n");
                   peer.end();
                 }});
  all.push_back({CloseReason::closed, [](Bench& bench) {
                   served(bench, lines(), echo);
                   bench.session.close();
                 }});
  all.push_back({CloseReason::aborted, [](Bench& bench) {
                   served(bench, lines(), echo);
                   bench.session.abort();
                 }});
  all.push_back(
      {CloseReason::peer_reset, [](Bench& bench) { served(bench, lines(), echo).reset(); }});
  all.push_back({CloseReason::transport_failed,
                 [](Bench& bench) {
                   Peer peer = served(bench, lines(), echo);
                   bench.say(peer, "a\n");
                 },
                 {},
                 {.fail_at = 1, .fail_with = ENOBUFS}});
  all.push_back({CloseReason::truncated_frame, [](Bench& bench) {
                   Peer peer = served(bench, lines(), echo);
                   bench.say(peer, "half");
                   peer.end();
                 }});
  all.push_back({CloseReason::malformed_frame, [](Bench& bench) {
                   Peer peer = served(bench, length_prefix({.varint = true}), echo);
                   bench.say(peer, std::string(11, '\xff'));
                 }});
  all.push_back({CloseReason::frame_too_large, [](Bench& bench) {
                   Peer peer = served(bench, length_prefix(4), echo);
                   bench.say(peer, "\x7f\xff\xff\xff");
                 }});
  all.push_back({CloseReason::unencodable_reply, [](Bench& bench) {
                   Peer peer = served(bench, fixed(2), [](std::string_view) { return "long"; });
                   bench.say(peer, "ab");
                 }});
  all.push_back({CloseReason::handler_failed, [](Bench& bench) {
                   Peer peer = served(bench, lines(), [](std::string_view) { throw 1; });
                   bench.say(peer, "a\n");
                 }});
  all.push_back({CloseReason::slow_consumer, [](Bench& bench) {
                   served(bench, raw(), echo);
                   bench.session.send(std::string(10 * Flow().max_queued / 8, 'x'));
                 }});
  all.push_back({CloseReason::frame_timeout, [](Bench& bench) {
                   Peer peer = served(bench, lines(), echo);
                   bench.say(peer, "half");
                   bench.advance(10s);
                 }});
  all.push_back({CloseReason::write_timeout,
                 [](Bench& bench) {
                   Peer peer = served(bench, lines(), echo);
                   bench.say(peer, "more than it holds\n");
                   bench.advance(30s);
                 },
                 {},
                 {.capacity = 1}});
  all.push_back({CloseReason::idle_timeout, [](Bench& bench) {
                   served(bench, lines(), echo);
                   bench.advance(300s);
                 }});
  all.push_back({CloseReason::drained, [](Bench& bench) {
                   served(bench, lines(), echo);
                   bench.server.stop();
                 }});
  all.push_back({CloseReason::cut, [](Bench& bench) {
                   Peer peer = served(bench, lines(), echo);
                   bench.say(peer, "half");
                   bench.server.stop(5s);
                   bench.advance(5s);
                 }});
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_reason_is_told_counted_and_logged_exactly_once) {
  std::set<CloseReason> provoked;
  for (const Case& each : cases()) {
    BOOST_TEST_CONTEXT(to_string(each.reason)) {
      Bench bench(each.options, each.faults);
      each.play(bench);
      bench.run();
      bench.advance(2s);  // for those that linger
      bench.check_end(each.reason);
      provoked.insert(each.reason);
    }
  }
  {
    Direct direct;
    direct.say("a\n");
    direct.loop.advance(32s);
    BOOST_TEST((direct.told.closes == std::vector{CloseReason::handler_timeout}));
    const auto at = static_cast<std::size_t>(CloseReason::handler_timeout);
    BOOST_TEST(direct.context.counters.closed[at].value() == 1U);
    provoked.insert(CloseReason::handler_timeout);
  }
  // All but none, the two that a relay alone has, and what only peers of datagrams are told.
  provoked.insert({CloseReason::no_upstream, CloseReason::upstream_failed, CloseReason::displaced});
  BOOST_TEST(provoked.size() == close_reason_count - 1);
}

BOOST_AUTO_TEST_CASE(every_reason_has_a_name_of_its_own) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < close_reason_count; ++i) {
    names.insert(to_string(static_cast<CloseReason>(i)));
  }
  BOOST_TEST(names.size() == close_reason_count);
  BOOST_TEST(to_string(CloseReason::none) == "none");
  BOOST_TEST(to_string(CloseReason::slow_consumer) == "slow_consumer");
  BOOST_TEST(to_string(CloseReason::cut) == "cut");
}

BOOST_AUTO_TEST_SUITE_END()
