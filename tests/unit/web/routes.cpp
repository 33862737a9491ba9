// Patterns of paths, and where requests go by them.
#include <functional>
#include <stdexcept>

#include "unit/web/bench.hpp"
#include "weir/routing/layers.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// The body of the response.
std::string body_of(WebBench& bench, std::string_view request) {
  const std::string got = bench.ask(request);
  return got.substr(std::min(got.find("\r\n\r\n") + 4, got.size()));
}

std::string what(const std::function<void()>& registers) {
  try {
    registers();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return {};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(patterns)

BOOST_AUTO_TEST_CASE(a_pattern_captures_segments_and_rests) {
  WebBench bench;
  http::Router routes;
  routes.get("/users/{id}", [](const http::Request& r) { return "user " + r.parameter("id"); });
  routes.get("/users/me", [] { return "me"; });
  routes.get("/users/{id}/posts/{post}", [](const http::Request& r) {
    return r.parameter("id") + "'s " + r.parameter("post");
  });
  routes.get("/files/{path...}",
             [](const http::Request& r) { return "file '" + r.parameter("path") + "'"; });
  bench.serve(http::serve(routes));
  BOOST_TEST(body_of(bench, get("/users/7")) == "user 7");
  BOOST_TEST(body_of(bench, get("/users/me")) == "me");
  BOOST_TEST(body_of(bench, get("/users/me/posts/3")) == "me's 3");
  BOOST_TEST(body_of(bench, get("/users/%6De")) == "me");
  BOOST_TEST(body_of(bench, get("/users/a%20b%2Fc")) == "user a b/c");
  BOOST_TEST(body_of(bench, get("/files/a/b/c.txt")) == "file 'a/b/c.txt'");
  BOOST_TEST(body_of(bench, get("/files/")) == "file ''");
  BOOST_TEST(body_of(bench, get("/users/")) == "not found\n");
  BOOST_TEST(body_of(bench, get("/users/7/")) == "not found\n");
  BOOST_TEST(body_of(bench, get("/files")) == "not found\n");
  BOOST_TEST(bench.ask(get("/users/%zz")).starts_with("HTTP/1.1 400"));
  BOOST_TEST(bench.ask(get("/users/%00")).starts_with("HTTP/1.1 400"));
}

BOOST_AUTO_TEST_CASE(what_a_literal_leads_to_in_vain_a_segment_may_still_have) {
  WebBench bench;
  http::Router routes;
  routes.get("/a/b/c", [] { return "abc"; });
  routes.get("/{x}/b/d", [](const http::Request& r) { return r.parameter("x") + "bd"; });
  routes.get("/{x}/{rest...}", [](const http::Request& r) {
    return r.parameter("x") + " and " + r.parameter("rest");
  });
  bench.serve(http::serve(routes));
  BOOST_TEST(body_of(bench, get("/a/b/c")) == "abc");
  BOOST_TEST(body_of(bench, get("/a/b/d")) == "abd");
  BOOST_TEST(body_of(bench, get("/a/b/e")) == "a and b/e");
}

BOOST_AUTO_TEST_CASE(queries_are_decoded_as_forms_write_them) {
  WebBench bench;
  http::Router routes;
  routes.get("/", [](const http::Request& r) { return r.query_value("q").value_or("none"); });
  bench.serve(http::serve(routes));
  BOOST_TEST(body_of(bench, get("/?q=a+b%26c&q=d")) == "a b&c");
  BOOST_TEST(body_of(bench, get("/?x=1&q")) == "");
  BOOST_TEST(body_of(bench, get("/?x=1")) == "none");
  BOOST_TEST(bench.ask(get("/?q=%4")).starts_with("HTTP/1.1 400"));
}

BOOST_AUTO_TEST_CASE(groups_have_a_prefix_and_layers_of_their_own) {
  WebBench bench;
  http::Router routes;
  auto admin = routes.group("/admin");
  admin.use([](Context& context, Next next) {
    if (static_cast<http::Exchange&>(context).head().headers.value("X-Key") == "1") {
      return next(context);
    }
    context.fail({.kind = FailureKind::unauthenticated});
  });
  admin.get("/stop", [] { return "stopped"; });
  routes.get("/", [] { return "open"; });
  bench.serve(http::serve(routes));
  BOOST_TEST(body_of(bench, get("/")) == "open");
  BOOST_TEST(body_of(bench, get("/admin/stop", "X-Key: 1\r\n")) == "stopped");
  const std::string refused = bench.ask(get("/admin/stop"));
  BOOST_TEST(refused.starts_with("HTTP/1.1 401 Unauthorized\r\n"));
  BOOST_TEST(refused.find("WWW-Authenticate: ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(routes_come_and_go_while_they_are_served) {
  WebBench bench;
  http::Router routes;
  bench.serve(http::serve(routes));
  BOOST_TEST(bench.ask(get("/a")).starts_with("HTTP/1.1 404"));
  routes.get("/a", [] { return "a"; });
  BOOST_TEST(body_of(bench, get("/a")) == "a");
  BOOST_TEST(routes.remove("GET", "/a"));
  BOOST_TEST(!routes.remove("GET", "/a"));
  BOOST_TEST(bench.ask(get("/a")).starts_with("HTTP/1.1 404"));
}

BOOST_AUTO_TEST_CASE(a_wrong_pattern_is_told_at_registration) {
  http::Router routes;
  const auto handler = [] { return ""; };
  routes.get("/a/{b}", handler);
  const auto get = [&](std::string_view pattern) {
    return what([&] { routes.get(pattern, handler); });
  };
  BOOST_TEST(get("a") == "route 'GET a': a pattern begins with '/'");
  BOOST_TEST(get("/a/{c}") == "route 'GET /a/{c}': there is one already: GET /a/{b}");
  BOOST_TEST(get("/x{y}") == "route 'GET /x{y}': a segment is a text, or a name in braces");
  BOOST_TEST(get("/{}") == "route 'GET /{}': braces hold a name");
  BOOST_TEST(get("/{a...}/b") == "route 'GET /{a...}/b': nothing comes behind a rest");
  BOOST_TEST(get("/{a}/{a}") == "route 'GET /{a}/{a}': the name 'a' twice");
  BOOST_TEST(what([&] { routes.on("G T", "/", handler); }) ==
             "route 'G T /': the method is no token");
}

BOOST_AUTO_TEST_SUITE_END()
