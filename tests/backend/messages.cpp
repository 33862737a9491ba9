// Sockets that keep the boundaries of messages: UDP, Unix datagrams, SOCK_SEQPACKET and message
// queues behind the same connection, framings, router and client.
#include <netinet/in.h>
#include <sys/socket.h>

#include <set>
#include <vector>

#include "backend/scenario.hpp"
#include "support/message_peer.hpp"
#include "weir/framing/length_prefix.hpp"
#include "weir/framing/line.hpp"
#include "weir/framing/raw.hpp"
#include "weir/routing/routed.hpp"
#include "weir/routing/router.hpp"
#include "weir/service/client.hpp"
#include "weir/session/group.hpp"

namespace {

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

constexpr auto echo = [](std::string_view frame) { return frame; };

bool connects(const Bench& bench) { return bench.scheme() == "unixpacket"; }

/// The server has seen what came before.
template <class Condition>
void settle(Bench& bench, const std::string& what, Condition done) {
  wait_until(what, [&] { return done(bench.server().stats()); });
}

}  // namespace

MESSAGE_SCENARIO(a_message_is_a_frame_and_its_answer_is_a_message, all_messages) {
  const auto serving = bench.serve(raw(), echo);
  const MessagePeer peer(bench.address());
  std::size_t bytes = 0;
  for (const std::size_t size : {1U, 5U, 64U, 1000U, 1471U, 1472U, 1473U, 8000U}) {
    const std::string message(size, static_cast<char>('a' + size % 26));
    peer.send(message);
    BOOST_TEST((peer.receive() == message));
    bytes += size;
  }
  settle(bench, "the count of bytes", [bytes](const ServerStats& stats) {
    return stats.bytes_in == bytes && stats.bytes_out == bytes;
  });
}

MESSAGE_SCENARIO(messages_sent_at_once_stay_apart_and_in_order, all_messages) {
  const auto serving = bench.serve(raw(), echo);
  const MessagePeer peer(bench.address());
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 5; ++i) {
      peer.send(std::string(static_cast<std::size_t>(10 - i), 'x') + std::to_string(i));
    }
    for (int i = 0; i < 5; ++i) {
      BOOST_TEST(peer.receive() ==
                 std::string(static_cast<std::size_t>(10 - i), 'x') + std::to_string(i));
    }
  }
}

MESSAGE_SCENARIO(a_message_may_hold_several_frames_and_each_answer_is_one, all_messages) {
  const auto serving = bench.serve(lines(), echo);
  const MessagePeer peer(bench.address());
  peer.send("one\ntwo\nthree\n");
  BOOST_TEST(peer.receive() == "one\n");
  BOOST_TEST(peer.receive() == "two\n");
  BOOST_TEST(peer.receive() == "three\n");
}

MESSAGE_SCENARIO(a_message_that_ends_inside_a_frame_ends_its_connection_alone, all_messages) {
  const auto serving = bench.serve(lines(), echo);
  const MessagePeer peer(bench.address());
  peer.send("whole\nhal");
  BOOST_TEST(peer.receive() == "whole\n");
  BOOST_TEST(to_string(bench.next_reason()) == "truncated_frame");
  if (connects(bench)) {
    BOOST_TEST(peer.ended());
    const MessagePeer other(bench.address());
    other.send("next\n");
    BOOST_TEST(other.receive() == "next\n");
  } else {
    peer.send("next\n");  // of a new connection from the same place
    BOOST_TEST(peer.receive() == "next\n");
  }
}

MESSAGE_SCENARIO(a_frame_that_a_message_makes_too_large_ends_its_connection, all_messages) {
  bench.options.limits.frame = 100;
  const auto serving = bench.serve(length_prefix(4), echo);
  const MessagePeer peer(bench.address());
  peer.send({"\0\0\0\x65", 4});
  BOOST_TEST(to_string(bench.next_reason()) == "frame_too_large");
}

MESSAGE_SCENARIO(an_empty_message_is_dropped_and_counted, all_messages) {
  const auto serving = bench.serve(raw(), echo);
  const MessagePeer peer(bench.address());
  peer.send("");
  peer.send("full");
  BOOST_TEST(peer.receive() == "full");
  BOOST_TEST(bench.server().stats().messages.empty == 1U);
}

