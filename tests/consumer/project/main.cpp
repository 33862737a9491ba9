#include <weir/weir.hpp>

int main() {
  weir::Server server;
  server.listen("tcp://127.0.0.1:7000", weir::lines(), [](std::string_view line) { return line; });
  return server.run();
}
