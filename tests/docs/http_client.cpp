// The code about clients of docs/http.md. Each ```cpp block of the guide stands in here word for
// word; structure.snippets checks that.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fstream>
#include <iostream>
#include <sstream>

#include "unit/web/http_client_bench.hpp"
#include "weir/routing/executor.hpp"
#include "weir/service/server.hpp"
#include "weir/tls/tls.hpp"
#include "weir/web/client.hpp"
#include "weir/web/client_coroutine.hpp"
#include "weir/web/serve.hpp"

namespace {

using namespace std::chrono_literals;

// [ask
std::string read_user(weir::http::Client& client, const std::string& root) {
  const auto user = client.get(root + "/users/7");
  if (!user.ok()) return "no answer: " + user.error().message;
  return user.value().body;
}
// ]

// [post
void add_note(weir::http::Client& client, const std::string& root, std::ostream& log) {
  weir::http::ClientRequest request{.method = "POST", .url = root + "/notes"};
  request.headers = {{"Content-Type", "text/plain"}, {"Authorization", "Bearer 17"}};
  request.body = "buy bread";
  request.deadline = 2s;
  const auto sent = client.send(
      std::move(request), [&log](const weir::Result<weir::http::ClientResponse>& response) {
        if (response.ok()) log << "it is at " << response.value().header("Location") << '\n';
      });
  if (!sent.ok()) log << sent.error().message << '\n';  // nothing was called, or will be
}
// ]

// [pieces
void download(weir::http::Client& client, std::string url, std::ostream& file) {
  weir::http::ClientRequest request{.url = std::move(url), .deadline = 1h};
  request.max_body = 4ULL * 1024 * 1024 * 1024;
  request.on_body = [&file](const weir::http::BodyPiece& piece) { file << piece.bytes; };
  client.send(std::move(request), [](const weir::Result<weir::http::ClientResponse>& response) {
    if (!response.ok()) std::cerr << response.error().message << '\n';
  });
}
// ]

// [coroutine
boost::asio::awaitable<std::string> both(weir::http::Client& client, std::string root) {
  const auto one = co_await weir::http::get(client, root + "/one");
  const auto two = co_await weir::http::get(client, root + "/two");
  co_return one.ok() && two.ok() ? one.value().body + two.value().body : "not both";
}
// ]

// [secure
weir::http::ClientOptions with_tls() {
  weir::http::ClientOptions options;
  options.tls = weir::tls_client({.alpn = {"http/1.1"}}).value();
  options.deadline = 5s;
  options.redirects = 0;
  return options;
}
// ]

}  // namespace

BOOST_AUTO_TEST_SUITE(docs_http_client)

BOOST_AUTO_TEST_CASE(the_guide_holds) {
  weir::test::MemoryLoop loop;
  weir::http::Router routes;
  routes.get("/users/{id}",
             [](const weir::http::Request& request) { return "user " + request.parameter("id"); });
  routes.post("/notes", [](std::string_view) {
    return weir::http::text("ok", weir::http::Status::created).with("Location", "/notes/1");
  });
  routes.get("/one", [] { return "1"; });
  routes.get("/two", [] { return "2"; });
  weir::Server server({.loop = &loop});
  server.listen("tcp://127.0.0.1:8080", weir::http::serve(routes));
  BOOST_REQUIRE(server.start().ok());
  weir::http::ClientOptions options;
  options.loop = &loop;
  weir::http::Client client(options);
  std::ostringstream log;
  std::ostringstream file;
  add_note(client, "http://127.0.0.1:8080", log);
  download(client, "http://127.0.0.1:8080/users/7", file);
  std::string came;
  const auto ask = [&]() -> boost::asio::awaitable<void> {
    came = co_await both(client, "http://127.0.0.1:8080");
  };
  boost::asio::co_spawn(weir::LoopExecutor(loop), ask, boost::asio::detached);
  loop.run_ready();
  BOOST_TEST(log.str() == "it is at /notes/1\n");
  BOOST_TEST(file.str() == "user 7");
  BOOST_TEST(came == "12");
}

BOOST_AUTO_TEST_CASE(a_client_with_a_loop_of_its_own_waits) {
  weir::http::Client client;
  BOOST_TEST(read_user(client, "http://127.0.0.1:1").starts_with("no answer: cannot connect"));
  BOOST_TEST(with_tls().redirects == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
