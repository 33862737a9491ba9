// The WebSocket client: its handshake, messages both ways, every end, and coming back.
#include "weir/web/websocket_client.hpp"

#include <cerrno>

#include "unit/web/client_bench.hpp"
#include "weir/service/server.hpp"
#include "weir/web/serve.hpp"
#include "weir/web/websocket.hpp"
#include "weir/websocket/handshake.hpp"
#include "weir/websocket/random.hpp"
#include "weir/websocket/writer.hpp"

using namespace weir;
using namespace weir::test;
using websocket::Opcode;

namespace {

constexpr std::string_view where = "ws://127.0.0.1:8080/chat?a=b";

/// A client, and what its hooks were told.
struct Chat {
  MemoryLoop& loop;
  std::vector<std::string> heard;
  std::vector<std::string> states;
  std::vector<websocket::Ended> ends;
  std::string protocol;
  bool deflated = false;
  int opened = 0;
  int drained = 0;
  Error why;
  std::function<void(const websocket::Message&)> on_message;
  std::optional<websocket::Client> client;

  explicit Chat(MemoryLoop& its_loop, websocket::ClientOptions options = {},
                std::string_view url = where)
      : loop(its_loop) {
    options.loop = &loop;
    options.log = Log(LogLevel::off);
    options.backoff.jitter = 0;
    websocket::ClientHooks hooks;
    hooks.on_open = [this](const websocket::Opened& agreed) {
      ++opened;
      protocol = agreed.protocol;
      deflated = agreed.deflation.has_value();
    };
    hooks.on_message = [this](const websocket::Message& message) {
      heard.push_back((message.binary ? "binary " : "text ") + std::string(message.payload));
      if (on_message) on_message(message);
    };
    hooks.on_close = [this](const websocket::Ended& ended) { ends.push_back(ended); };
    hooks.on_drained = [this] { ++drained; };
    hooks.on_state = [this](ClientState state, const Error& error) {
      states.emplace_back(to_string(state));
      if (!error.message.empty()) why = error;
    };
    client.emplace(url, std::move(options), std::move(hooks));
    client->start();
    loop.run_ready();
  }
  ~Chat() {
    client.reset();
    loop.run_ready();
  }
  Chat(const Chat&) = delete;
  Chat& operator=(const Chat&) = delete;
};

/// A weir server of WebSockets on the same loop.
struct EchoBench {
  MemoryLoop loop;
  Server server;

