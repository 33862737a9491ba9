// HTTP served: requests from bytes to handlers, and responses back.
#include <optional>
#include <stdexcept>
#include <vector>

#include "unit/web/bench.hpp"
#include "weir/session/responder.hpp"

using namespace weir;
using namespace weir::test;

namespace {

http::Router hello() {
  http::Router routes;
  routes.get("/", [] { return "hello\n"; });
  routes.post("/echo", [](std::string_view body) { return std::string(body); });
  return routes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(serving)

BOOST_AUTO_TEST_CASE(a_request_is_answered_and_the_connection_stays) {
  WebBench bench;
  bench.serve(http::serve(hello()));
  Peer peer = bench.connect();
  BOOST_TEST(bench.ask(peer, get("/")) == answered("hello\n"));
  BOOST_TEST(bench.ask(peer, post("/echo", "abc")) == answered("abc"));
  BOOST_TEST(!peer.ended());
  BOOST_TEST(bench.server.stats().frames_in == 2U);
}

BOOST_AUTO_TEST_CASE(one_handler_may_serve_all) {
  WebBench bench;
  bench.serve(http::serve([](const http::Request& request) {
    return std::string(request.method()) + " " + std::string(request.path());
  }));
  BOOST_TEST(bench.ask(get("/a?b")) == answered("GET /a"));
}

BOOST_AUTO_TEST_CASE(requests_in_one_read_are_answered_in_order) {
  WebBench bench;
  bench.serve(http::serve(hello()));
  std::string out;
  std::string expected;
  for (int i = 0; i < 50; ++i) {
    out += i % 2 == 0 ? get("/") : post("/echo", std::to_string(i));
    expected += i % 2 == 0 ? answered("hello\n") : answered(std::to_string(i));
  }
  BOOST_TEST(bench.ask(out) == expected);
}

BOOST_AUTO_TEST_CASE(a_request_may_be_cut_at_every_byte) {
  const std::string whole = post("/echo", "some bytes") + get("/") +
                            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                            "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
  const std::string expected = answered("some bytes") + answered("hello\n") + answered("abcde");
  WebBench bench;
  bench.serve(http::serve(hello()));
  for (std::size_t cut = 1; cut < whole.size(); ++cut) {
    Peer peer = bench.connect();
    std::string got = bench.ask(peer, whole.substr(0, cut));
    got += bench.ask(peer, whole.substr(cut));
    BOOST_TEST(got == expected, "cut at " << cut);
  }
  Peer peer = bench.connect();
  std::string got;
  for (const char byte : whole) got += bench.ask(peer, {&byte, 1});
  BOOST_TEST(got == expected);
}

BOOST_AUTO_TEST_CASE(a_request_that_is_none_is_refused_and_ends_its_connection) {
  WebBench bench;
  bench.serve(http::serve(hello()));
  Peer peer = bench.connect();
  const std::string got = bench.ask(peer, get("/") + "GET / HTTP/1.1\r\n\r\n" + get("/"));
  BOOST_TEST(got.starts_with(answered("hello\n") + "HTTP/1.1 400 Bad Request\r\n"));
  BOOST_TEST(got.find("Connection: close\r\n") != std::string::npos);
  BOOST_TEST(got.find("hello", answered("hello\n").size()) == std::string::npos);
  BOOST_TEST(peer.ended());
  BOOST_TEST(bench.server.stats().closed_by(CloseReason::malformed_frame) == 0U);  // lingers
  peer.end();
  bench.loop.run_ready();
  BOOST_TEST(bench.server.stats().closed_by(CloseReason::malformed_frame) == 1U);
}

BOOST_AUTO_TEST_CASE(connection_close_is_honoured_and_what_follows_is_not_read) {
  WebBench bench;
  bench.serve(http::serve(hello()));
  Peer peer = bench.connect();
  BOOST_TEST(bench.ask(peer, get("/", "Connection: close\r\n") + get("/")) ==
             answered("hello\n", "Connection: close\r\n"));
  BOOST_TEST(peer.ended());
}

BOOST_AUTO_TEST_CASE(http_1_0_ends_behind_its_response_unless_it_asks_otherwise) {
  WebBench bench;
  bench.serve(http::serve(hello()));
  Peer peer = bench.connect();
  BOOST_TEST(bench.ask(peer, "GET / HTTP/1.0\r\n\r\n").ends_with("\r\n\r\nhello\n"));
  BOOST_TEST(peer.ended());
  Peer other = bench.connect();
  BOOST_TEST(bench.ask(other, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                 .find("Connection: keep-alive") != std::string::npos);
  BOOST_TEST(!other.ended());
}

BOOST_AUTO_TEST_CASE(head_is_answered_as_get_without_the_body) {
  WebBench bench;
  bench.serve(http::serve(hello()));
  std::string expected = answered("hello\n");
  expected.resize(expected.size() - 6);
  BOOST_TEST(bench.ask("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + get("/")) ==
             expected + answered("hello\n"));
}

BOOST_AUTO_TEST_CASE(what_no_route_is_for_is_404_and_another_method_405_with_allow) {
  WebBench bench;
  bench.serve(http::serve(hello()));
  BOOST_TEST(bench.ask(get("/none")).starts_with("HTTP/1.1 404 Not Found\r\n"));
  const std::string wrong = bench.ask("DELETE / HTTP/1.1\r\nHost: a\r\n\r\n");
  BOOST_TEST(wrong.starts_with("HTTP/1.1 405 Method Not Allowed\r\n"));
  BOOST_TEST(wrong.find("Allow: GET, HEAD, OPTIONS\r\n") != std::string::npos);
  const std::string asked = bench.ask("OPTIONS /echo HTTP/1.1\r\nHost: a\r\n\r\n");
  BOOST_TEST(asked.starts_with("HTTP/1.1 204 No Content\r\n"));
  BOOST_TEST(asked.find("Allow: POST, OPTIONS\r\n") != std::string::npos);
  const std::string of_server = bench.ask("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
  BOOST_TEST(of_server.starts_with("HTTP/1.1 204 "));
}

BOOST_AUTO_TEST_CASE(a_client_that_waits_for_100_is_told_to_go_on_once) {
  WebBench bench;
  bench.serve(http::serve(hello()));
  Peer peer = bench.connect();
  const std::string head =
      "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n";
  BOOST_TEST(bench.ask(peer, head) == "HTTP/1.1 100 Continue\r\n\r\n");
  BOOST_TEST(bench.ask(peer, "ab").empty());
  BOOST_TEST(bench.ask(peer, "cd") == answered("abcd"));
  // One that did not wait needs not be told.
  BOOST_TEST(bench.ask(peer, head + "abcd") == answered("abcd"));
}

BOOST_AUTO_TEST_CASE(a_body_over_the_limit_is_413_before_a_byte_of_it) {
  WebBench bench;
  http::Options options;
  options.limits.body = 10;
  bench.serve(http::serve(hello(), options));
  Peer peer = bench.connect();
  const std::string got =
      bench.ask(peer, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n");
  BOOST_TEST(got.starts_with("HTTP/1.1 413 Content Too Large\r\n"));
  BOOST_TEST(peer.ended());
}

BOOST_AUTO_TEST_CASE(a_head_that_does_not_end_is_cut_at_the_frame_deadline) {
  WebBench bench;
  bench.serve(http::serve(hello()));
  Peer peer = bench.connect();
  static_cast<void>(bench.ask(peer, "GET / HTTP/1.1\r\nX: "));
  for (int i = 0; i < 9; ++i) {
    bench.loop.advance(1s);
    static_cast<void>(bench.ask(peer, "T"));
  }
  BOOST_TEST(!peer.ended());
  bench.loop.advance(1s);
  BOOST_TEST(peer.take().starts_with("HTTP/1.1 408 Request Timeout\r\n"));
  BOOST_TEST(peer.ended());
}

BOOST_AUTO_TEST_CASE(a_body_that_comes_too_slowly_is_answered_with_408) {
  WebBench bench;
  bench.serve(http::serve(hello()));
  Peer peer = bench.connect();
  static_cast<void>(
      bench.ask(peer, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nx"));
  std::string got;
  int seconds = 0;
  for (; got.empty() && seconds < 30; ++seconds) {
    bench.loop.advance(1s);
    got = bench.ask(peer, "a few bytes");
  }
  BOOST_TEST(seconds == 11);
  BOOST_TEST(got.starts_with("HTTP/1.1 408 Request Timeout\r\n"));
  BOOST_TEST(peer.ended());
}

BOOST_AUTO_TEST_CASE(what_is_no_body_does_not_make_a_slow_body_faster) {
  const std::string head = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  // An extension of a chunk, a trailer, the digits of a size.
  for (const std::string_view begin : {"1;", "1\r\na\r\n0\r\nX: ", "1\r\na\r\n"}) {
    const bool digits = begin.ends_with('\n');
    WebBench bench;
    bench.serve(http::serve(hello()));
    Peer peer = bench.connect();
    std::string got = bench.ask(peer, head);
    got += bench.ask(peer, begin);
    int seconds = 0;
    for (; got.empty() && seconds < 30; ++seconds) {
      bench.loop.advance(1s);
      got = bench.ask(peer, digits ? "0" : "x");
    }
    BOOST_TEST(seconds == 11, begin);
    BOOST_TEST(got.starts_with("HTTP/1.1 408 Request Timeout\r\n"), begin);
    BOOST_TEST(peer.ended());
  }
}

BOOST_AUTO_TEST_CASE(a_body_that_stops_is_cut_at_the_frame_deadline_and_is_not_idle) {
  WebBench bench;
  bench.serve(http::serve(hello()));
  Peer peer = bench.connect();
  static_cast<void>(
      bench.ask(peer, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"));
  bench.server.stop(60s);
  bench.loop.run_ready();
  BOOST_TEST(!peer.ended());  // a request is under way
  bench.loop.advance(10s);
  BOOST_TEST(peer.take().starts_with("HTTP/1.1 408 Request Timeout\r\n"));
  BOOST_TEST(peer.ended());
}

BOOST_AUTO_TEST_CASE(a_stream_that_ends_inside_a_body_is_truncated) {
  WebBench bench;
  bench.serve(http::serve(hello()));
  Peer peer = bench.connect();
  static_cast<void>(
      bench.ask(peer, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"));
  peer.end();
  bench.loop.run_ready();
  BOOST_TEST(bench.server.stats().closed_by(CloseReason::truncated_frame) == 1U);
}

BOOST_AUTO_TEST_CASE(an_answer_that_comes_later_keeps_its_place_and_its_request) {
  WebBench bench;
  std::vector<std::pair<Responder, http::Request>> kept;
  http::Router routes;
  routes.get("/later/{name}", [&](const http::Request& request, Responder responder) {
    kept.emplace_back(std::move(responder), request);
  });
  routes.get("/", [] { return "now"; });
  bench.serve(http::serve(routes));
  Peer peer = bench.connect();
  BOOST_TEST(bench.ask(peer, get("/later/one") + get("/")).empty());
  BOOST_REQUIRE(kept.size() == 1U);
  BOOST_TEST(kept.front().second.parameter("name") == "one");
  BOOST_TEST(kept.front().first.reply("late"));
  BOOST_TEST(!kept.front().first.reply("later"));
  BOOST_TEST(bench.ask(peer, "") == answered("late") + answered("now"));
  BOOST_TEST(!peer.ended());
}

BOOST_AUTO_TEST_CASE(a_handler_that_throws_is_500_without_its_words_and_the_connection_goes_on) {
  WebBench bench;
  http::Router routes;
  routes.get("/throws", []() -> std::string { throw std::runtime_error("secret"); });
  routes.get("/refuses", []() -> std::string { throw Refusal("teapots only", 418); });
  routes.get("/nothing", [] {});
  routes.get("/none", [] { return std::optional<std::string>(); });
  bench.serve(http::serve(routes));
  Peer peer = bench.connect();
  const std::string thrown = bench.ask(peer, get("/throws"));
  BOOST_TEST(thrown.starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
  BOOST_TEST(thrown.find("secret") == std::string::npos);
  BOOST_TEST(bench.ask(peer, get("/refuses")).starts_with("HTTP/1.1 418"));
  BOOST_TEST(bench.ask(peer, get("/nothing")) == "HTTP/1.1 204 No Content\r\n\r\n");
  BOOST_TEST(bench.ask(peer, get("/none")).starts_with("HTTP/1.1 404 Not Found\r\n"));
  BOOST_TEST(bench.server.stats().handler_failures == 1U);
}

BOOST_AUTO_TEST_CASE(a_header_that_would_split_the_response_is_500) {
  WebBench bench;
  http::Router routes;
  routes.get("/", [] { return http::text("body").with("X-Name", "a\r\nSet-Cookie: b"); });
  bench.serve(http::serve(routes));
  Peer peer = bench.connect();
  const std::string got = bench.ask(peer, get("/"));
  BOOST_TEST(got.starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
  BOOST_TEST(got.find("Set-Cookie") == std::string::npos);
  BOOST_TEST(peer.ended());
}

BOOST_AUTO_TEST_CASE(while_the_server_drains_the_response_says_that_it_is_the_last) {
  WebBench bench;
  std::optional<Responder> kept;
  http::Router routes;
  routes.get("/", [&](Responder responder) { kept = std::move(responder); });
  bench.serve(http::serve(routes));
  Peer peer = bench.connect();
  BOOST_TEST(bench.ask(peer, get("/")).empty());
  bench.server.stop(10s);
  bench.loop.run_ready();
  kept->reply("last");
  BOOST_TEST(bench.ask(peer, "") == answered("last", "Connection: close\r\n"));
  BOOST_TEST(peer.ended());
}

BOOST_AUTO_TEST_CASE(a_client_that_half_closes_gets_its_responses) {
  WebBench bench;
  bench.serve(http::serve(hello()));
  Peer peer = bench.connect();
  peer.send(get("/") + get("/"));
  peer.end();
  bench.loop.run_ready();
  BOOST_TEST(without_dates(peer.take()) == answered("hello\n") + answered("hello\n"));
  BOOST_TEST(peer.ended());
}

BOOST_AUTO_TEST_CASE(what_the_client_has_already_is_not_sent_again) {
  WebBench bench;
  http::Router routes;
  const std::string date = "Sun, 06 Nov 1994 08:49:37 GMT";
  routes.get("/", [date](const http::Request& request) {
    return http::conditional(
        request, http::text("hello\n").with("ETag", "\"v7\"").with("Last-Modified", date));
  });
  routes.get("/gone", [](const http::Request& request) {
    return http::conditional(request,
                             http::text("gone\n", http::Status::gone).with("ETag", "\"v7\""));
  });
  bench.serve(http::serve(routes));
  const std::string fields = "ETag: \"v7\"\r\nLast-Modified: " + date + "\r\n";
  const std::string not_modified = "HTTP/1.1 304 Not Modified\r\n" + fields + "\r\n";
  BOOST_TEST(bench.ask(get("/", "If-None-Match: \"v6\", \"v7\"\r\n")) == not_modified);
  BOOST_TEST(bench.ask(get("/", "If-None-Match: W/\"v7\"\r\n")) == not_modified);
  BOOST_TEST(bench.ask(get("/", "If-Modified-Since: " + date + "\r\n")) == not_modified);
  BOOST_TEST(bench.ask(get("/", "If-None-Match: \"v6\"\r\n")).ends_with("\r\n\r\nhello\n"));
  BOOST_TEST(bench.ask(get("/")).ends_with("\r\n\r\nhello\n"));
  BOOST_TEST(bench.ask(get("/", "If-Match: \"v6\"\r\n")).starts_with("HTTP/1.1 412 "));
  BOOST_TEST(bench.ask(get("/gone", "If-None-Match: \"v7\"\r\n")).starts_with("HTTP/1.1 410 "));
}

BOOST_AUTO_TEST_CASE(the_log_says_what_was_wrong_and_does_not_wonder_whether_it_was_http) {
  MemoryLoop loop;
  std::vector<std::string> lines;
  Server server({.log = Log(LogLevel::warning,
                            [&](LogLevel, std::string_view line) { lines.emplace_back(line); }),
                 .loop = &loop});
  BOOST_REQUIRE(server.listen(web_endpoint, http::serve(hello())).ok());
  BOOST_REQUIRE(server.start().ok());
  Peer peer = loop.dial(web_endpoint);
  peer.send("GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n");
  loop.run_ready();
  BOOST_REQUIRE(lines.size() == 1U);
  BOOST_TEST(lines[0].find("malformed_frame: request target") != std::string::npos, lines[0]);
  BOOST_TEST(lines[0].find("it ") == std::string::npos, lines[0]);
}

BOOST_AUTO_TEST_SUITE_END()
