// WebSockets on routes of HTTP: the request, messages both ways, and every end.
#include "weir/web/websocket.hpp"

#include <optional>
#include <vector>

#include "unit/web/bench.hpp"
#include "weir/session/group.hpp"
#include "weir/websocket/writer.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using websocket::Event;
using websocket::Opcode;

constexpr std::string_view wanted =
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// A client's end, spoken by the reader and the writer of the other role.
class Browser {
 public:
  explicit Browser(WebBench& bench, std::string_view path = "/",
                   const std::string& headers = std::string(wanted),
                   std::optional<websocket::Deflation> deflation = std::nullopt)
      : bench_(bench),
        peer_(bench.connect()),
        reader_(websocket::Role::client, {.deflation = deflation}),
        writer_(websocket::Role::client, {.masks =
                                              [] {
                                                return websocket::MaskKey{1, 2, 3, 4};
                                              },
                                          .deflation = deflation,
                                          .compressor = std::make_shared<websocket::Compressor>(
                                              websocket::CompressorOptions{.threshold = 1})}) {
    answer = bench.ask(peer_, get(path, headers));
    const std::size_t end = answer.find("\r\n\r\n");
    if (end != std::string::npos) input_ = answer.substr(end + 4);
    answer.resize(std::min(end + 4, answer.size()));
  }
  void send(std::string_view message, Opcode kind = Opcode::text) {
    Buffer output;
    BOOST_REQUIRE(writer_.message(kind, message, output).ok());
    say(output.view());
  }
  void say(std::string_view bytes) {
    peer_.send(bytes);
    bench_.loop.run_ready();
  }
  /// The next thing that came; need_more for nothing.
  Event next() {
    input_ = input_.substr(used_);
    input_ += peer_.take();
    used_ = 0;
    const Event event = reader_.read(input_, scratch_);
    used_ = event.consumed;
    return event;
  }
  /// The next message, or what came instead.
  std::string message() {
    const Event event = next();
    if (event.kind == Event::Kind::text || event.kind == Event::Kind::binary) {
      return std::string(event.payload);
    }
    return event.kind == Event::Kind::need_more ? "nothing" : "another frame";
  }
  [[nodiscard]] Peer& peer() { return peer_; }
  websocket::Writer& writer() { return writer_; }

  std::string answer;  // to the request

 private:
  WebBench& bench_;
  Peer peer_;
  websocket::Reader reader_;
  websocket::Writer writer_;
  websocket::Scratch scratch_;
  std::string input_;
  std::size_t used_ = 0;
};

constexpr auto echo = [](std::string_view message) { return message; };