  explicit EchoBench(http::WebSocketOptions options = {}) : server(on(loop)) {
    http::Router routes;
    routes.get("/chat", http::websocket(
                            [](std::string_view message, Session& session) {
                              if (message == "bye") session.close();
                              if (message == "cut") session.abort();
                              return message;
                            },
                            {}, std::move(options)));
    BOOST_REQUIRE(server.listen("tcp://127.0.0.1:8080", http::serve(routes)).ok());
    BOOST_REQUIRE(server.start().ok());
  }
  static ServerOptions on(MemoryLoop& loop) {
    ServerOptions options;
    options.loop = &loop;
    options.log = Log(LogLevel::off);
    return options;
  }
};

/// The value of a header that the client sent.
std::string field(const std::string& head, const std::string& name) {
  const std::size_t at = head.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "";
  const std::size_t begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

/// A scripted server, its frames written by weir's Writer.
struct Scripted {
  MemoryLoop loop;
  ScriptedServer server{loop};
  websocket::Reader reader{websocket::Role::server};
  websocket::Scratch scratch;
  std::string input;

  std::string accept(std::size_t index = 0, const std::string& more = "") {
    const std::string head = server[index].take();
    const std::string answer =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
        websocket::accept_key(field(head, "Sec-WebSocket-Key")) + "\r\n" + more + "\r\n";
    say(answer, index);
    return answer;
  }
  void say(std::string_view bytes, std::size_t index = 0) {
    server[index].say(bytes);
    loop.run_ready();
  }
  void frame(Opcode kind, std::string_view payload, bool last = true, std::size_t index = 0) {
    Buffer bytes;
    websocket::append_frame({.opcode = kind, .last = last}, payload, nullptr, bytes);
    say(bytes.view(), index);
  }
  void goodbye(std::uint16_t code, std::string_view reason) {
    Buffer bytes;
    websocket::append_close(code, reason, nullptr, bytes);
    say(bytes.view());
  }
  /// The next thing that the client said; "nothing".
  std::string next(std::size_t index = 0) {
    loop.run_ready();
    input += server[index].take();
    const websocket::Event event = reader.read(input, scratch);
    const std::string payload(event.payload);
    input.erase(0, event.consumed);
    switch (event.kind) {
      case websocket::Event::Kind::need_more:
        return "nothing";
      case websocket::Event::Kind::close:
        return "close " + std::to_string(event.code) + " " + payload;
      case websocket::Event::Kind::ping:
        return "ping " + payload;
      case websocket::Event::Kind::pong:
        return "pong " + payload;
      case websocket::Event::Kind::failed:
        return "failed " + payload;
      default:
        return payload;
    }
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(websocket_client)

BOOST_AUTO_TEST_CASE(messages_go_both_ways_with_and_without_compression) {
  for (const bool deflate : {true, false}) {
    EchoBench bench;
    websocket::ClientOptions options;
    if (!deflate) options.deflate.reset();
    Chat chat(bench.loop, std::move(options));
    BOOST_TEST(chat.opened == 1);
    BOOST_TEST(chat.deflated == deflate);
    for (const std::string& said : {std::string("hello"), std::string(), std::string(125, 'a'),
                                    std::string(126, 'b'), std::string(300'000, 'c')}) {
      BOOST_TEST((chat.client->send(said) != SendResult::rejected));
      bench.loop.run_ready();
      BOOST_REQUIRE(!chat.heard.empty());
      BOOST_TEST((chat.heard.back() == "text " + said));
    }
    BOOST_TEST((chat.client->send("\xff") == SendResult::rejected));
    BOOST_TEST((chat.client->send("still there") == SendResult::queued));
    bench.loop.run_ready();
    BOOST_TEST(chat.heard.back() == "text still there");
  }
}

BOOST_AUTO_TEST_CASE(the_handshake_says_what_rfc_6455_asks_for) {
  Scripted script;
  Chat chat(script.loop, {.protocols = {"v2", "v1"}, .headers = {{"Origin", "http://a"}}});
  const std::string head = script.server[0].take();
  BOOST_TEST(head.starts_with("GET /chat?a=b HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"));
  BOOST_TEST(field(head, "Upgrade") == "websocket");
  BOOST_TEST(field(head, "Connection") == "upgrade");
  BOOST_TEST(field(head, "Sec-WebSocket-Version") == "13");
  BOOST_TEST(field(head, "Sec-WebSocket-Protocol") == "v2, v1");
  BOOST_TEST(field(head, "Origin") == "http://a");
  BOOST_TEST(field(head, "Sec-WebSocket-Extensions").starts_with("permessage-deflate"));
  BOOST_TEST(websocket::valid_key(field(head, "Sec-WebSocket-Key")));
}

BOOST_AUTO_TEST_CASE(the_answer_may_be_cut_at_every_byte_and_frames_may_follow_at_once) {
  for (std::size_t cut = 1;; ++cut) {
    Scripted script;
    Chat chat(script.loop, {.protocols = {"v1"}});
    const std::string head = script.server[0].take();
    Buffer frame;
    websocket::append_frame({}, "hello", nullptr, frame);
    const std::string answer =
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\nconnection: keep-alive, "
        "Upgrade\r\nSec-WebSocket-Protocol: v1\r\nSec-WebSocket-Accept: " +
        websocket::accept_key(field(head, "Sec-WebSocket-Key")) + "\r\n\r\n" +
        std::string(frame.view());
    if (cut == answer.size()) break;
    script.say(answer.substr(0, cut));
    script.say(answer.substr(cut));
    BOOST_TEST(chat.opened == 1);
    BOOST_TEST(chat.protocol == "v1");
    BOOST_REQUIRE(chat.heard.size() == 1U);
    BOOST_TEST(chat.heard[0] == "text hello");
  }
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_not_one_is_refused) {
  for (const std::string more :
       {"Upgrade: other\r\n", "Sec-WebSocket-Protocol: v9\r\n", "Sec-WebSocket-Accept: x\r\n",
        "Sec-WebSocket-Extensions: x-unknown\r\n",
        "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99\r\n"}) {
    Scripted script;
    Chat chat(script.loop, {.protocols = {"v1"}});
    script.accept(0, more);
    BOOST_TEST(chat.opened == 0, more);
    BOOST_TEST(chat.why.code == EPROTO, more);
    BOOST_TEST(chat.states.back() == "waiting", more);
    BOOST_TEST(script.server[0].ended(), more);
  }
  for (const std::string_view answer :
       {"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno",
        "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "SSH-2.0\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n"}) {
    Scripted script;
    Chat chat(script.loop);
    script.say(answer);
    BOOST_TEST(chat.opened == 0, answer);
    BOOST_TEST(chat.why.code == EPROTO, answer);
    BOOST_TEST(chat.ends.empty());
  }
}

BOOST_AUTO_TEST_CASE(what_can_be_in_no_request_is_refused) {
  MemoryLoop loop;
  const auto refused = [&](std::string_view url, websocket::ClientOptions options = {}) {
    Chat chat(loop, std::move(options), url);
    return chat.client->state() == ClientState::closed &&
           chat.client->connect().error().code == EINVAL;
  };
  BOOST_TEST(refused("http://127.0.0.1/"));
  BOOST_TEST(refused("wss://127.0.0.1/"));
  BOOST_TEST(refused("ws://user@127.0.0.1/"));
  BOOST_TEST(refused(where, {.protocols = {"a\r\nb"}}));
  BOOST_TEST(refused(where, {.headers = {{"A", "b\r\nC: d"}}}));
  BOOST_TEST(refused(where, {.headers = {{"sec-websocket-key", "b"}}}));
  BOOST_TEST(refused(where, {.headers = {{"Host", "b"}}}));
}

BOOST_AUTO_TEST_CASE(fragments_pings_and_both_kinds_are_taken) {
  Scripted script;
  Chat chat(script.loop);
  script.accept();
  script.frame(Opcode::text, "one ", false);
  script.frame(Opcode::ping, "there?");
  script.frame(Opcode::continuation, "two");
  script.frame(Opcode::binary, "bytes");
  BOOST_REQUIRE(chat.heard.size() == 2U);
  BOOST_TEST(chat.heard[0] == "text one two");
  BOOST_TEST(chat.heard[1] == "binary bytes");
  BOOST_TEST(script.next() == "pong there?");
  BOOST_TEST((chat.client->send_binary("\xff\xfe") == SendResult::queued));
  BOOST_TEST(script.next() == "\xff\xfe");
}

BOOST_AUTO_TEST_CASE(every_frame_is_masked_with_a_key_of_its_own) {
  Scripted script;
  Chat chat(script.loop, {.deflate = std::nullopt});
  script.accept();
  std::vector<std::string> keys;
  for (int i = 0; i < 3; ++i) {
    chat.client->send("same");
    script.loop.run_ready();
    const std::string bytes = script.server[0].take();
    BOOST_REQUIRE(bytes.size() == 10U);
    BOOST_TEST((static_cast<unsigned char>(bytes[1]) == 0x84));
    keys.push_back(bytes.substr(2, 4));
  }
  BOOST_TEST((keys[0] != keys[1] || keys[1] != keys[2]));
  auto masks = websocket::random_masks();
  std::vector<websocket::MaskKey> many;
  for (int i = 0; i < 3000; ++i) many.push_back(masks());
  std::ranges::sort(many);
  BOOST_TEST((std::ranges::unique(many).size() < 10U));
}

// --- the end -----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_goodbye_is_said_answered_and_the_server_ends_the_connection) {
  Scripted script;
  Chat chat(script.loop);
  script.accept();
  chat.client->send("last");
  chat.client->close(4001, "enough");
  BOOST_TEST((chat.client->send("too late") == SendResult::rejected));
  BOOST_TEST(script.next() == "last");
  BOOST_TEST(script.next() == "close 4001 enough");
  script.frame(Opcode::text, "still counts");
  BOOST_TEST(chat.heard.size() == 1U);
  script.goodbye(4001, "");
  BOOST_TEST(!script.server[0].ended());  // it is the server's to do
  BOOST_TEST(chat.ends.empty());
  script.server[0].end();
  script.loop.run_ready();
  BOOST_REQUIRE(chat.ends.size() == 1U);
  BOOST_TEST(chat.ends[0].code == 4001);
  BOOST_TEST(chat.ends[0].clean);
  BOOST_TEST(chat.states.back() == "closed");
  script.loop.advance(1h);
  BOOST_TEST(script.server.all.size() == 1U);  // and comes back no more
}

BOOST_AUTO_TEST_CASE(a_server_that_does_not_answer_a_goodbye_is_left) {
  for (const bool answers : {false, true}) {
    Scripted script;
    Chat chat(script.loop, {.close_deadline = 5s});
    script.accept();
    chat.client->close();
    BOOST_TEST(script.next() == "close 1000 ");
    if (answers) script.goodbye(1000, "");
    script.loop.advance(5s);
    BOOST_TEST(script.server[0].ended());
    BOOST_REQUIRE(chat.ends.size() == 1U);
    BOOST_TEST(chat.ends[0].clean == answers);
    BOOST_TEST(chat.ends[0].code == (answers ? 1000 : 1006));
  }
}

BOOST_AUTO_TEST_CASE(the_servers_goodbye_is_answered_and_the_client_comes_back) {
  Scripted script;
  Chat chat(script.loop, {.backoff = {.first = 1s}});
  script.accept();
  script.goodbye(1012, "restarting");
  BOOST_TEST(script.next() == "close 1012 ");
  script.server[0].end();
  script.loop.run_ready();
  BOOST_REQUIRE(chat.ends.size() == 1U);
  BOOST_TEST(chat.ends[0].code == 1012);
  BOOST_TEST(chat.ends[0].reason == "restarting");
  BOOST_TEST(chat.ends[0].clean);
  BOOST_TEST((chat.client->send("nobody") == SendResult::rejected));
  script.loop.advance(1s);
  BOOST_REQUIRE(script.server.all.size() == 2U);
  script.accept(1);
  BOOST_TEST(chat.opened == 2);
  chat.client->send("again");
  BOOST_TEST(script.next(1) == "nothing");  // the reader of the first has ended
  BOOST_TEST((chat.states == std::vector<std::string>{"connecting", "connected", "waiting",
                                                      "connecting", "connected"}));
}

BOOST_AUTO_TEST_CASE(an_end_without_a_goodbye_is_1006) {
  Scripted script;
  Chat chat(script.loop);
  script.accept();
  script.server[0].end();
  script.loop.run_ready();
  BOOST_REQUIRE(chat.ends.size() == 1U);
  BOOST_TEST(chat.ends[0].code == 1006);
  BOOST_TEST(!chat.ends[0].clean);
}

BOOST_AUTO_TEST_CASE(mistakes_of_the_server_are_told_to_it) {
  struct Case {
    std::string bytes;
    std::string said;
  };
  for (const Case& each :
       std::vector<Case>{{"\x81\x80key!", "close 1002"},
                         {"\x83\x01x", "close 1002"},
                         {"\x81\x01\xff", "close 1007"},
                         {"\xc1\x01x", "close 1002"},
                         {std::string("\x81\x7f\0\0\0\1\0\0\0\0", 10), "close 1009"}}) {
    Scripted script;
    Chat chat(script.loop, {.deflate = std::nullopt});
    script.accept();
    script.say(each.bytes);
    BOOST_TEST(script.next().starts_with(each.said));
    script.server[0].end();
    script.loop.run_ready();
    BOOST_REQUIRE(chat.ends.size() == 1U);
    BOOST_TEST(std::to_string(chat.ends[0].code) == each.said.substr(6));
    BOOST_TEST(!chat.ends[0].reason.empty());
  }
}

BOOST_AUTO_TEST_CASE(a_handler_that_throws_ends_the_connection_with_1011) {
  Scripted script;
  Chat chat(script.loop);
  chat.on_message = [](const websocket::Message&) { throw std::runtime_error("no"); };
  script.accept();
  script.frame(Opcode::text, "hello");
  BOOST_TEST(script.next().starts_with("close 1011"));
}

// --- time --------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_silent_server_is_asked_for_a_pong_and_left) {
  Scripted script;
  Chat chat(script.loop, {.ping_every = 10s});
  script.accept();
  script.loop.advance(10s);
  BOOST_TEST(script.next() == "ping ");
  script.frame(Opcode::pong, "");
  script.loop.advance(10s);
  BOOST_TEST(script.next() == "ping ");
  script.loop.advance(9s);
  BOOST_TEST(!script.server[0].ended());
  script.loop.advance(1s);
  BOOST_TEST(script.server[0].ended());
  BOOST_TEST(chat.ends.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_server_that_does_not_answer_the_handshake_is_left_and_tried_again) {
  Scripted script;
  Chat chat(script.loop, {.deadlines = {.connect = 10s}, .backoff = {.first = 1s}});
  script.say("HTTP/1.1 100 Continue\r\n\r\n");
  script.loop.advance(10s);
  BOOST_TEST(script.server[0].ended());
  BOOST_TEST(chat.why.code == ETIMEDOUT);
  script.loop.advance(1s);
  BOOST_REQUIRE(script.server.all.size() == 2U);
  script.accept(1);
  BOOST_TEST(chat.opened == 1);
}

BOOST_AUTO_TEST_CASE(attempts_are_spread_and_bounded) {
  MemoryLoop loop;
  Chat chat(loop, {.backoff = {.first = 1s, .attempts = 3}});
  BOOST_TEST(chat.why.code == ECONNREFUSED);
  loop.advance(1s);
  BOOST_TEST(chat.states.back() == "waiting");
  loop.advance(2s);
  BOOST_TEST(chat.states.back() == "idle");
  BOOST_TEST(chat.states.size() == 6U);
  ScriptedServer late(loop);
  chat.client->start();
  loop.run_ready();
  BOOST_TEST(late.all.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_client_may_be_closed_before_it_is_connected) {
  {
    Scripted script;
    Chat chat(script.loop);
    chat.client->close();
    script.loop.run_ready();
    BOOST_TEST(chat.states.back() == "closed");
    BOOST_TEST(script.server[0].ended());
  }
  MemoryLoop loop;
  Chat chat(loop);
  chat.client->close();
  loop.advance(1h);
  BOOST_TEST(chat.states.back() == "closed");
  BOOST_TEST(chat.ends.empty());
}

// --- pressure ----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(what_waits_is_bounded_and_drained_is_told) {
  Scripted script;
  Chat chat(
      script.loop,
      {.deflate = std::nullopt,
       .flow = {.high_watermark = 200'000, .low_watermark = 50'000, .max_queued = 1'000'000}});
  script.accept();
  script.server[0].stop_reading();
  const std::string large(100'000, 'x');
  int queued = 0;
  int pressured = 0;
  for (int i = 0; i < 30; ++i) {
    const SendResult result = chat.client->send_binary(large);
    queued += result == SendResult::queued ? 1 : 0;
    pressured += result == SendResult::pressured ? 1 : 0;
    script.loop.run_ready();
  }
  BOOST_TEST(queued > 0);
  BOOST_TEST(pressured > 0);
  BOOST_TEST(queued + pressured < 30);
  BOOST_TEST(chat.client->queued() <= 1'000'000U);
  BOOST_TEST(chat.client->queued() >= 900'000U);
  BOOST_TEST(chat.drained == 0);
  BOOST_TEST((chat.client->state() == ClientState::connected));
  script.server[0].go_on_reading();
  script.loop.run_ready();
  BOOST_TEST(chat.drained == 1);
  BOOST_TEST(chat.client->queued() == 0U);
  int arrived = 0;
  while (script.next() == large) ++arrived;
  BOOST_TEST(arrived == queued + pressured);
}

BOOST_AUTO_TEST_CASE(reading_may_be_paused) {
  Scripted script;
  Chat chat(script.loop);
  script.accept();
  chat.on_message = [&](const websocket::Message&) { chat.client->pause(); };
  script.frame(Opcode::text, "one");
  script.frame(Opcode::text, "two");
  BOOST_TEST(chat.heard.size() == 1U);
  chat.client->resume();
  script.loop.run_ready();
  BOOST_TEST(chat.heard.size() == 2U);
  chat.client->close();
  script.goodbye(1000, "");
  script.server[0].end();
  script.loop.run_ready();
  BOOST_TEST(chat.ends.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_client_may_be_destroyed_by_its_hooks) {
  for (const std::string_view when : {"message", "close", "open"}) {
    Scripted script;
    std::optional<websocket::Client> client;
    websocket::ClientHooks hooks;
    int called = 0;
    const auto end = [&](std::string_view here) {
      if (here != when) return;
      client.reset();
      ++called;
    };
    hooks.on_open = [&](const websocket::Opened&) { end("open"); };
    hooks.on_message = [&](const websocket::Message&) { end("message"); };
    hooks.on_close = [&](const websocket::Ended&) { end("close"); };
    client.emplace(where, websocket::ClientOptions{.loop = &script.loop, .log = Log(LogLevel::off)},
                   std::move(hooks));
    client->start();
    script.loop.run_ready();
    script.accept();
    Buffer frames;
    websocket::append_frame({}, "one", nullptr, frames);
    websocket::append_frame({}, "two", nullptr, frames);
    script.say(frames.view());
    script.server[0].end();
    script.loop.run_ready();
    BOOST_TEST(called == 1, when);
    BOOST_TEST(script.server[0].ended());
  }
}

BOOST_AUTO_TEST_CASE(every_step_may_fail_or_vanish_and_each_end_is_told_once) {
  const auto scenario = [](const testing::Faults& faults) {
    EchoBench bench;
    bench.loop.set_faults(faults);
    Chat chat(bench.loop, {.ping_every = 5s});
    chat.client->send("hello");
    chat.client->send(std::string(70'000, 'x'));
    bench.loop.run_ready();
    bench.loop.advance(60s);
    chat.client->close();
    bench.loop.advance(60s);
    BOOST_TEST(chat.ends.size() == static_cast<std::size_t>(chat.opened));
    BOOST_TEST(chat.states.back() == "closed");
    return bench.loop.steps();
  };
  const std::size_t steps = scenario({});
  for (std::size_t step = 1; step <= steps; ++step) {
    scenario({.fail_at = step});
    scenario({.vanish_at = step});
  }
}

BOOST_AUTO_TEST_SUITE_END()
