// Listening and starting: every mistake is a value that says what is wrong.
#include <boost/test/unit_test.hpp>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "unit/session/bench.hpp"
#include "weir/framing/length_prefix.hpp"
#include "weir/framing/line.hpp"
#include "weir/framing/raw.hpp"
#include "weir/io/backend.hpp"

using namespace weir;
using namespace weir::test;

namespace {

bool holds(const std::string& text, std::string_view words) {
  return text.find(words) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(listening)

BOOST_AUTO_TEST_CASE(a_server_says_where_it_listens_with_the_port_that_was_chosen) {
  MemoryLoop loop;
  Server server({.loop = &loop});
  const auto fixed_port = server.listen(here, lines(), echo);
  BOOST_REQUIRE(fixed_port.ok());
  BOOST_TEST(fixed_port.value().to_string() == here);
  const auto any_port = server.listen("tcp://127.0.0.1:0", lines(), echo);
  BOOST_REQUIRE(any_port.ok());
  BOOST_TEST(any_port.value().port != 0);
  BOOST_REQUIRE(server.start().ok());
  Peer peer = loop.dial(any_port.value().to_string());
  peer.send("a\n");
  loop.run_ready();
  BOOST_TEST(peer.take() == "a\n");
}

BOOST_AUTO_TEST_CASE(an_endpoint_that_is_none_is_an_error_that_names_it_and_start_fails_with_it) {
  MemoryLoop loop;
  Server server({.loop = &loop});
  const auto bad = server.listen("localhost", lines(), echo);
  BOOST_REQUIRE(!bad.ok());
  BOOST_TEST(holds(bad.error().message, "localhost"));
  // A good one after it makes nothing good.
  BOOST_TEST(server.listen(here, lines(), echo).ok());
  const Status started = server.start();
  BOOST_REQUIRE(!started.ok());
  BOOST_TEST(started.error().message == bad.error().message);
}

BOOST_AUTO_TEST_CASE(an_address_in_use_is_an_error_that_names_it) {
  MemoryLoop loop;
  Server first({.loop = &loop});
  BOOST_TEST(first.listen(here, lines(), echo).ok());
  Server second({.loop = &loop});
  const auto taken = second.listen(here, lines(), echo);
  BOOST_REQUIRE(!taken.ok());
  BOOST_TEST(taken.error().code == EADDRINUSE);
  BOOST_TEST(holds(taken.error().message, "tcp://127.0.0.1:7000"));
  BOOST_TEST(!second.start().ok());
}

BOOST_AUTO_TEST_CASE(an_address_is_free_again_after_its_server) {
  MemoryLoop loop;
  for (int i = 0; i < 3; ++i) {
    Server server({.loop = &loop});
    BOOST_TEST(server.listen(here, lines(), echo).ok());
    BOOST_TEST(server.start().ok());
    server.stop();
    loop.run_ready();
    BOOST_TEST(server.stopped());
    Server next({.loop = &loop});
    BOOST_TEST(next.listen(here, lines(), echo).ok());
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_backend_is_an_error_that_lists_the_known_ones) {
  Server server({.backend = "kqueue"});
  const auto bad = server.listen("tcp://127.0.0.1:0", lines(), echo);
  BOOST_REQUIRE(!bad.ok());
  BOOST_TEST(holds(bad.error().message, "kqueue"));
  for (const std::string_view known : backends()) BOOST_TEST(holds(bad.error().message, known));
  BOOST_TEST(!server.start().ok());
}

BOOST_AUTO_TEST_CASE(start_without_listen_says_so) {
  MemoryLoop loop;
  Server server({.loop = &loop});
  const Status started = server.start();
  BOOST_REQUIRE(!started.ok());
  BOOST_TEST(started.error().message == "nothing to serve: listen() comes before start()");
  BOOST_TEST(!server.stopped());
  server.stop();
  server.wait();
}

BOOST_AUTO_TEST_CASE(listen_after_start_and_a_second_start_say_so) {
  Bench bench;
  bench.serve(lines(), echo);
  const auto late = bench.server.listen("tcp://127.0.0.1:7001", lines(), echo);
  BOOST_REQUIRE(!late.ok());
  BOOST_TEST(late.error().message == "listen() comes before start()");
  const Status again = bench.server.start();
  BOOST_REQUIRE(!again.ok());
  BOOST_TEST(again.error().message == "the server was started before");
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "a\n") == "a\n");
}

BOOST_AUTO_TEST_CASE(two_listeners_serve_each_their_own_and_count_together) {
  MemoryLoop loop;
  Server server({.limits = {.connections = 2}, .log = Log(LogLevel::off), .loop = &loop});
  BOOST_REQUIRE(server.listen(here, lines(), echo).ok());
  BOOST_REQUIRE(server
                    .listen("tcp://127.0.0.1:7001", length_prefix(1),
                            [](std::string_view frame) { return std::to_string(frame.size()); })
                    .ok());
  BOOST_REQUIRE(server.start().ok());
  Peer one = loop.dial(here);
  Peer two = loop.dial("tcp://127.0.0.1:7001");
  one.send("a\n");
  two.send("\x03xyz");
  loop.run_ready();
  BOOST_TEST(one.take() == "a\n");
  BOOST_TEST(two.take() ==
             "\x01"
             "3");
  BOOST_TEST(server.stats().active == 2U);
  Peer three = loop.dial(here);
  loop.run_ready();
  BOOST_TEST(three.closed());
  BOOST_TEST(server.stats().refused_limit == 1U);
}

BOOST_AUTO_TEST_CASE(nobody_is_served_who_comes_after_the_stop) {
  Bench bench;
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  bench.say(peer, "half");
  bench.server.stop();
  bench.run();
  BOOST_CHECK_THROW(bench.dial(), std::logic_error);
}

// --- what makes the protocols --------------------------------------------------------------------

namespace {

struct FailingFactory final : ProtocolFactory {
  explicit FailingFactory(bool with_words) : words(with_words) {}
  std::unique_ptr<Protocol> make(const ConnectionOptions&) override {
    if (words) throw std::runtime_error("no more protocols");
    throw 42;
  }
  bool words;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_factory_that_throws_costs_the_connection_and_no_more) {
  for (const bool with_words : {true, false}) {
    Bench bench;
    bench.serve(std::make_unique<FailingFactory>(with_words));
    for (int i = 0; i < 3; ++i) {
      Peer peer = bench.dial();
      BOOST_TEST(peer.closed());
    }
    const ServerStats stats = bench.server.stats();
    BOOST_TEST(stats.active == 0U);
    BOOST_TEST(stats.refused_backend == 3U);
    BOOST_TEST(bench.warnings() == 1U);
    if (with_words) BOOST_TEST(bench.logged("no more protocols") == 1U);
  }
}

// --- the forms of a handler ----------------------------------------------------------------------

namespace {

/// What a peer gets for "in\n" from lines() and this handler.
template <class H>
std::string reply_of(H handler) {
  Bench bench;
  bench.serve(lines(), std::move(handler));
  Peer peer = bench.dial();
  return bench.say(peer, "in\n");
}

std::string free_function(std::string_view frame) { return std::string(frame) + "!"; }

struct Stateful {
  int calls = 0;
  std::string operator()(std::string_view) { return std::to_string(++calls); }
};

struct MoveOnly {
  std::unique_ptr<std::string> text = std::make_unique<std::string>("moved");
  const std::string& operator()(std::string_view) const { return *text; }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_handler_answers_with_what_a_string_view_can_be_made_of) {
  BOOST_TEST(reply_of([](std::string_view frame) { return frame; }) == "in\n");
  BOOST_TEST(reply_of([](std::string_view frame) { return std::string(frame) + "x"; }) == "inx\n");
  BOOST_TEST(reply_of([](std::string_view) { return "literal"; }) == "literal\n");
  BOOST_TEST(reply_of([](std::string_view) { return ""; }) == "\n");
  BOOST_TEST(reply_of(free_function) == "in!\n");
  BOOST_TEST(reply_of(Stateful{}) == "1\n");
  BOOST_TEST(reply_of(MoveOnly{}) == "moved\n");
}

BOOST_AUTO_TEST_CASE(a_handler_may_answer_nothing_or_only_sometimes) {
  BOOST_TEST(reply_of([](std::string_view) {}) == "");
  BOOST_TEST(reply_of([](std::string_view) { return std::optional<std::string>("yes"); }) ==
             "yes\n");
  BOOST_TEST(reply_of([](std::string_view) { return std::optional<std::string>(); }) == "");
  BOOST_TEST(reply_of([](std::string_view frame) { return std::optional(frame); }) == "in\n");
  BOOST_TEST(reply_of([](std::string_view) { return std::optional<const char*>("c"); }) == "c\n");
}

BOOST_AUTO_TEST_CASE(a_handler_may_take_its_session_by_reference_or_as_a_copy) {
  BOOST_TEST(reply_of([](std::string_view frame, Session& session) {
               session.send("sent");
               return frame;
             }) == "sent\nin\n");
  BOOST_TEST(reply_of([](std::string_view, Session session) { session.send("sent"); }) == "sent\n");
  BOOST_TEST(reply_of([](std::string_view, const Session& session) {
               return std::to_string(session.id());
             }) == "1\n");
}

BOOST_AUTO_TEST_CASE(one_handler_serves_all_connections_of_its_listener) {
  Bench bench;
  bench.serve(lines(), Stateful{});
  Peer one = bench.dial();
  Peer two = bench.dial();
  BOOST_TEST(bench.say(one, "a\n") == "1\n");
  BOOST_TEST(bench.say(two, "a\n") == "2\n");
}

BOOST_AUTO_TEST_CASE(hooks_are_called_in_order_once_each_for_every_connection) {
  Bench bench;
  bench.serve(lines(), echo);
  Peer one = bench.dial();
  bench.say(one, "a\n");
  one.end();
  bench.run();
  Peer two = bench.dial();
  two.reset();
  bench.run();
  BOOST_TEST(bench.record == (std::vector<std::string>{"open", "end", "close peer_ended", "open",
                                                       "close peer_reset"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_server_without_hooks_serves) {
  MemoryLoop loop;
  Server server({.log = Log(LogLevel::off), .loop = &loop});
  BOOST_REQUIRE(server.listen(here, raw(), echo).ok());
  BOOST_REQUIRE(server.start().ok());
  Peer peer = loop.dial(here);
  peer.send("a");
  peer.end();
  loop.run_ready();
  BOOST_TEST(peer.take() == "a");
  BOOST_TEST(peer.ended());
}

// --- threads -------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(threads_are_read_as_they_are_written) {
  for (const std::string text : {"1", "2", "8", "1024", "per-connection"}) {
    const auto parsed = Threads::parse(text);
    BOOST_REQUIRE(parsed.ok());
    BOOST_TEST(parsed.value().to_string() == text);
  }
  BOOST_TEST((Threads::parse("3").value() == Threads{3, false}));
  BOOST_TEST((Threads::parse("per-connection").value() == Threads{1, true}));
}

BOOST_AUTO_TEST_CASE(threads_that_are_none_are_an_error_that_says_what_is_expected) {
  for (const std::string text : {"", "0", "-1", "+1", "1025", "99999999999999999999", "1 ", " 1",
                                 "1x", "0x2", "two", "per-connections", "PER-CONNECTION"}) {
    BOOST_TEST_CONTEXT(text) {
      const auto parsed = Threads::parse(text);
      BOOST_REQUIRE(!parsed.ok());
      BOOST_TEST(holds(parsed.error().message, "'" + text + "'"));
      BOOST_TEST(holds(parsed.error().message, "a number from 1 to 1024, or per-connection"));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
