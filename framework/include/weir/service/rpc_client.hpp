// RpcClient: a Client that speaks JSON-RPC 2.0. Layer: service.
// An opt-in header: it brings in nlohmann/json.hpp, and who includes it links weir::json.
//
//     weir::RpcClient client("tcp://127.0.0.1:7001", weir::length_prefix(4));
//     std::cout << client.call<int>("add", {1, 2}).value() << '\n';
//
// It numbers its requests, finds the answers by their numbers, whatever their order, and hands
// notifications to whoever asked for them. All else is Client's: the queue, the deadlines, the
// reconnecting, and what is said of a call whose connection ended (client.hpp).
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "weir/framing/length_prefix.hpp"  // what most such servers speak
#include "weir/service/client.hpp"

namespace weir {

/// Why a call has no result.
struct RpcError {
  enum class Kind : std::uint8_t {
    transport,  // no answer came; `code` is one of client.hpp's
    refused,    // the server answered with an error object, and these are its members
    bad_reply,  // it answered something that is no answer, or not of the type asked for
  };
  Kind kind = Kind::transport;
  std::int64_t code = 0;
  std::string message{};
  nlohmann::json data{};

  /// Of kind transport.
  [[nodiscard]] static RpcError of(const Error& error);
  /// "Method not found (-32601)"
  [[nodiscard]] std::string to_string() const;
};

/// What RpcResult::value() throws when there is none.
class RpcException final : public std::exception {
 public:
  explicit RpcException(RpcError error) : error_(std::move(error)), what_(error_.to_string()) {}
  [[nodiscard]] const char* what() const noexcept override { return what_.c_str(); }
  [[nodiscard]] const RpcError& error() const { return error_; }

 private:
  RpcError error_;
  std::string what_;
};

/// A T, or why there is none.
template <class T = nlohmann::json>
class RpcResult {
 public:
  RpcResult(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  RpcResult(RpcError error) : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  /// Throws RpcException when there is none.
  [[nodiscard]] const T& value() const {
    if (!ok()) throw RpcException(error());
    return std::get<0>(state_);
  }
  /// Only when not ok().
  [[nodiscard]] const RpcError& error() const { return *std::get_if<1>(&state_); }

 private:
  std::variant<T, RpcError> state_;
};

/// Threads: as Client. Handlers are called on the client's loop.
class RpcClient {
 public:
  using Reply = RpcResult<nlohmann::json>;
  /// Gets the params of a notification; null when it has none.
  using NotificationHandler = UniqueFunction<void(const nlohmann::json& params)>;

  /// `options.matching` is this class's own; hooks.on_message gets what is neither an answer nor a
  /// notification that somebody asked for.
  template <Framing F>
  RpcClient(std::string_view endpoint, F framing, ClientOptions options = {},
            ClientHooks hooks = {})
      : shared_(make_shared_state(options, hooks)),
        client_(endpoint, std::move(framing), std::move(options), std::move(hooks)) {}

  /// Asks and waits. `params` is an array, an object, or null for none. A result that is no T is an
  /// error of kind bad_reply.
  template <class T = nlohmann::json>
  RpcResult<T> call(std::string_view method, const nlohmann::json& params = nullptr,
                    CallOptions options = {}) {
    return as<T>(ask(method, params, options));
  }
  /// Asks; `handler(RpcResult<T>)` is called exactly once, unless this answers an error.
  template <class T = nlohmann::json, class Handler>
  Result<CallId> call(std::string_view method, const nlohmann::json& params, CallOptions options,
                      Handler handler) {
    return ask(method, params, options, [handler = std::move(handler)](Reply reply) mutable {
      handler(as<T>(std::move(reply)));
    });
  }
  void cancel(CallId call) { client_.cancel(call); }

  /// Tells the server something that it does not answer.
  Posted notify(std::string_view method, const nlohmann::json& params = nullptr,
                ReportHandler report = {});
  /// Calls `handler` for every notification of `method` from now on; an empty one ends that.
  void on_notification(std::string method, NotificationHandler handler);

  /// For what has nothing to do with JSON: connect(), close(), stats().
  [[nodiscard]] Client& client() { return client_; }

  /// The text of a request; of a notification when there is no id. Throws
  /// std::invalid_argument when `params` is no array, no object and not null, and what
  /// nlohmann_json throws for a string that is not UTF-8.
  [[nodiscard]] static std::string request(std::string_view method, const nlohmann::json& params,
                                           std::optional<std::uint64_t> id);

 private:
  struct Shared;

  /// Sets up matching and the way of the notifications.
  [[nodiscard]] static std::shared_ptr<Shared> make_shared_state(ClientOptions& options,
                                                                 ClientHooks& hooks);
  [[nodiscard]] Reply ask(std::string_view method, const nlohmann::json& params,
                          CallOptions options);
  Result<CallId> ask(std::string_view method, const nlohmann::json& params, CallOptions options,
                     UniqueFunction<void(Reply)> handler);

  template <class T>
  static RpcResult<T> as(Reply reply) {
    if constexpr (std::is_same_v<T, nlohmann::json>) {
      return reply;
    } else {
      if (!reply.ok()) return reply.error();
      try {
        return reply.value().template get<T>();
      } catch (const std::exception& mistake) {
        return RpcError{RpcError::Kind::bad_reply, 0, mistake.what(), reply.value()};
      }
    }
  }

  std::shared_ptr<Shared> shared_;
  Client client_;
};

}  // namespace weir