MESSAGE_SCENARIO(a_message_too_long_is_dropped_and_counted_never_delivered_short,
                 "udp unixgram unixpacket") {
  bench.listener_options.messages.max_message = 100;
  const auto serving = bench.serve(raw(), echo);
  const MessagePeer peer(bench.address());
  peer.send(std::string(101, 'x'));
  peer.send(std::string(100, 'y'));
  BOOST_TEST(peer.receive() == std::string(100, 'y'));
  BOOST_TEST(bench.server().stats().messages.truncated == 1U);
}

MESSAGE_SCENARIO(the_system_takes_no_message_that_its_queue_is_too_small_for, "mq") {
  bench.listener_options.messages.max_message = 100;
  const auto serving = bench.serve(raw(), echo);
  const MessagePeer peer(bench.address());
  BOOST_TEST(!peer.try_send(std::string(101, 'x')));
  BOOST_TEST(errno == EMSGSIZE);
  peer.send(std::string(100, 'y'));
  BOOST_TEST(peer.receive() == std::string(100, 'y'));
}

MESSAGE_SCENARIO(a_message_too_long_to_send_is_rejected_at_send, all_messages) {
  bench.listener_options.messages.max_message = 100;
  bench.listener_options.messages.amplification = 1000;
  Events<SendResult> results;
  const auto serving = bench.serve(raw(), [&](std::string_view, Session& session) {
    results.push(session.send(std::string(101, 'x')));
    results.push(session.send(std::string(100, 'y')));
  });
  const MessagePeer peer(bench.address());
  peer.send("go");
  BOOST_TEST(peer.receive() == std::string(100, 'y'));
  BOOST_TEST((bench.next(results, "the first result") == SendResult::rejected));
  BOOST_TEST((bench.next(results, "the second result") == SendResult::queued));
}

MESSAGE_SCENARIO(an_answer_too_long_ends_the_connection_with_a_reason, all_messages) {
  bench.listener_options.messages.max_message = 100;
  const auto serving = bench.serve(raw(), [](std::string_view) { return std::string(101, 'x'); });
  const MessagePeer peer(bench.address());
  peer.send("go");
  BOOST_TEST(to_string(bench.next_reason()) == "unencodable_reply");
}

MESSAGE_SCENARIO(a_router_answers_messages_as_it_answers_frames, all_messages) {
  Router router;
  router.on("double", [](std::string_view text) { return std::string(text) + std::string(text); });
  router.on("throws", []() -> std::string { throw std::runtime_error("thrown"); });
  const auto serving = bench.serve(lines(), routed(router));
  const MessagePeer peer(bench.address());
  peer.send("double ab\n");
  BOOST_TEST(peer.receive() == "abab\n");
  peer.send("throws and more than that\ndouble c\n");
  BOOST_TEST(peer.receive() == "error: internal error\n");
  BOOST_TEST(peer.receive() == "cc\n");
}

MESSAGE_SCENARIO(a_client_calls_and_is_answered, all_messages) {
  const auto serving =
      bench.serve(lines(), [](std::string_view line) { return "<" + std::string(line) + ">"; });
  weir::Client client(bench.endpoint().to_string(), lines(), bench.client_options());
  for (int i = 0; i < 20; ++i) {
    const auto answer = client.call("call " + std::to_string(i));
    BOOST_TEST_REQUIRE(answer.ok());
    BOOST_TEST(answer.value() == "<call " + std::to_string(i) + ">");
  }
}

MESSAGE_SCENARIO(a_clients_message_that_is_too_long_says_so, all_messages) {
  const auto serving = bench.serve(raw(), echo);
  ClientOptions options = bench.client_options();
  options.messages.max_message = 100;
  weir::Client client(bench.endpoint().to_string(), raw(), std::move(options));
  const auto refused = client.call(std::string(101, 'x'));
  BOOST_TEST_REQUIRE(!refused.ok());
  BOOST_TEST(refused.error().message.find("a message of 101 bytes, the socket takes at most 100") !=
             std::string::npos);
  BOOST_TEST(client.call("short").value() == "short");
}

