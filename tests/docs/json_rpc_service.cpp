#include <weir/routing/json_rpc.hpp>
#include <weir/weir.hpp>
int main() {
  weir::Server server;
  weir::JsonRouter router;
  router.on("add", [](int x, int y) { return x + y; });
  server.listen("tcp://127.0.0.1:7001", weir::length_prefix(4), weir::json_rpc(router));
  return server.run();
}
