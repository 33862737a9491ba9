// The code of docs/websocket.md. Each ```cpp block of the guide stands in here word for word;
// structure.snippets checks that.
#include <iostream>
#include <memory>
#include <sstream>

#include "unit/web/client_bench.hpp"
#include "weir/service/server.hpp"
#include "weir/session/group.hpp"
#include "weir/tls/tls.hpp"
#include "weir/web/serve.hpp"
#include "weir/web/websocket.hpp"
#include "weir/web/websocket_client.hpp"

namespace {

using namespace std::chrono_literals;

// [serve
weir::http::Router make_chat() {
  const auto room = std::make_shared<weir::Group>();
  weir::http::Router routes;
  routes.get("/echo", weir::http::websocket([](std::string_view message) { return message; }));
  routes.get("/room", weir::http::websocket(
                          [room](std::string_view message) { room->send(message); },
                          {.on_open = [room](weir::Session& session) { room->add(session); }}));
  return routes;
}
// ]

// [options
std::shared_ptr<weir::Handler> uploads() {
  weir::http::WebSocketOptions options;
  options.binary = true;
  options.limits.message_bytes = 16 * 1024 * 1024;
  options.origins = weir::websocket::OriginPolicy::only({"https://example.org"});
  return weir::http::websocket(
      [](std::string_view bytes, weir::Session& session) {
        if (bytes.empty()) session.close();
      },
      {}, options);
}
// ]

// [connect
std::unique_ptr<weir::websocket::Client> follow(std::string url, std::ostream& out,
                                                weir::websocket::ClientOptions options) {
  weir::websocket::ClientHooks hooks;
  hooks.on_message = [&out](const weir::websocket::Message& message) {
    if (!message.binary) out << message.payload << '\n';
  };
  hooks.on_close = [&out](const weir::websocket::Ended& ended) {
    out << "ended with " << ended.code << ' ' << ended.reason << '\n';
  };
  auto client = std::make_unique<weir::websocket::Client>(url, options, std::move(hooks));
  client->start();
  return client;
}
// ]

// [secure
weir::websocket::ClientOptions careful() {
  weir::websocket::ClientOptions options;
  options.tls = weir::tls_client({.alpn = {"http/1.1"}}).value();  // for wss://
  options.protocols = {"chat.v2", "chat.v1"};
  options.headers = {{"Authorization", "Bearer 17"}};
  options.limits.message_bytes = 64 * 1024;
  options.backoff = {.first = 50ms, .most = 5s};
  return options;
}
// ]

}  // namespace

BOOST_AUTO_TEST_SUITE(docs_websocket)

BOOST_AUTO_TEST_CASE(the_guide_holds) {
  weir::test::MemoryLoop loop;
  auto routes = make_chat();
  routes.get("/uploads", uploads());
  weir::Server server({.loop = &loop});
  server.listen("tcp://127.0.0.1:8080", weir::http::serve(routes));
  BOOST_REQUIRE(server.start().ok());
  std::ostringstream out;
  weir::websocket::ClientOptions options;
  options.loop = &loop;
  const auto one = follow("ws://127.0.0.1:8080/room", out, options);
  const auto two = follow("ws://127.0.0.1:8080/room", out, options);
  loop.run_ready();
  BOOST_TEST((one->send("hello") == weir::SendResult::queued));
  loop.run_ready();
  one->close(4000, "enough");
  loop.run_ready();
  BOOST_TEST(out.str() == "hello\nhello\nended with 4000 \n");
  BOOST_TEST(careful().protocols.size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