MESSAGE_SCENARIO(what_comes_while_a_handler_is_out_waits_and_keeps_its_order, all_messages) {
  Events<Responder> asked;
  const auto serving = bench.serve(
      raw(), [&](std::string_view, Responder responder) { asked.push(std::move(responder)); });
  const MessagePeer peer(bench.address());
  for (int i = 0; i < 5; ++i) peer.send("question " + std::to_string(i));
  for (int i = 0; i < 5; ++i) {
    const Responder responder = bench.next(asked, "a question");
    BOOST_TEST(asked.size() == 0U);
    responder.reply("answer " + std::to_string(i));
    BOOST_TEST(peer.receive() == "answer " + std::to_string(i));
  }
}

MESSAGE_SCENARIO(the_rest_of_a_message_waits_for_its_handler_as_well, all_messages) {
  bench.listener_options.messages.amplification = 1000;
  Events<Responder> asked;
  const auto serving = bench.serve(
      lines(), [&](std::string_view, Responder responder) { asked.push(std::move(responder)); });
  const MessagePeer peer(bench.address());
  peer.send("a\nb\n");
  peer.send("c\n");
  for (const std::string_view answer : {"first", "second", "third"}) {
    bench.next(asked, "a question").reply(answer);
    BOOST_TEST(peer.receive() == std::string(answer) + "\n");
  }
}

MESSAGE_SCENARIO(more_than_may_be_held_is_dropped_and_counted, "udp unixgram") {
  bench.listener_options.messages.held_messages = 2;
  Events<Responder> asked;
  const auto serving = bench.serve(
      raw(), [&](std::string_view, Responder responder) { asked.push(std::move(responder)); });
  const MessagePeer peer(bench.address());
  peer.send("1");
  Responder first = bench.next(asked, "the first question");
  for (const std::string_view each : {"2", "3", "4", "5"}) peer.send(each);
  settle(bench, "two drops", [](const ServerStats& stats) { return stats.messages.dropped == 2; });
  first.reply("1");
  bench.next(asked, "the second question").reply("2");
  bench.next(asked, "the third question").reply("3");
  for (const std::string_view each : {"1", "2", "3"}) BOOST_TEST(peer.receive() == each);
  BOOST_TEST(asked.size() == 0U);
}

MESSAGE_SCENARIO(more_bytes_than_may_be_held_are_dropped_and_counted, "udp unixgram") {
  bench.listener_options.messages.held_bytes = 150;
  Events<Responder> asked;
  const auto serving = bench.serve(
      raw(), [&](std::string_view, Responder responder) { asked.push(std::move(responder)); });
  const MessagePeer peer(bench.address());
  peer.send("1");
  Responder first = bench.next(asked, "the first question");
  for (int i = 0; i < 3; ++i) peer.send(std::string(100, 'x'));
  settle(bench, "two drops", [](const ServerStats& stats) { return stats.messages.dropped == 2; });
  first.reply("1");
  bench.next(asked, "the second question").reply("2");
  BOOST_TEST(peer.receive() == "1");
  BOOST_TEST(peer.receive() == "2");
}

MESSAGE_SCENARIO(a_peer_that_is_silent_ends_at_its_deadline_and_may_come_back, all_messages) {
  bench.options.deadlines.idle = 500ms;  // there is time to answer
  const auto serving = bench.serve(raw(), echo);
  const MessagePeer peer(bench.address());
  peer.send("a");
  BOOST_TEST(peer.receive() == "a");
  BOOST_TEST(to_string(bench.next_reason()) == "idle_timeout");
  if (connects(bench)) return;
  peer.send("b");
  BOOST_TEST(peer.receive() == "b");
}

MESSAGE_SCENARIO(a_handler_that_throws_ends_its_connection_alone, all_messages) {
  const auto serving = bench.serve(raw(), [](std::string_view message) -> std::string_view {
    if (message == "throw") throw std::runtime_error("no");
    return message;
  });
  const MessagePeer peer(bench.address());
  peer.send("throw");
  BOOST_TEST(to_string(bench.next_reason()) == "handler_failed");
  const MessagePeer other(bench.address());
  other.send("a");
  BOOST_TEST(other.receive() == "a");
}

MESSAGE_SCENARIO(a_handler_that_closes_gets_its_last_reply_out_first, all_messages) {
  const auto serving = bench.serve(raw(), [](std::string_view message, Session& session) {
    session.close();
    return message;
  });
  const MessagePeer peer(bench.address());
  peer.send("bye");
  BOOST_TEST(peer.receive() == "bye");
  if (connects(bench)) BOOST_TEST(peer.ended());
}

