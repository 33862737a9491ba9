// A router behind a framing, as a peer sees it.
#include "weir/routing/routed.hpp"

#include <boost/test/unit_test.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "unit/session/bench.hpp"
#include "weir/framing/length_prefix.hpp"
#include "weir/framing/line.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// A router over lines, and one peer of it.
struct Lines {
  std::string say(std::string_view text) {
    if (!peer) {
      bench.serve(lines(), routed(router));
      peer = bench.dial();
    }
    return bench.say(*peer, text);
  }

  Router<> router;
  Bench bench;
  std::optional<Peer> peer;
};

std::string_view same(std::string_view text) { return text; }

}  // namespace

BOOST_AUTO_TEST_SUITE(routed_)

BOOST_FIXTURE_TEST_CASE(the_first_word_is_the_key_and_the_rest_the_payload, Lines) {
  router.on("echo", same).on("len", [](const std::string& text) {
    return std::to_string(text.size());
  });
  BOOST_TEST(say("echo hello world\necho   x\nlen four\nlen\n") == "hello world\nx\n4\n0\n");
}

BOOST_FIXTURE_TEST_CASE(what_no_route_has_is_answered_and_the_connection_goes_on, Lines) {
  router.on("echo", same);
  BOOST_TEST(say("who\n echo x\n\necho x\n") ==
             "error: not found\nerror: invalid request\nerror: invalid request\nx\n");
}

BOOST_FIXTURE_TEST_CASE(otherwise_sees_what_no_route_has, Lines) {
  router.otherwise([](Context& context, std::string_view text) {
    return context.route().name + "(" + std::string(text) + ")";
  });
  BOOST_TEST(say("who knows\n") == "*(knows)\n");
}

BOOST_FIXTURE_TEST_CASE(a_group_has_a_prefix_and_its_own_otherwise, Lines) {
  auto admin = router.group("admin.");
  admin.on("stop", [] { return "stopped"; });
  admin.otherwise([] { return "no such order"; });
  auto users = admin.group("users.");
  users.on("list", [] { return "ann"; });
  BOOST_TEST(say("admin.stop\nadmin.x\nadmin.users.list\nadmin.users.x\nstop\n") ==
             "stopped\nno such order\nann\nno such order\nerror: not found\n");
}

BOOST_FIXTURE_TEST_CASE(a_handler_may_say_nothing, Lines) {
  std::vector<std::string> seen;
  router.on("note", [&](std::string_view text) { seen.emplace_back(text); });
  router.on("maybe", [](std::string_view text) -> std::optional<std::string> {
    if (text.empty()) return std::nullopt;
    return std::string(text);
  });
  BOOST_TEST(say("note a\nmaybe\nmaybe b\n") == "b\n");
  BOOST_TEST(seen == std::vector<std::string>{"a"});
}

BOOST_FIXTURE_TEST_CASE(a_result_that_is_an_error_is_answered_in_its_own_words, Lines) {
  router.on("half", [](std::string_view text) -> Result<std::string> {
    if (text.size() % 2 != 0) return Error{"odd"};
    return std::string(text.substr(text.size() / 2));
  });
  BOOST_TEST(say("half abcd\nhalf abc\n") == "cd\nerror: odd\n");
  BOOST_TEST(bench.warnings() == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_handler_that_throws_is_answered_logged_and_counted, Lines) {
  router.on("boom", [](std::string_view) -> std::string { throw std::runtime_error("secret"); });
  router.on("odd", [] { throw 7; });
  router.on("no", [] { throw Refusal("not today"); });
  router.on("echo", same);
  BOOST_TEST(say("boom\nodd\nno\necho on\n") ==
             "error: internal error\nerror: internal error\nerror: not today\non\n");
  BOOST_TEST(bench.logged("route 'boom': secret") == 1U);
  BOOST_TEST(bench.server.stats().handler_failures == 2U);
  BOOST_TEST(bench.open());
}

BOOST_FIXTURE_TEST_CASE(a_session_and_a_context_come_where_they_are_asked_for, Lines) {
  router.on("bye", [](Session& session, std::string_view text) {
    session.send("first");
    session.close();
    return text;
  });
  router.on("name", [](const Context& context) { return context.route().name; });
  BOOST_TEST(say("name\nbye now\nname\n") == "name\nfirst\nnow\n");
  peer->end();
  bench.run();
  bench.check_end(CloseReason::closed);
}

BOOST_FIXTURE_TEST_CASE(an_answer_may_come_later_and_keeps_its_place, Lines) {
  std::vector<Responder> waiting;
  router.on("later", [&](Responder responder) { waiting.push_back(std::move(responder)); });
  router.on("echo", same);
  BOOST_TEST(say("later\necho x\n") == "");
  waiting.front().reply("at last");
  bench.run();
  BOOST_TEST(peer->take() == "at last\nx\n");
  waiting.clear();
  say("later\n");
  waiting.clear();
  bench.run();
  BOOST_TEST(peer->take() == "error: unanswered\n");
  say("later\n");
  bench.advance(30s);
  BOOST_TEST(peer->take() == "error: timed out\n");
  BOOST_TEST(!waiting.front().reply("too late"));
  BOOST_TEST(say("echo on\n") == "on\n");
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_has_no_form_ends_the_connection, Lines) {
  router.on("two", [] { return "two\nlines"; });
  BOOST_TEST(say("two\n") == "");
  peer->end();
  bench.run();
  bench.check_end(CloseReason::unencodable_reply);
}

BOOST_AUTO_TEST_CASE(an_opcode_is_a_number_before_the_payload) {
  Router<> router;
  router.on(7, same).on(0x1234, [] { return "big"; }).on(0, [] { return "zero"; });
  Bench bench;
  bench.serve(length_prefix(1), routed(router, opcode(2)));
  Peer peer = bench.dial();
  const std::string asked("\x04\x00\x07hi\x02\x12\x34\x02\x00\x00\x01\x00", 13);
  BOOST_TEST(bench.say(peer, asked) ==
             std::string("\x02hi\x03") + "big\x04zero\x16" + "error: invalid request");
  BOOST_CHECK_THROW(static_cast<void>(opcode(3)), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(the_words_of_a_failure_are_the_applications) {
  Router<> router;
  Bench bench;
  bench.serve(lines(), routed(router, first_word(), {.describe = [](const Failure& failure) {
                                return "-ERR " + std::string(failure.text());
                              }}));
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "x\n") == "-ERR not found\n");
}

BOOST_AUTO_TEST_CASE(a_router_may_go_before_its_server) {
  Bench bench;
  {
    Router<> router;
    router.on("echo", same);
    bench.serve(lines(), routed(router));
  }
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "echo x\n") == "x\n");
}

BOOST_AUTO_TEST_SUITE_END()
