// Several protocols on one listener (ProtocolChoice): HTTP, WebSocket, lines and frames.
#include "weir/session/protocol_choice.hpp"

#include <vector>

#include "unit/web/bench.hpp"
#include "weir/framing/length_prefix.hpp"
#include "weir/framing/line.hpp"
#include "weir/session/group.hpp"
#include "weir/web/http.hpp"
#include "weir/web/websocket.hpp"

using namespace weir;
using namespace weir::test;

namespace {

std::string shout(std::string_view message) { return std::string(message) + "!"; }

/// A length of four bytes whose first one is 0: no text begins so.
Recognized frame(std::string_view first) {
  return first.front() == '\0' ? Recognized::yes : Recognized::no;
}

std::unique_ptr<ProtocolFactory> http_and_websocket() {
  http::Router routes;
  routes.get("/", [] { return "hello"; });
  routes.get("/chat", http::websocket(shout));
  return http::serve(routes);
}

/// HTTP with WebSockets, frames with a length, and lines.
std::unique_ptr<ProtocolChoice> all() {
  auto choice = std::make_unique<ProtocolChoice>();
  choice->add(http::recognize, http_and_websocket());
  choice->add(frame, protocol(length_prefix(), shout));
  choice->otherwise(protocol(lines(), shout));
  return choice;
}

constexpr std::string_view to_websocket =
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(choice)

BOOST_AUTO_TEST_CASE(each_client_is_spoken_to_in_its_protocol) {
  WebBench bench;
  bench.serve(all());
  Peer browser = bench.connect();
  BOOST_TEST(bench.ask(browser, get("/")) == answered("hello"));
  BOOST_TEST(bench.ask(browser, get("/")) == answered("hello"));
  Peer terminal = bench.connect();
  BOOST_TEST(bench.ask(terminal, "GET attention\n") == "GET attention!\n");
  BOOST_TEST(bench.ask(terminal, get("/")).starts_with("GET / HTTP/1.1!\n"));
  BOOST_TEST(bench.ask({"\0\0\0\2hi", 6}) == std::string("\0\0\0\3hi!", 7));
  Peer chat = bench.connect();
  BOOST_TEST(bench.ask(chat, get("/chat", to_websocket)).starts_with("HTTP/1.1 101 "));
  BOOST_TEST(bench.ask(chat, {"\x81\x82\0\0\0\0hi", 8}) == "\x81\x03hi!");
}

BOOST_AUTO_TEST_CASE(first_bytes_may_come_one_by_one) {
  for (const std::string& said : {get("/"), std::string("hello there\n"), std::string("\n")}) {
    WebBench bench;
    bench.serve(all());
    const std::string whole = bench.ask(said);
    Peer peer = bench.connect();
    std::string got;
    for (const char byte : said) got += bench.ask(peer, {&byte, 1});
    BOOST_TEST(got == whole);
    BOOST_TEST(!got.empty());
  }
}

BOOST_AUTO_TEST_CASE(who_says_nothing_or_stops_is_ended_by_the_deadlines) {
  WebBench bench;
  bench.serve(all());
  Peer silent = bench.connect();
  Peer slow = bench.connect();
  static_cast<void>(bench.ask(slow, "GET / HT"));
  bench.loop.advance(10s);
  BOOST_TEST(slow.ended());
  slow.end();
  bench.loop.run_ready();
  BOOST_TEST(bench.server.stats().closed_by(CloseReason::frame_timeout) == 1U);
  bench.loop.advance(290s);
  BOOST_TEST(silent.ended());
  BOOST_TEST(bench.server.stats().closed_by(CloseReason::idle_timeout) == 1U);
}

BOOST_AUTO_TEST_CASE(what_nobody_recognizes_is_malformed_and_the_wait_is_bounded) {
  WebBench bench;
  auto choice = std::make_unique<ProtocolChoice>();
  choice->add(http::recognize, http_and_websocket());
  bench.serve(std::move(choice));
  Peer peer = bench.connect();
  BOOST_TEST(bench.ask(peer, "hello there\n") == "");
  BOOST_TEST(peer.ended());
  Peer endless = bench.connect();
  static_cast<void>(bench.ask(endless, "GET /" + std::string(ProtocolChoice::most_first, 'x')));
  BOOST_TEST(endless.ended());
  for (Peer* each : {&peer, &endless}) each->end();
  bench.loop.run_ready();
  BOOST_TEST(bench.server.stats().closed_by(CloseReason::malformed_frame) == 2U);
}

BOOST_AUTO_TEST_CASE(a_group_reaches_each_in_its_protocol) {
  Group group;
  const auto join = [&group] {
    return Hooks{.on_open = [&group](Session& session) { group.add(session); }};
  };
  const auto nothing = [](std::string_view) {};
  http::Router routes;
  routes.get("/chat", http::websocket(nothing, join()));
  WebBench bench;
  auto choice = std::make_unique<ProtocolChoice>();
  choice->add(http::recognize, http::serve(routes));
  choice->otherwise(protocol(lines(), nothing, join()));
  bench.serve(std::move(choice));
  Peer terminal = bench.connect();
  BOOST_TEST(bench.ask(terminal, "hi\n") == "");
  Peer chat = bench.connect();
  static_cast<void>(bench.ask(chat, get("/chat", to_websocket)));
  group.send("all");
  bench.loop.run_ready();
  BOOST_TEST(terminal.take() == "all\n");
  BOOST_TEST(chat.take() ==
             "\x81\x03"
             "all");
}

BOOST_AUTO_TEST_CASE(a_hook_may_close_and_the_rest_is_not_handled) {
  WebBench bench;
  auto choice = std::make_unique<ProtocolChoice>();
  choice->otherwise(protocol(lines(), shout, {.on_open = [](Session& session) {
                               session.send("no");
                               session.close();
                             }}));
  bench.serve(std::move(choice));
  Peer peer = bench.connect();
  BOOST_TEST(bench.ask(peer, "hello\n") == "no\n");
  BOOST_TEST(peer.ended());
}

BOOST_AUTO_TEST_CASE(request_lines_are_told_from_other_lines) {
  const auto is = [](std::string_view first, Recognized what) {
    BOOST_TEST_CONTEXT(first) { BOOST_TEST((http::recognize(first) == what)); }
  };
  for (const char* yes :
       {"GET / HTTP/1.1\r\n", "OPTIONS * HTTP/1.0\n", "\r\nX-Y /a b HTTP/1.9\r\n"}) {
    is(yes, Recognized::yes);
  }
  for (const char* perhaps : {"G", "GET", "GET ", "GET / HTTP/1.1", "\r", "\r\n", "\r\nGET"}) {
    is(perhaps, Recognized::perhaps);
  }
  for (const char* no : {"GET /\n", "GET / HTTP/2.0\r\n", "hello there\n", " GET / HTTP/1.1\n", "{",
                         "*1\r\n", "GET /\x01", "\rG", "\n", "\x16\x03\x01"}) {
    is(no, Recognized::no);
  }
  is(std::string(33, 'A'), Recognized::no);
}

BOOST_AUTO_TEST_SUITE_END()