MESSAGE_SCENARIO(many_peers_get_their_own_answers, "udp unixgram unixpacket") {
  const auto serving = bench.serve(raw(), echo);
  std::vector<MessagePeer> peers;
  for (int i = 0; i < 40; ++i) peers.emplace_back(bench.address());
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < peers.size(); ++i) peers[i].send("peer " + std::to_string(i));
    for (std::size_t i = 0; i < peers.size(); ++i) {
      BOOST_TEST(peers[i].receive() == "peer " + std::to_string(i));
    }
  }
  BOOST_TEST(bench.server().stats().accepted == 40U);
}

MESSAGE_SCENARIO(a_broadcast_reaches_every_peer_as_one_message, "udp unixgram unixpacket") {
  Group group;
  Events<int> joined;
  const auto serving = bench.serve(raw(), [&](std::string_view, Session& session) {
    session.verify_peer();
    group.add(session);
    joined.push(1);
  });
  std::vector<MessagePeer> peers;
  for (int i = 0; i < 5; ++i) {
    peers.emplace_back(bench.address());
    peers.back().send("join");
    static_cast<void>(bench.next(joined, "a member"));
  }
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST((group.send("news " + std::to_string(i)) == SendResult::queued));
  }
  for (const MessagePeer& peer : peers) {
    for (int i = 0; i < 3; ++i) BOOST_TEST(peer.receive() == "news " + std::to_string(i));
  }
}

MESSAGE_SCENARIO(a_slow_peer_gets_everything_once_it_reads, "unixgram unixpacket mq") {
  constexpr int count = 200;
  const auto serving = bench.serve(raw(), [](std::string_view message, Session& session) {
    if (message != "go") return;
    for (int i = 0; i < count; ++i) {
      session.send(std::string(1000, 'x') + " " + std::to_string(i));
    }
  });
  const MessagePeer peer(bench.address());
  peer.send("go");
  for (int i = 0; i < count; ++i) {
    BOOST_TEST(peer.receive() == std::string(1000, 'x') + " " + std::to_string(i));
  }
}

MESSAGE_SCENARIO(idle_peers_are_drained_when_the_server_stops, all_messages) {
  const auto serving = bench.serve(raw(), echo);
  const MessagePeer peer(bench.address());
  peer.send("a");
  BOOST_TEST(peer.receive() == "a");
  const DrainReport report = bench.stop(1h);
  BOOST_TEST(report.to_string() == "drained: 1 idle, 0 finished, 0 cut");
}

MESSAGE_SCENARIO(a_handler_that_is_out_finishes_when_the_server_stops, all_messages) {
  bench.listener_options.messages.amplification = 1000;
  Events<Responder> asked;
  const auto serving = bench.serve(
      raw(), [&](std::string_view, Responder responder) { asked.push(std::move(responder)); });
  const MessagePeer peer(bench.address());
  peer.send("a");
  Responder responder = bench.next(asked, "the question");
  bench.server().stop(1h);
  responder.reply("in time");
  BOOST_TEST(peer.receive() == "in time");
  BOOST_TEST(bench.wait(0s).cut == 0U);
}

MESSAGE_SCENARIO(one_peer_more_than_the_limit_is_refused_and_counted, "udp unixgram unixpacket") {
  bench.options.limits.connections = 2;
  const auto serving = bench.serve(raw(), echo);
  std::vector<MessagePeer> peers;
  for (int i = 0; i < 2; ++i) {
    peers.emplace_back(bench.address());
    peers.back().send("a");
    BOOST_TEST(peers.back().receive() == "a");
  }
  const MessagePeer third(bench.address());
  static_cast<void>(third.try_send("b"));
  settle(bench, "a refusal", [](const ServerStats& stats) { return stats.refused_limit == 1; });
  peers.front().send("c");
  BOOST_TEST(peers.front().receive() == "c");
}

