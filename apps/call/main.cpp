// weir-call: calls a method of a JSON-RPC 2.0 server from the command line.
#include <future>
#include <memory>

#include "call/options.hpp"
#include "call/repeat.hpp"
#include "call/watch.hpp"
#include "common/output.hpp"
#include "common/process.hpp"
#include "weir/service/rpc_client.hpp"

namespace {

using weir::RpcError;
using weir::call::Exit;
using weir::call::Options;

std::string as_text(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

/// The error as the server sent it, on one line of standard error.
int report(const RpcError& error) {
  if (error.kind != RpcError::Kind::refused) {
    weir::app::complain("weir-call", error.message);
    return Exit::no_answer;
  }
  nlohmann::ordered_json object = {{"code", error.code}, {"message", error.message}};
  if (!error.data.is_null()) object["data"] = error.data;
  weir::app::print_error(
      object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
  return Exit::rpc_error;
}

/// Prints on the client's loop, so that a notification that follows the answer is printed after it.
int call_once(weir::RpcClient& client, const Options& options) {
  const auto status = std::make_shared<std::promise<int>>();
  const auto called =
      client.call(options.method, options.params, {.deadline = options.timeout},
                  [status](const weir::RpcClient::Reply& reply) {
                    if (reply.ok()) weir::app::print(as_text(reply.value()));
                    status->set_value(reply.ok() ? Exit::success : report(reply.error()));
                  });
  if (called.ok()) return status->get_future().get();
  return report({.code = called.error().code, .message = called.error().message});
}

}  // namespace

int main(int argc, char** argv) {
  weir::app::prepare_process();
  Options options;
  if (const auto status = weir::call::parse_options(options, argc, argv)) return *status;

  weir::call::Watch watch(options);
  weir::ClientOptions settings{.backend = options.backend,
                               .tls = options.tls,
                               .max_in_flight = options.in_flight,
                               .log = weir::Log(weir::LogLevel::off)};
  weir::RpcClient client(options.endpoint, options.framing.framing, std::move(settings),
                         watch.hooks());
  watch.begin(client);
  if (const weir::Status connected = client.client().connect(options.timeout); !connected.ok()) {
    weir::app::complain("weir-call", connected.error().message);
    return Exit::no_connection;
  }
  if (options.watch.empty() && options.repeat != 0) return weir::call::repeat(client, options);
  if (!options.method.empty()) {
    const int status = call_once(client, options);
    if (status != Exit::success || options.watch.empty()) return status;
  }
  return watch.wait();
}
