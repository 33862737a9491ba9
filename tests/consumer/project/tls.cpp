#include <weir/tls/tls.hpp>
#include <weir/weir.hpp>

int main() {
  const auto own = weir::self_signed();
  const auto tls = weir::tls_server({.certificates = {own.value().certificate}});
  weir::Server server;
  const auto bound =
      server.listen("tls://127.0.0.1:0", weir::lines(), [](std::string_view line) { return line; },
                    {}, {.tls = tls.value()});
  return bound.ok() ? 0 : 1;
}