MESSAGE_SCENARIO(the_peer_that_was_silent_longest_gives_its_place_to_a_new_one, "udp/1 unixgram") {
  bench.listener_options.messages.peers = 2;
  const auto serving = bench.serve(raw(), echo);
  const MessagePeer first(bench.address());
  const MessagePeer second(bench.address());
  const MessagePeer third(bench.address());
  for (const MessagePeer* peer : {&first, &second, &first, &third}) {
    peer->send("a");
    BOOST_TEST(peer->receive() == "a");
  }
  BOOST_TEST(to_string(bench.next_reason()) == "displaced");
  BOOST_TEST(bench.server().stats().messages.displaced == 1U);
  first.send("b");  // it was heard after the second one, so it is still there
  BOOST_TEST(first.receive() == "b");
  BOOST_TEST(bench.server().stats().accepted == 3U);
}

MESSAGE_SCENARIO(a_peer_whose_handler_is_out_keeps_its_place, "udp/1 unixgram") {
  bench.listener_options.messages.peers = 1;
  bench.listener_options.messages.amplification = 1000;
  Events<Responder> asked;
  const auto serving = bench.serve(
      raw(), [&](std::string_view, Responder responder) { asked.push(std::move(responder)); });
  const MessagePeer first(bench.address());
  const MessagePeer second(bench.address());
  first.send("a");
  Responder responder = bench.next(asked, "the question");
  second.send("b");
  settle(bench, "a drop", [](const ServerStats& stats) { return stats.messages.dropped == 1; });
  responder.reply("answer");
  BOOST_TEST(first.receive() == "answer");
}

MESSAGE_SCENARIO(a_sender_without_a_name_is_heard_and_cannot_be_answered, "unixgram") {
  Events<std::string> heard;
  const auto serving = bench.serve(raw(), [&](std::string_view message) {
    heard.push(std::string(message));
    return message;
  });
  const MessagePeer nameless(bench.address(), true);
  nameless.send("hello");
  BOOST_TEST(bench.next(heard, "the message") == "hello");
  settle(bench, "the count",
         [](const ServerStats& stats) { return stats.messages.unsendable == 1; });
}

MESSAGE_SCENARIO(an_address_that_is_not_proven_is_sent_so_much_and_no_more, "udp") {
  bench.listener_options.messages.amplification = 3;
  Events<int> handled;
  const auto serving = bench.serve(raw(), [&](std::string_view message, Session& session) {
    if (message == "proof") session.verify_peer();
    session.send(std::string(10, '1'));
    session.send(std::string(6, '2'));
    session.send(std::string(3, '3'));  // 5 bytes came: 15 may go
    handled.push(1);
  });
  const MessagePeer peer(bench.address());
  peer.send("12345");
  BOOST_TEST(peer.receive() == std::string(10, '1'));
  BOOST_TEST(peer.receive() == std::string(3, '3'));
  BOOST_TEST(bench.server().stats().messages.amplifying == 1U);
  peer.send("proof");
  BOOST_TEST(peer.receive() == std::string(10, '1'));
  BOOST_TEST(peer.receive() == std::string(6, '2'));
  BOOST_TEST(peer.receive() == std::string(3, '3'));
}

MESSAGE_SCENARIO(a_second_server_cannot_take_the_place_of_the_first, "udp unixgram unixpacket") {
  const auto serving = bench.serve(raw(), echo);
  ServerOptions options;
  options.log = Log(LogLevel::off);
  Server second(options);
  BOOST_TEST(!second.listen(bench.endpoint().to_string(), raw(), echo).ok());
}

MESSAGE_SCENARIO(a_queue_is_gone_with_its_server, "mq") {
  {
    const auto serving = bench.serve(raw(), echo);
    const MessagePeer peer(bench.address());
    peer.send("a");
    BOOST_TEST(peer.receive() == "a");
  }
  BOOST_CHECK_THROW(MessagePeer{bench.address()}, std::exception);
}

MESSAGE_SCENARIO(a_client_without_a_server_says_why, "unixgram unixpacket mq") {
  ClientOptions options = bench.client_options();
  options.backoff.attempts = 1;
  std::string name(bench.scheme());
  name += bench.scheme() == "mq" ? "://weir-test-nobody" : "://@weir-test-nobody";
  weir::Client client(name, raw(), std::move(options));
  const auto answer = client.call("a");
  BOOST_TEST_REQUIRE(!answer.ok());
  BOOST_TEST(answer.error().message.find("cannot connect to " + name) != std::string::npos);
}
