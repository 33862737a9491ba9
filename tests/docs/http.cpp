// The code of docs/http.md. Each ```cpp block of the guide stands in here word for word;
// structure.snippets checks that.
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "unit/web/bench.hpp"
#include "weir/framing/line.hpp"
#include "weir/routing/layers.hpp"
#include "weir/session/group.hpp"
#include "weir/web/files.hpp"
#include "weir/web/http.hpp"
#include "weir/web/json.hpp"

namespace {

using namespace std::chrono_literals;

// [hello
int hello() {
  weir::Server server;
  server.listen("tcp://127.0.0.1:8080", weir::http::serve([] { return "hello\n"; }));
  return server.run();
}
// ]

// [routes
weir::http::Router make_routes() {
  weir::http::Router routes;
  routes.use(weir::count());
  routes.get("/", [] { return "hello\n"; });
  routes.get("/users/{id}", [](const weir::http::Request& request) {
    return "user " + request.parameter("id") + "\n";
  });
  routes.post("/notes", [](std::string_view body) {
    return weir::http::text(std::to_string(body.size()) + " bytes\n", weir::http::Status::created)
        .with("Location", "/notes/1");
  });
  auto admin = routes.group("/admin");
  admin.use(weir::deadline(2s));
  admin.del("/users/{id}", [](const weir::http::Request& request) {
    if (request.header("X-Admin") != "yes") throw weir::Refusal("admins only", 403);
  });
  return routes;
}
// ]

// [json
struct User {
  std::string name;
  int age = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(User, name, age)

weir::http::JsonRouter make_api(std::map<std::string, User>& users) {
  weir::http::JsonRouter api;
  api.put("/users/{id}", [&users](const weir::http::Request& request, User user) {
    users[request.parameter("id")] = std::move(user);
  });
  api.get("/users/{id}", [&users](const weir::http::Request& request) -> std::optional<User> {
    const auto found = users.find(request.parameter("id"));
    if (found == users.end()) return std::nullopt;
    return found->second;
  });
  return api;
}
// ]

// [options
void serve_with_limits(weir::Server& server, const weir::http::Router& routes) {
  weir::http::Options options;
  options.limits.body = 16 * 1024 * 1024;  // one body; more is answered with 413
  options.min_body_rate = 4096;            // bytes a second, after ten seconds of grace
  server.listen("tcp://0.0.0.0:8080", weir::http::serve(routes, options));
}
// ]

// [files
int serve_files() {
  weir::http::Router routes;
  routes.get("/static/{path...}", weir::http::files("/srv/www").value());
  weir::Server server;
  server.listen("tcp://127.0.0.1:8080", weir::http::serve(routes));
  return server.run();
}
// ]

// [events
weir::http::Router make_events(weir::Server& server, weir::Group& listeners) {
  // Lives as long as its connection.
  auto streams = server.session<std::vector<weir::http::ResponseStream>>();
  weir::http::Router routes;
  routes.get("/events",
             [streams, &listeners](weir::http::ResponseStream stream, weir::Session& session) {
               stream.begin({.content_type = "text/event-stream"});
               stream.write("data: welcome\n\n");
               listeners.add(session);  // what the group is told goes out on each stream
               streams[session].push_back(std::move(stream));
             });
  return routes;
}
// ]

// [uploads
weir::http::Router make_uploads(std::string& store) {
  weir::http::Router routes;
  routes.post("/uploads", [&store](weir::http::BodyStream body, weir::Responder responder) {
    body.read([&store](std::string_view piece) { store += piece; },
              [&store, responder](bool whole) {
                if (whole) responder.reply(std::to_string(store.size()) + " bytes\n");
              });
  });
  return routes;
}
// ]

// [choice
std::unique_ptr<weir::ProtocolFactory> web_and_terminals(const weir::http::Router& routes) {
  auto choice = std::make_unique<weir::ProtocolChoice>();
  choice->add(weir::http::recognize, weir::http::serve(routes));  // WebSockets included
  choice->otherwise(weir::protocol(weir::lines(), [](std::string_view line) { return line; }));
  return choice;
}
// ]

using weir::test::get;

}  // namespace

BOOST_AUTO_TEST_CASE(the_routes_of_the_guide_answer) {
  weir::test::WebBench bench;
  bench.serve(weir::http::serve(make_routes()));
  BOOST_TEST(bench.ask(get("/users/7")).ends_with("\r\n\r\nuser 7\n"));
  const std::string made = bench.ask(weir::test::post("/notes", "abc"));
  BOOST_TEST(made.starts_with("HTTP/1.1 201 Created\r\n"));
  BOOST_TEST(made.find("Location: /notes/1\r\n") != std::string::npos);
  BOOST_TEST(bench.ask("DELETE /admin/users/7 HTTP/1.1\r\nHost: a\r\n\r\n")
                 .starts_with("HTTP/1.1 403 Forbidden\r\n"));
  BOOST_TEST(bench.ask("DELETE /admin/users/7 HTTP/1.1\r\nHost: a\r\nX-Admin: yes\r\n\r\n") ==
             "HTTP/1.1 204 No Content\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(the_api_of_the_guide_answers) {
  std::map<std::string, User> users;
  weir::test::WebBench bench;
  bench.serve(weir::http::serve(make_api(users)));
  const std::string put = "PUT /users/ada HTTP/1.1\r\nHost: a\r\nContent-Length: 23\r\n\r\n";
  BOOST_TEST(bench.ask(put + R"({"name":"Ada","age":36})") == "HTTP/1.1 204 No Content\r\n\r\n");
  BOOST_TEST(bench.ask(get("/users/ada")).ends_with(R"({"age":36,"name":"Ada"})"));
  BOOST_TEST(bench.ask(get("/users/bob")).starts_with("HTTP/1.1 404 Not Found\r\n"));
}

BOOST_AUTO_TEST_CASE(the_streams_of_the_guide_flow) {
  weir::Group listeners;
  weir::test::WebBench bench;
  bench.serve(weir::http::serve(make_events(bench.server, listeners)));
  weir::test::Peer peer = bench.connect();
  BOOST_TEST(bench.ask(peer, get("/events")).ends_with("\r\n\r\nf\r\ndata: welcome\n\n\r\n"));
  listeners.send("data: news\n\n");
  bench.loop.run_ready();
  BOOST_TEST(peer.take() == "c\r\ndata: news\n\n\r\n");
}

BOOST_AUTO_TEST_CASE(the_uploads_of_the_guide_are_taken) {
  std::string store;
  weir::test::WebBench bench;
  bench.serve(weir::http::serve(make_uploads(store)));
  BOOST_TEST(bench.ask(weir::test::post("/uploads", "0123456789")).ends_with("10 bytes\n"));
}

BOOST_AUTO_TEST_CASE(the_port_of_the_guide_speaks_both) {
  weir::test::WebBench bench;
  bench.serve(web_and_terminals(make_routes()));
  BOOST_TEST(bench.ask(get("/users/7")).ends_with("\r\n\r\nuser 7\n"));
  BOOST_TEST(bench.ask("hello\n") == "hello\n");
}

BOOST_AUTO_TEST_CASE(the_listener_of_the_guide_answers_with_a_reason_or_an_endpoint) {
  static_cast<void>(&hello);
  static_cast<void>(&serve_files);
  weir::Server server({.log = weir::Log(weir::LogLevel::off)});
  serve_with_limits(server, make_routes());
}
