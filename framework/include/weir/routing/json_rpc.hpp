// json_rpc: a JsonRouter as a JSON-RPC 2.0 server, over any framing. Layer: routing.
// An opt-in header: it brings in nlohmann/json.hpp, and who includes it links weir::json.
//
//     server.listen("tcp://127.0.0.1:7001", weir::length_prefix(4), weir::json_rpc(router));
//
//     {"jsonrpc":"2.0","method":"add","params":[1,2],"id":1}
//     {"jsonrpc":"2.0","result":3,"id":1}
//
// The specification is https://www.jsonrpc.org/specification (2013). One frame holds one call, or a
// batch of them. Calls may be answered in another order than they came in: up to max_in_flight of a
// connection are out at once, and while so many are, it is not read. A batch is answered when the
// last of its calls is.
//
// Where the specification leaves a choice:
//  - A member of a call that comes twice makes it an Invalid Request; unknown members are ignored.
//  - An id keeps its spelling: 1.0 is answered as 1.0, "\u0041" as "\u0041".
//  - What is no call is answered with its id, where it has a sound one, else with null.
//  - Method names that begin with "rpc." are reserved for extensions of the protocol. weir has
//    none; a router may serve one, such as rpc.discover.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weir/routing/json.hpp"
#include "weir/session/call.hpp"
#include "weir/session/protocol.hpp"

namespace weir {

struct JsonRpcOptions {
  /// Calls of one connection that are out, those of batches included.
  std::size_t max_in_flight = 64;
  /// Calls in a batch; of a larger one none is begun.
  std::size_t max_batch = 100;
  /// Arrays and objects within each other, the call itself included; deeper is a parse error.
  std::size_t depth = 64;
  /// Bytes of an id as it is written; a longer one makes the call an Invalid Request.
  std::size_t max_id = 1024;
};

/// The number that stands for a failure without one of its own; docs/json-rpc.md has the table.
[[nodiscard]] std::int64_t json_rpc_code(FailureKind kind);

struct RpcCall;
enum class RpcFrame : std::uint8_t;

/// What json_rpc() and all its connections share.
class JsonRpcShared;

/// The frames of one connection, on their way to a router and back.
class JsonRpcConnection {
 public:
  /// Both outlive it.
  JsonRpcConnection(JsonRpcShared& shared, const ConnectionOptions& options);
  JsonRpcConnection(const JsonRpcConnection&) = delete;
  JsonRpcConnection& operator=(const JsonRpcConnection&) = delete;
  ~JsonRpcConnection();

  void on_frame(std::string_view frame, InputContext& input);

 private:
  class Request;
  class Batch;

  CallPtr<Request> take_request(Session& session, EventLoop& loop);
  void begin(RpcCall& call, Session& session, EventLoop& loop, std::shared_ptr<Batch> batch);
  void run(std::shared_ptr<Batch> batch);
  void refuse(RpcFrame what, InputContext& input);
  void went_out() { ++out_; }
  void came_back();

  JsonRpcShared& shared_;
  const ConnectionOptions& options_;
  CallPtr<Call> spare_;             // the last request, when nobody refers to it any more
  std::size_t out_ = 0;             // requests that are out
  std::shared_ptr<Batch> waiting_;  // calls of it are yet to begin: max_in_flight are out
};

/// What stands for a handler in Server::listen. A value; keeps the router's routes.
class JsonRpc {
 public:
  class Dispatcher : public JsonRpcConnection {
   public:
    Dispatcher(JsonRpc& rpc, const ConnectionOptions& options)
        : JsonRpcConnection(*rpc.shared_, options) {}
  };

  explicit JsonRpc(std::shared_ptr<JsonRpcShared> shared) : shared_(std::move(shared)) {}

  [[nodiscard]] std::vector<std::string> route_names() const;

 private:
  std::shared_ptr<JsonRpcShared> shared_;
};

/// Throws std::invalid_argument for an option that is 0.
[[nodiscard]] JsonRpc json_rpc(const JsonRouter& router, const JsonRpcOptions& options = {});

/// A notification of the server's, as text for Session::send or Group::send, where it is encoded
/// once for everybody. `params` is an array, an object, or null for none; throws
/// std::invalid_argument for anything else, and nlohmann's type_error for text that is no UTF-8.
[[nodiscard]] std::string notification(std::string_view method,
                                       const nlohmann::json& params = nullptr);
/// The same, sent to one peer.
SendResult notify(Session& session, std::string_view method,
                  const nlohmann::json& params = nullptr);

}  // namespace weir
