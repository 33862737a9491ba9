// weir-echo: sends every frame back to where it came from.
#include <weir/weir.hpp>

#include "common/app.hpp"
#include "common/choices.hpp"

namespace {

struct Echo {
  std::string_view operator()(std::string_view frame) const { return frame; }
};

/// The framings that are measured most by their own types: through AnyFraming a small frame that
/// came with many others costs twice the time outside the kernel, 3 % of all.
weir::Result<weir::Endpoint> listen(const weir::app::App& app, weir::Server& server,
                                    const std::string& endpoint,
                                    const weir::app::FramingChoice& choice) {
  const weir::ListenerOptions options = app.listener_options(endpoint);
  if (choice.name == "raw") return server.listen(endpoint, weir::raw(), Echo(), {}, options);
  if (choice.name == "lines") return server.listen(endpoint, weir::lines(), Echo(), {}, options);
  if (choice.name == "length:4")
    return server.listen(endpoint, weir::length_prefix(4), Echo(), {}, options);
  return server.listen(endpoint, choice.framing, Echo(), {}, options);
}

}  // namespace

int main(int argc, char** argv) {
  weir::app::App app({.name = "weir-echo",
                      .purpose = "Sends every frame back to where it came from.",
                      .endpoint = "tcp://127.0.0.1:7000",
                      .example = "weir-echo --listen tcp://127.0.0.1:7000 --framing lines"});
  weir::app::FramingChoice choice{weir::raw()};
  app.add(weir::app::framing_flag(
      choice, "raw, lines, fixed:N, length:4, headers or delimiter:TEXT", "raw"));
  if (const auto status = app.parse(argc, argv)) return *status;

  weir::Server server(app.server_options());
  for (const std::string& endpoint : app.endpoints()) {
    if (!app.listens(listen(app, server, endpoint, choice))) return 1;
  }
  return app.run(server);
}
