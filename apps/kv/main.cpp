// weir-kv: a key-value server that speaks the protocol of Redis.
#include <weir/weir.hpp>

#include "common/app.hpp"
#include "common/output.hpp"
#include "kv/data.hpp"
#include "kv/flags.hpp"
#include "kv/protocol.hpp"
#include "kv/service.hpp"

namespace {

/// False after a line on standard error.
bool well(const weir::Status& status) {
  if (!status.ok()) weir::app::complain("weir-kv", status.error().message);
  return status.ok();
}

}  // namespace

int main(int argc, char** argv) {
  weir::app::App app({.name = "weir-kv",
                      .purpose = "Keeps keys and values for the clients of Redis.",
                      .endpoint = "tcp://127.0.0.1:6380",
                      .example = "weir-kv --listen tcp://127.0.0.1:6380 --password secret",
                      .frame = "512MiB",
                      .idle_timeout = "0"});
  weir::kv::Flags flags;
  for (weir::app::Flag& flag : flags.all()) app.add(std::move(flag));
  if (const auto status = app.parse(argc, argv)) return *status;

  const weir::ServerOptions& options = app.server_options();
  const std::size_t loops = options.threads.per_connection ? 1 : options.threads.count;
  const std::size_t callers = options.threads.per_connection ? 16 : loops;
  weir::kv::Data data(options.log);
  if (!flags.data().empty() && !well(data.open(flags.data(), flags.append_log()))) return 1;
  weir::kv::Service service({.threads = callers}, data.journal());
  if (!well(data.load(service))) return 1;
  flags.apply(service.settings());
  service.settings().max_bulk = options.limits.frame;
  weir::Server server(options);
  service.on_stats([&server] { return server.stats(); });
  for (const std::string& endpoint : app.endpoints()) {
    const bool first = &endpoint == &app.endpoints().front();
    auto protocol = weir::kv::serve(service, {.parts = first ? loops : 0, .local = endpoint});
    auto listener = app.listener_options(endpoint);
    if (!app.listens(server.listen(endpoint, std::move(protocol), std::move(listener)))) return 1;
  }
  service.on_stop([&server] { server.stop(); });
  const int status = app.run(server);
  return well(data.close()) ? status : 1;
}
