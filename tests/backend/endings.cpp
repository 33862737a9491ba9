// Every way a connection can end, and the one reason it ends with.
#include "backend/scenario.hpp"
#include "weir/framing/length_prefix.hpp"
#include "weir/framing/line.hpp"

namespace {

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

constexpr auto echo = [](std::string_view frame) { return frame; };

}  // namespace

CORE_SCENARIO(half_close_gets_the_reply) {
  const auto serving = bench.serve(lines(), echo);
  const auto client = bench.connect();
  client->send("one\ntwo\n");
  client->end();
  const Rest rest = client->read_to_end();
  BOOST_TEST(rest.bytes == "one\ntwo\n");
  BOOST_TEST(!rest.reset);
  BOOST_TEST(to_string(bench.next_reason()) == "peer_ended");
}

SCENARIO(half_close_gets_a_reply_that_does_not_fit_the_kernel, Sockets::streams) {
  const std::string large(4U << 20U, 'x');
  bench.options.limits.frame = 8U << 20U;
  const auto serving =
      bench.serve(lines(), [&large](std::string_view) -> std::string_view { return large; });
  const auto client = bench.connect();
  client->send("go\n");
  client->end();
  const Rest rest = client->read_to_end();
  BOOST_TEST((rest.bytes == large + "\n"));
  BOOST_TEST(!rest.reset);
  BOOST_TEST(to_string(bench.next_reason()) == "peer_ended");
}

SCENARIO(an_end_in_the_middle_of_a_frame_is_a_truncated_frame) {
  const auto serving = bench.serve(lines(), echo);
  const auto client = bench.connect();
  client->send("whole\nhal");
  client->end();
  BOOST_TEST(client->read_to_end().bytes == "whole\n");
  BOOST_TEST(to_string(bench.next_reason()) == "truncated_frame");
}

SCENARIO(an_end_without_a_byte_is_the_peers) {
  const auto serving = bench.serve(lines(), echo);
  const auto client = bench.connect();
  client->end();
  BOOST_TEST(client->read_to_end().bytes.empty());
  BOOST_TEST(to_string(bench.next_reason()) == "peer_ended");
}

CORE_SCENARIO(a_reset_ends_the_connection_and_no_other, Sockets::resets) {
  const auto serving = bench.serve(lines(), echo);
  const auto other = bench.connect();
  const auto client = bench.connect();
  client->send("a\n");
  BOOST_TEST(client->read(2) == "a\n");
  client->reset();
  BOOST_TEST(to_string(bench.next_reason()) == "peer_reset");
  other->send("b\n");
  BOOST_TEST(other->read(2) == "b\n");
}

SCENARIO(a_frame_over_the_limit_ends_the_connection) {
  bench.options.limits.frame = 100;
  const auto serving = bench.serve(length_prefix(4), echo);
  const auto client = bench.connect();
  client->send({"\0\0\0\x65", 4});
  BOOST_TEST(client->read_to_end().bytes.empty());
  client->close();
  BOOST_TEST(to_string(bench.next_reason()) == "frame_too_large");
}

CORE_SCENARIO(a_handler_that_closes_gets_its_last_reply_out) {
  Events<std::string> handled;
  const auto serving = bench.serve(lines(), [&](std::string_view line, Session& session) {
    handled.push(std::string(line));
    if (line == "quit") session.close();
    return std::string(line) + "!";
  });
  const auto client = bench.connect();
  client->send("a\nquit\nnever\n");
  const Rest rest = client->read_to_end();
  BOOST_TEST(rest.bytes == "a!\nquit!\n");
  BOOST_TEST(!rest.reset);
  client->close();
  BOOST_TEST(to_string(bench.next_reason()) == "closed");
  BOOST_TEST(handled.size() == 2U);
}

SCENARIO(a_closing_connection_drops_what_still_comes_and_resets_nothing) {
  const auto serving = bench.serve(lines(), [](std::string_view, Session& session) {
    session.close();
    return "bye";
  });
  const auto client = bench.connect();
  client->send("quit\n");
  BOOST_TEST(client->read(4) == "bye\n");
  for (int i = 0; i < 100; ++i) client->send("still talking\n");
  const Rest rest = client->read_to_end();
  BOOST_TEST(rest.bytes.empty());
  BOOST_TEST(!rest.reset);
  client->close();
  BOOST_TEST(to_string(bench.next_reason()) == "closed");
}

