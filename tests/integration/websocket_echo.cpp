// weir-websocket-echo ENDPOINT BACKEND: WebSockets for clients of other hands. "/text" and "/bytes"
// echo messages of at most 16 MiB, and close behind "bye"; "/room" tells every message to all.
#include <iostream>
#include <memory>

#include "weir/service/server.hpp"
#include "weir/session/group.hpp"
#include "weir/web/serve.hpp"
#include "weir/web/websocket.hpp"

namespace {

constexpr std::size_t most = 16 * 1024 * 1024;

std::string_view echo(std::string_view message, weir::Session& session) {
  if (message == "bye") session.close();
  return message;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: weir-websocket-echo ENDPOINT BACKEND\n";
    return 2;
  }
  weir::ServerOptions options;
  options.backend = argv[2];
  options.flow.max_queued = 2 * most;
  options.flow.max_discarded = 2 * most;  // so that who sends too much reads 1009
  weir::Server server(std::move(options));
  weir::http::WebSocketOptions text{.protocols = {"v1.echo"}, .limits = {.message_bytes = most}};
  weir::http::WebSocketOptions bytes{.limits = {.message_bytes = most}, .binary = true};
  const auto room = std::make_shared<weir::Group>();
  weir::http::Router routes;
  routes.get("/text", weir::http::websocket(echo, {}, text));
  routes.get("/bytes", weir::http::websocket(echo, {}, bytes));
  routes.get("/room", weir::http::websocket(
                          [room](std::string_view message) { room->send(message); },
                          {.on_open = [room](weir::Session& session) { room->add(session); }}));
  const auto bound = server.listen(argv[1], weir::http::serve(routes));
  if (!bound.ok()) {
    std::cerr << bound.error().message << '\n';
    return 1;
  }
  std::cout << "listening on " << bound.value().to_string() << std::endl;
  return server.run();
}
