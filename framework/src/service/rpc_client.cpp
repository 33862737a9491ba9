#include "weir/service/rpc_client.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <stdexcept>

#include "service/rpc_reply.hpp"
#include "weir/framing/json.hpp"

namespace weir {

namespace {

using Json = nlohmann::json;

/// The texts of everything that nlohmann_json cannot write.
Result<std::string> try_request(std::string_view method, const Json& params,
                                std::optional<std::uint64_t> id) {
  try {
    return RpcClient::request(method, params, id);
  } catch (const std::exception& mistake) {
    return Error{mistake.what(), EINVAL};
  }
}

}  // namespace

RpcError RpcError::of(const Error& error) {
  return {Kind::transport, error.code, error.message, nullptr};
}

std::string RpcError::to_string() const { return message + " (" + std::to_string(code) + ")"; }

/// What outlives a call of RpcClient: the numbers of the requests and who waits for notifications.
struct RpcClient::Shared {
  using Handlers = std::map<std::string, std::shared_ptr<NotificationHandler>, std::less<>>;

  /// False when it is no notification that somebody waits for.
  bool notify(std::string_view frame) {
    {
      const std::lock_guard lock(mutex);
      if (handlers.empty()) return false;
    }
    Result<Json> parsed = parse_json(frame);
    if (!parsed.ok() || !parsed.value().is_object()) return false;
    Json& message = parsed.value();
    const auto method = message.find("method");
    if (method == message.end() || !method->is_string() || message.contains("id")) return false;
    std::shared_ptr<NotificationHandler> handler;
    {
      const std::lock_guard lock(mutex);
      const auto found = handlers.find(method->get_ref<const std::string&>());
      if (found == handlers.end()) return false;
      handler = found->second;
    }
    const auto params = message.find("params");
    (*handler)(params == message.end() ? Json() : *params);
    return true;
  }

  std::atomic<std::uint64_t> next_id{1};
  std::mutex mutex;
  Handlers handlers;
};

std::shared_ptr<RpcClient::Shared> RpcClient::make_shared_state(ClientOptions& options,
                                                                ClientHooks& hooks) {
  auto shared = std::make_shared<Shared>();
  options.matching = Matching::by_id(response_id);
  hooks.on_message = [shared,
                      others = std::move(hooks.on_message)](std::string_view frame) mutable {
    if (!shared->notify(frame) && others) others(frame);
  };
  return shared;
}

std::string RpcClient::request(std::string_view method, const Json& params,
                               std::optional<std::uint64_t> id) {
  std::string text = R"({"jsonrpc":"2.0","method":)" + Json(method).dump();
  if (params.is_structured()) {
    text.append(R"(,"params":)").append(params.dump());
  } else if (!params.is_null()) {
    throw std::invalid_argument("the params of a request are an array or an object");
  }
  if (id.has_value()) text.append(R"(,"id":)").append(std::to_string(*id));
  text.push_back('}');
  return text;
}

RpcClient::Reply RpcClient::ask(std::string_view method, const Json& params, CallOptions options) {
  options.id = shared_->next_id++;
  const Result<std::string> text = try_request(method, params, options.id);
  if (!text.ok()) return RpcError::of(text.error());
  const Result<std::string> answer = client_.call(text.value(), options);
  if (!answer.ok()) return RpcError::of(answer.error());
  return parse_response(answer.value());
}

Result<CallId> RpcClient::ask(std::string_view method, const Json& params, CallOptions options,
                              UniqueFunction<void(Reply)> handler) {
  options.id = shared_->next_id++;
  const Result<std::string> text = try_request(method, params, options.id);
  if (!text.ok()) return text.error();
  return client_.call(
      text.value(), options, [handler = std::move(handler)](Result<std::string> answer) mutable {
        handler(answer.ok() ? parse_response(answer.value()) : Reply(RpcError::of(answer.error())));
      });
}

Posted RpcClient::notify(std::string_view method, const Json& params, ReportHandler report) {
  const Result<std::string> text = try_request(method, params, std::nullopt);
  if (!text.ok()) return Posted::rejected;
  return client_.post(text.value(), std::move(report));
}

void RpcClient::on_notification(std::string method, NotificationHandler handler) {
  const std::lock_guard lock(shared_->mutex);
  if (handler) {
    shared_->handlers[std::move(method)] =
        std::make_shared<NotificationHandler>(std::move(handler));
  } else {
    shared_->handlers.erase(method);
  }
}

}  // namespace weir
