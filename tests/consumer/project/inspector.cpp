#include <weir/framing/line.hpp>
#include <weir/inspector/inspector.hpp>

int main() {
  weir::Server server;
  const auto echo = [](std::string_view line) { return line; };
  if (!server.listen("tcp://127.0.0.1:0", weir::lines(), echo).ok()) return 1;
  weir::Inspector inspector(server);
  return inspector.listen("tcp://127.0.0.1:0").ok() ? 0 : 1;
}
