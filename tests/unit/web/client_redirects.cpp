// The HTTP client and redirects: where it goes, with which method, and what it takes along.
#include <cerrno>

#include "unit/web/http_client_bench.hpp"

using namespace weir;
using namespace weir::test;
using http::ClientRequest;

BOOST_AUTO_TEST_SUITE(http_client_redirects)

BOOST_AUTO_TEST_CASE(the_method_follows_the_status) {
  struct Case {
    int status;
    std::string method, next;
  };
  for (const Case& each : std::vector<Case>{{301, "GET", "GET"},
                                            {301, "POST", "GET"},
                                            {301, "PUT", "PUT"},
                                            {302, "POST", "GET"},
                                            {302, "HEAD", "HEAD"},
                                            {303, "POST", "GET"},
                                            {303, "PUT", "GET"},
                                            {303, "DELETE", "GET"},
                                            {303, "HEAD", "HEAD"},
                                            {307, "POST", "POST"},
                                            {308, "POST", "POST"},
                                            {308, "GET", "GET"}}) {
    const std::string name = std::to_string(each.status) + " " + each.method;
    const bool body = each.method != "GET" && each.method != "HEAD";
    ClientBench bench;
    ClientRequest request{.method = each.method,
                          .url = here + "/a/b?c",
                          .headers = {{"Content-Type", "text/plain"}, {"X-Kept", "1"}}};
    if (body) request.body = "data";
    const auto told = bench.send(std::move(request));
    bench.server[0].take();
    bench.say(each.method == "HEAD"
                  ? "HTTP/1.1 302 A\r\nLocation: ../d?e\r\nContent-Length: 4\r\n\r\n"
                  : to("../d?e", each.status));
    const std::string next = bench.server[0].take();  // on the same connection
    BOOST_TEST(next.starts_with(each.next + " /d?e HTTP/1.1\r\n"), name);
    const bool same = each.next == each.method;
    BOOST_TEST(next.ends_with("data") == (body && same), name);
    BOOST_TEST((next.find("Content-Type") != std::string::npos) == same, name);
    BOOST_TEST(next.find("X-Kept: 1\r\n") != std::string::npos, name);
    bench.say(each.next == "HEAD" ? "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" : ok("done"));
    BOOST_TEST(told->status() == 200U, name);
    BOOST_TEST(told->body() == (each.next == "HEAD" ? "" : "done"), name);
    BOOST_TEST(told->response().url == here + "/d?e", name);
    BOOST_TEST(told->response().redirects == 1U, name);
  }
}

BOOST_AUTO_TEST_CASE(redirects_are_bounded) {
  ClientBench bench({.redirects = 2});
  const auto told = bench.get();
  for (int i = 0; i < 2; ++i) {
    bench.say(to("/"));
    BOOST_TEST(told->pending());
  }
  bench.say(to("/"));
  BOOST_TEST(told->code() == ELOOP);
  BOOST_TEST(bench.client->stats().redirects == 2U);

  ClientBench none({.redirects = 0});
  const auto answer = none.get();
  none.say(to("/"));
  BOOST_TEST(answer->status() == 302U);
  BOOST_TEST(answer->body() == "gone");
}

BOOST_AUTO_TEST_CASE(what_leads_nowhere_is_the_answer) {
  for (const std::string_view bytes :
       {"HTTP/1.1 302 A\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 300 A\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 201 A\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 304 A\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"}) {
    ClientBench bench;
    const auto told = bench.get();
    bench.say(bytes);
    BOOST_TEST(told->code() == 0, bytes);
  }
}

BOOST_AUTO_TEST_CASE(secrets_stay_with_their_origin) {
  ClientBench bench;
  ScriptedServer other(bench.loop, 8081);
  const auto told = bench.send({.url = here,
                                .headers = {{"authorization", "Basic x"},
                                            {"Cookie", "a=b"},
                                            {"Proxy-Authorization", "y"},
                                            {"X-Kept", "1"}}});
  bench.server[0].take();
  bench.say(to("/same"));
  BOOST_TEST(bench.server[0].take().find("authorization: Basic x\r\nCookie: a=b") !=
             std::string::npos);
  bench.say(to("http://127.0.0.1:8081/other"));
  BOOST_REQUIRE(other.all.size() == 1U);
  BOOST_TEST(other[0].take() == "GET /other HTTP/1.1\r\nHost: 127.0.0.1:8081\r\nX-Kept: 1\r\n\r\n");
  other[0].say(to(here + "/back"));
  bench.loop.run_ready();
  const std::string back = bench.server[0].take();
  BOOST_TEST(back.starts_with("GET /back "));
  BOOST_TEST(back.find("Cookie") == std::string::npos);  // and do not come back
  bench.say(ok(""));
  BOOST_TEST(told->response().redirects == 3U);
}

BOOST_AUTO_TEST_CASE(a_redirect_to_what_may_not_be_followed_is_an_error) {
  for (const std::string_view location :
       {"ftp://127.0.0.1/", "ws://127.0.0.1:8080/", "javascript:alert(1)", "//user@127.0.0.1:8080/",
        "/a b", "/a\x80", "http://"}) {
    ClientBench bench;
    const auto told = bench.get();
    bench.say(to(location));
    BOOST_TEST(told->code() == EACCES, location);
  }
  ClientBench bench;
  const auto told = bench.get();
  bench.say(to("https://127.0.0.1/"));
  BOOST_TEST(told->code() == EINVAL);  // without TLS
}

BOOST_AUTO_TEST_CASE(from_https_to_http_is_refused_unless_it_is_allowed) {
  for (const bool allowed : {false, true}) {
    ClientBench bench({.tls = std::make_shared<NoFilter>(), .redirect_to_plain = allowed});
    ScriptedServer plain(bench.loop, 8081);
    const auto told = bench.send({.url = "https://127.0.0.1:8080/"});
    bench.say(to("http://127.0.0.1:8081/"));
    if (!allowed) {
      BOOST_TEST(told->code() == EACCES);
      BOOST_TEST(plain.all.empty());
      continue;
    }
    BOOST_REQUIRE(plain.all.size() == 1U);
    plain[0].say(ok("plain"));
    bench.loop.run_ready();
    BOOST_TEST(told->body() == "plain");
  }
}

BOOST_AUTO_TEST_CASE(the_body_of_a_redirect_is_dropped_and_a_long_one_ends_its_connection) {
  ClientBench bench;
  bool called = false;
  ClientRequest request{.url = here};
  request.on_body = [&](const http::BodyPiece& piece) { called = piece.bytes == "done"; };
  const auto told = bench.send(std::move(request));
  bench.say("HTTP/1.1 302 A\r\nLocation: /b\r\nContent-Length: 1000000\r\n\r\n" +
            std::string(70'000, 'x'));
  BOOST_TEST(bench.server[0].ended());
  BOOST_REQUIRE(bench.server.all.size() == 2U);
  bench.say(ok("done"), 1);
  BOOST_TEST(told->status() == 200U);
  BOOST_TEST(called);
}

BOOST_AUTO_TEST_CASE(one_deadline_is_over_all_redirects) {
  ClientBench bench({.deadline = 10s});
  const auto told = bench.get();
  bench.loop.advance(6s);
  bench.say(to("/b"));
  bench.loop.advance(3s);
  BOOST_TEST(told->pending());
  bench.loop.advance(1s);
  BOOST_TEST(told->code() == ETIMEDOUT);
}

BOOST_AUTO_TEST_SUITE_END()