SCENARIO(a_handler_that_aborts_ends_the_connection_at_once) {
  const auto serving = bench.serve(lines(), [](std::string_view line, Session& session) {
    if (line == "abort") session.abort();
    return line;
  });
  const auto client = bench.connect();
  client->send("a\n");
  BOOST_TEST(client->read(2) == "a\n");
  client->send("abort\n");
  BOOST_TEST(client->read_to_end().bytes.empty());
  BOOST_TEST(to_string(bench.next_reason()) == "aborted");
}

SCENARIO(a_handler_that_throws_ends_its_connection_and_no_other) {
  const auto serving = bench.serve(lines(), [](std::string_view line) -> std::string_view {
    if (line == "throw") throw std::runtime_error("no");
    return line;
  });
  const auto other = bench.connect();
  const auto client = bench.connect();
  client->send("a\nthrow\nb\n");
  BOOST_TEST(client->read_to_end().bytes == "a\n");
  client->close();
  BOOST_TEST(to_string(bench.next_reason()) == "handler_failed");
  other->send("b\n");
  BOOST_TEST(other->read(2) == "b\n");
  other->close();
  BOOST_TEST(to_string(bench.next_reason()) == "peer_ended");
  BOOST_TEST(bench.server().stats().handler_failures == 1U);
}

SCENARIO(a_handler_may_end_sending_and_go_on_receiving) {
  Events<std::string> handled;
  const auto serving = bench.serve(lines(), [&](std::string_view line, Session& session) {
    handled.push(std::string(line));
    if (line == "last") session.shutdown_write();
    return line;
  });
  const auto client = bench.connect();
  client->send("last\n");
  const Rest rest = client->read_to_end();
  BOOST_TEST(rest.bytes == "last\n");
  BOOST_TEST(!rest.reset);
  client->send("more\n");
  BOOST_TEST(bench.next(handled, "the first line") == "last");
  BOOST_TEST(bench.next(handled, "a line after the end of output") == "more");
  client->end();
  BOOST_TEST(to_string(bench.next_reason()) == "peer_ended");
}

CORE_SCENARIO(an_idle_connection_ends_at_its_deadline) {
  const Duration idle = bench.in_memory() ? 30ms : 500ms;  // there is time to answer
  bench.options.deadlines.idle = idle;
  const auto serving = bench.serve(lines(), echo);
  const auto client = bench.connect();
  client->send("a\n");
  BOOST_TEST(client->read(2) == "a\n");
  bench.pass(idle);
  BOOST_TEST(client->read_to_end().bytes.empty());
  client->close();
  BOOST_TEST(to_string(bench.next_reason()) == "idle_timeout");
}

SCENARIO(a_connection_that_never_says_anything_ends_at_its_deadline) {
  bench.options.deadlines.idle = 30ms;
  const auto serving = bench.serve(lines(), echo);
  const auto client = bench.connect();
  bench.pass(30ms);
  BOOST_TEST(client->read_to_end().bytes.empty());
  client->close();
  BOOST_TEST(to_string(bench.next_reason()) == "idle_timeout");
}

SCENARIO(a_frame_that_does_not_end_in_time_ends_the_connection, Sockets::streams) {
  bench.options.deadlines.frame = 30ms;
  const auto serving = bench.serve(lines(), echo);
  const auto client = bench.connect();
  client->send("whole\nhal");
  BOOST_TEST(client->read(6) == "whole\n");
  bench.pass(30ms);
  BOOST_TEST(client->read_to_end().bytes.empty());
  client->close();
  BOOST_TEST(to_string(bench.next_reason()) == "frame_timeout");
}

SCENARIO(a_client_that_stays_after_the_end_is_waited_for_no_longer_than_linger) {
  bench.options.deadlines.linger = 30ms;
  const auto serving = bench.serve(lines(), [](std::string_view line, Session& session) {
    session.close();
    return line;
  });
  const auto client = bench.connect();
  client->send("bye\n");
  BOOST_TEST(client->read_to_end().bytes == "bye\n");
  bench.pass(30ms);
  BOOST_TEST(to_string(bench.next_reason()) == "closed");
}
