// Typed handlers of JSON over HTTP.
#include "weir/web/json.hpp"

#include "unit/web/bench.hpp"

namespace {

struct User {
  std::string name;
  int age = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(User, name, age)

}  // namespace

using namespace weir;
using namespace weir::test;

BOOST_AUTO_TEST_SUITE(json_bodies)

BOOST_AUTO_TEST_CASE(bodies_and_answers_have_types) {
  WebBench bench;
  http::JsonRouter routes;
  routes.post("/older", [](User user) {
    ++user.age;
    return user;
  });
  routes.get("/users/{name}", [](const http::Request& request) -> std::optional<User> {
    if (request.parameter("name") != "ada") return std::nullopt;
    return User{"ada", 36};
  });
  bench.serve(http::serve(routes));
  const std::string older = bench.ask(post("/older", R"({"name":"ada","age":35})"));
  BOOST_TEST(older.find("Content-Type: application/json\r\n") != std::string::npos);
  BOOST_TEST(older.ends_with("\r\n\r\n{\"age\":36,\"name\":\"ada\"}"));
  BOOST_TEST(bench.ask(get("/users/ada")).ends_with("{\"age\":36,\"name\":\"ada\"}"));
  BOOST_TEST(bench.ask(get("/users/bob")).starts_with("HTTP/1.1 404 Not Found\r\n"));
}

BOOST_AUTO_TEST_CASE(a_body_that_does_not_fit_is_refused_with_words) {
  WebBench bench;
  http::JsonRouter routes;
  routes.post("/", [](User user) { return user.name; });
  bench.serve(http::serve(routes));
  BOOST_TEST(bench.ask(post("/", "{")).starts_with("HTTP/1.1 400 Bad Request\r\n"));
  const std::string wrong = bench.ask(post("/", R"({"name":1,"age":2})"));
  BOOST_TEST(wrong.starts_with("HTTP/1.1 400 Bad Request\r\n"));
  BOOST_TEST(wrong.find("body") != std::string::npos);
  BOOST_TEST(bench.ask(post("/", "{}", "Content-Type: text/xml\r\n"))
                 .starts_with("HTTP/1.1 415 Unsupported Media Type\r\n"));
  BOOST_TEST(bench
                 .ask(post("/", R"({"name":"a","age":2})",
                           "Content-Type: application/problem+json; charset=utf-8\r\n"))
                 .ends_with("\r\n\r\n\"a\""));
}

BOOST_AUTO_TEST_SUITE_END()
