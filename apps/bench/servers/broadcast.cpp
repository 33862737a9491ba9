// weir-bench-broadcast ENDPOINT BACKEND: what one member says in a frame behind its length, all are
// told. What weir puts beside the broadcasts of weir-floor-epoll and the peers.
#include <iostream>
#include <string_view>
#include <utility>

#include "weir/framing/length_prefix.hpp"
#include "weir/service/server.hpp"
#include "weir/session/group.hpp"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: weir-bench-broadcast ENDPOINT BACKEND\n";
    return 2;
  }
  weir::ServerOptions options;
  options.backend = argv[2];
  weir::Group everybody;
  weir::Server server(std::move(options));
  weir::Hooks hooks;
  hooks.on_open = [&everybody](weir::Session& session) { everybody.add(session); };
  const auto bound = server.listen(
      argv[1], weir::length_prefix(4),
      [&everybody](std::string_view message) { everybody.send(message); }, std::move(hooks));
  if (!bound.ok()) {
    std::cerr << bound.error().message << '\n';
    return 1;
  }
  std::cout << "listening on " << bound.value().to_string() << std::endl;
  return server.run();
}
