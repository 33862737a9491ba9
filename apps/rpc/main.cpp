// weir-rpc: a JSON-RPC 2.0 service with a method of every kind (methods.hpp).
#include <weir/routing/json_rpc.hpp>
#include <weir/weir.hpp>

#include "common/app.hpp"
#include "common/choices.hpp"
#include "rpc/methods.hpp"

namespace {

/// The framing that is measured most by its own type, any other through AnyFraming.
weir::Result<weir::Endpoint> listen(const weir::app::App& app, weir::Server& server,
                                    const std::string& endpoint,
                                    const weir::app::FramingChoice& choice,
                                    const weir::JsonRouter& router) {
  const weir::ListenerOptions options = app.listener_options(endpoint);
  if (choice.name == "length:4") {
    return server.listen(endpoint, weir::length_prefix(4), weir::json_rpc(router), {}, options);
  }
  return server.listen(endpoint, choice.framing, weir::json_rpc(router), {}, options);
}

}  // namespace

int main(int argc, char** argv) {
  weir::app::App app({.name = "weir-rpc",
                      .purpose = "Serves arithmetic, echo, time and ticks by JSON-RPC 2.0.",
                      .endpoint = "tcp://127.0.0.1:7001",
                      .example = "weir-rpc --listen tcp://127.0.0.1:7001 --framing headers"});
  weir::app::FramingChoice choice{weir::length_prefix(4)};
  app.add(weir::app::framing_flag(choice, "length:4, lines, headers, ...", "length:4"));
  if (const auto status = app.parse(argc, argv)) return *status;

  weir::Server server(app.server_options());
  weir::JsonRouter router;
  weir::rpc::add_methods(router, server);
  for (const std::string& endpoint : app.endpoints()) {
    if (!app.listens(listen(app, server, endpoint, choice, router))) return 1;
  }
  return app.run(server);
}
