// weir-proxy: joins each connection to one of several upstreams.
#include <utility>

#include "common/output.hpp"
#include "proxy/figures.hpp"
#include "proxy/options.hpp"
#include "weir/service/relay.hpp"
#include "weir/service/server.hpp"

int main(int argc, char** argv) {
  weir::app::App app({.name = "weir-proxy",
                      .purpose = "Joins each connection to one of several upstreams.",
                      .endpoint = "tcp://127.0.0.1:7000",
                      .example = "weir-proxy --listen tcp://127.0.0.1:7000 "
                                 "--to tcp://127.0.0.1:8001,unix:///run/web.sock"});
  weir::proxy::Options options;
  weir::proxy::add_flags(app, options);
  if (const auto status = app.parse(argc, argv)) return *status;

  if (const weir::Status finished = weir::proxy::finish(options); !finished.ok()) {
    weir::app::complain("weir-proxy", finished.error().message);
    return 2;
  }
  options.relay.log = app.server_options().log;
  const auto relay = weir::Relay::make(options.upstreams, options.relay);
  if (!relay.ok()) {
    weir::app::complain("weir-proxy", relay.error().message);
    return 1;
  }
  weir::Server server(app.server_options());
  for (const std::string& endpoint : app.endpoints()) {
    weir::ListenerOptions listener = app.listener_options(endpoint);
    if (!options.accept.trusted.empty()) {
      listener.proxy_protocol = weir::proxy_protocol(options.accept).value();
    }
    if (!app.listens(server.listen(endpoint, relay.value(), std::move(listener)))) return 1;
  }
  app.set_figures([&relay] { return weir::proxy::figures(relay.value()->stats()); });
  const int status = app.run(server);
  if (status == 0) weir::app::print(relay.value()->stats().to_string() + "\n");
  return status;
}