/// A server whose "/" is that WebSocket.
template <class... Arguments>
void serve(WebBench& bench, Arguments... arguments) {
  http::Router routes;
  routes.get("/", http::websocket(std::move(arguments)...));
  bench.serve(http::serve(routes));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(websockets)

BOOST_AUTO_TEST_CASE(a_websocket_begins_and_echoes) {
  WebBench bench;
  serve(bench, echo);
  Browser browser(bench);
  BOOST_TEST(browser.answer.starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
  BOOST_TEST(browser.answer.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n") !=
             std::string::npos);
  browser.send("hello");
  BOOST_TEST(browser.message() == "hello");
  browser.send("");
  BOOST_TEST(browser.message() == "");
  browser.send(std::string(100'000, 'x'));
  BOOST_TEST(browser.message() == std::string(100'000, 'x'));
  BOOST_TEST(browser.message() == "nothing");
}

BOOST_AUTO_TEST_CASE(what_asks_for_none_or_may_not_is_refused_and_http_goes_on) {
  WebBench bench;
  serve(bench, echo);
  Peer peer = bench.connect();
  BOOST_TEST(bench.ask(peer, get("/")).starts_with("HTTP/1.1 426 Upgrade Required\r\n"));
  const std::string old = bench.ask(
      peer, get("/",
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 8\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
  BOOST_TEST(old.starts_with("HTTP/1.1 426 "));
  BOOST_TEST(old.find("Sec-WebSocket-Version: 13\r\n") != std::string::npos);
  BOOST_TEST(bench.ask(peer, get("/", std::string(wanted) + "Origin: http://evil.example\r\n"))
                 .starts_with("HTTP/1.1 403 Forbidden\r\n"));
  BOOST_TEST(bench.ask(peer, get("/", std::string(wanted) + "Origin: http://a\r\n"))
                 .starts_with("HTTP/1.1 101 "));
}

BOOST_AUTO_TEST_CASE(frames_may_be_cut_at_every_byte) {
  WebBench bench;
  serve(bench, echo);
  Buffer out;
  Browser browser(bench);
  BOOST_REQUIRE(browser.writer().fragment(Opcode::text, "he", false, out).ok());
  browser.writer().ping("p", out);
  BOOST_REQUIRE(browser.writer().fragment(Opcode::text, "llo", true, out).ok());
  for (const char byte : out.view()) browser.say({&byte, 1});
  const Event pong = browser.next();
  BOOST_TEST((pong.kind == Event::Kind::pong && pong.payload == "p"));
  BOOST_TEST(browser.message() == "hello");
}

BOOST_AUTO_TEST_CASE(a_frame_behind_the_request_is_not_lost) {
  WebBench bench;
  serve(bench, echo);
  websocket::Writer writer(websocket::Role::client, {.masks = [] {
                             return websocket::MaskKey{1, 2, 3, 4};
                           }});
  Buffer frame;
  BOOST_REQUIRE(writer.message(Opcode::text, "early", frame).ok());
  const std::string got = bench.ask(get("/", wanted) + std::string(frame.view()));
  BOOST_TEST(
      got.ends_with("\r\n\r\n\x81\x05"
                    "early"));
}

BOOST_AUTO_TEST_CASE(the_peers_goodbye_is_answered_and_is_an_end_like_any_other) {
  WebBench bench;
  serve(bench, echo);
  Browser browser(bench);
  Buffer out;
  browser.writer().close(1000, "done", out);
  browser.say(out.view());
  const Event event = browser.next();
  BOOST_TEST((event.kind == Event::Kind::close));
  BOOST_TEST(event.code == 1000);
  BOOST_TEST(browser.peer().ended());
  browser.peer().end();
  bench.loop.run_ready();
  BOOST_TEST(bench.server.stats().closed_by(CloseReason::peer_ended) == 1U);
}

BOOST_AUTO_TEST_CASE(a_broken_rule_ends_the_connection_with_its_code) {
  WebBench bench;
  serve(bench, echo);
  Browser browser(bench);
  browser.say("\x81\x02hi");  // without a mask
  const Event event = browser.next();
  BOOST_TEST((event.kind == Event::Kind::close));
  BOOST_TEST(event.code == 1002);
  BOOST_TEST(browser.peer().ended());
}

BOOST_AUTO_TEST_CASE(the_other_kind_of_message_is_1003) {
  WebBench bench;
  serve(bench, echo);
  Browser browser(bench);
  browser.send("x", Opcode::binary);
  BOOST_TEST(browser.next().code == 1003);
  WebBench other;
  serve(other, echo, Hooks(), http::WebSocketOptions{.binary = true});
  Browser binary(other);
  binary.send("\xFF\xFE", Opcode::binary);
  BOOST_TEST(binary.message() == "\xFF\xFE");
}

BOOST_AUTO_TEST_CASE(the_server_says_goodbye) {
  WebBench bench;
  std::optional<Session> session;
  serve(bench, echo, Hooks{.on_open = [&](Session& opened) { session = opened; }});
  Browser closed(bench);
  session->close();
  bench.loop.run_ready();
  BOOST_TEST(closed.next().code == 1000);
  BOOST_TEST(closed.peer().ended());
  Browser drained(bench);
  bench.server.stop(10s);
  bench.loop.run_ready();
  BOOST_TEST(drained.next().code == 1001);
  BOOST_TEST(drained.peer().ended());
}

BOOST_AUTO_TEST_CASE(a_handler_may_close_and_reply) {
  WebBench bench;
  serve(bench, [](std::string_view message, Session& session) {
    session.close();
    return message;
  });
  Browser browser(bench);
  Buffer both;
  BOOST_REQUIRE(browser.writer().message(Opcode::text, "bye", both).ok());
  BOOST_REQUIRE(browser.writer().message(Opcode::text, "more", both).ok());
  browser.say(both.view());
  BOOST_TEST(browser.message() == "bye");
  BOOST_TEST(browser.next().code == 1000);
  BOOST_TEST(browser.peer().ended());
}

BOOST_AUTO_TEST_CASE(a_handler_that_throws_is_1011) {
  WebBench bench;
  serve(bench, [](std::string_view) { throw std::runtime_error("secret"); });
  Browser browser(bench);
  browser.send("x");
  const Event event = browser.next();
  BOOST_TEST(event.code == 1011);
  BOOST_TEST(event.payload.find("secret") == std::string_view::npos);
}

BOOST_AUTO_TEST_CASE(compression_is_agreed_on_where_the_client_offers_it) {
  WebBench bench;
  serve(bench, echo);
  const websocket::Deflation deflation{true, true};
  Browser browser(bench, "/",
                  std::string(wanted) + "Sec-WebSocket-Extensions: permessage-deflate\r\n",
                  deflation);
  BOOST_TEST(browser.answer.find("Sec-WebSocket-Extensions: permessage-deflate") !=
             std::string::npos);
  const std::string text(10'000, 'z');
  browser.send(text);
  BOOST_TEST(browser.peer().available() < 200U);
  BOOST_TEST(browser.message() == text);
}

BOOST_AUTO_TEST_CASE(a_subprotocol_is_chosen) {
  WebBench bench;
  serve(bench, echo, Hooks(), http::WebSocketOptions{.protocols = {"v2.chat", "v1.chat"}});
  Browser browser(bench, "/", std::string(wanted) + "Sec-WebSocket-Protocol: v1.chat, v2.chat\r\n");
  BOOST_TEST(browser.answer.find("Sec-WebSocket-Protocol: v1.chat\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_group_reaches_all_members) {
  WebBench bench;
  auto group = std::make_shared<Group>();
  serve(
      bench, [group](std::string_view message) { group->send(message); },
      Hooks{.on_open = [group](Session& session) { group->add(session); }});
  Browser one(bench);
  Browser two(bench, "/", std::string(wanted) + "Sec-WebSocket-Extensions: permessage-deflate\r\n",
              websocket::Deflation{true, true});
  one.send("to all");
  bench.loop.run_ready();
  BOOST_TEST(one.message() == "to all");
  BOOST_TEST(two.message() == "to all");
}

BOOST_AUTO_TEST_CASE(an_answer_may_come_later) {
  WebBench bench;
  std::optional<Responder> kept;
  serve(bench, [&](std::string_view, Responder responder) { kept = std::move(responder); });
  Browser browser(bench);
  browser.send("question");
  BOOST_TEST(browser.message() == "nothing");
  BOOST_TEST(kept->reply("answer"));
  bench.loop.run_ready();
  BOOST_TEST(browser.message() == "answer");
}

BOOST_AUTO_TEST_CASE(a_silent_client_is_asked_for_a_pong_and_one_that_answers_stays) {
  WebBench bench;
  serve(bench, echo);
  Browser browser(bench);
  for (int i = 0; i < 20; ++i) {
    bench.loop.advance(30s);
    const Event ping = browser.next();
    BOOST_REQUIRE((ping.kind == Event::Kind::ping));
    Buffer pong;
    browser.writer().pong({}, pong);
    browser.say(pong.view());
  }
  BOOST_TEST(!browser.peer().ended());
  bench.loop.advance(30s);
  BOOST_TEST((browser.next().kind == Event::Kind::ping));
  bench.loop.advance(30s);
  BOOST_TEST(browser.next().code == 1008);
  BOOST_TEST(browser.peer().ended());
}

BOOST_AUTO_TEST_CASE(a_message_that_stops_in_the_middle_is_cut_at_the_frame_deadline) {
  WebBench bench;
  serve(bench, echo);
  Browser browser(bench);
  browser.say({"\x81\x85\x01\x02\x03\x04he", 8});
  bench.loop.advance(10s);
  BOOST_TEST(browser.next().code == 1008);
  BOOST_TEST(browser.peer().ended());
}

BOOST_AUTO_TEST_SUITE_END()
