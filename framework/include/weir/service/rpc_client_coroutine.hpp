// call: a coroutine asks an RpcClient, and waits while its loop goes on. Layer: service.
// Opt-in: brings Asio and nlohmann/json.hpp; who includes it links weir::json.
//
//     const weir::RpcResult<int> sum = co_await weir::call<int>(client, "add", std::tuple(1, 2));
//
// GCC 12 compiles no braced list of values inside a co_await expression ("array used as
// initializer"): a tuple makes the same array, and an object is named before the call.
//
// The coroutine, its cancellation and its end are those of client_coroutine.hpp: a call that is
// given up answers an error of kind transport, with the code ECANCELED.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <tuple>  // for the params
#include <utility>

#include "weir/service/client_coroutine.hpp"
#include "weir/service/rpc_client.hpp"

namespace weir {

/// RpcClient::call() for a coroutine: a T, the error object of the server, or why neither came.
/// What cannot be asked (`params` that are no array, no object and not null; text that is no UTF-8)
/// is an answer of kind transport as well. `client` must live until the call has begun, which is at
/// co_await.
template <class T = nlohmann::json>
[[nodiscard]] asio::awaitable<RpcResult<T>> call(RpcClient& client, std::string method,
                                                 nlohmann::json params = nullptr,
                                                 CallOptions options = {}) {
  return await_answer<RpcResult<T>>([&client, method = std::move(method),
                                     params = std::move(params),
                                     options](auto handler) -> RpcResult<Canceller> {
    const Result<CallId> called = client.call<T>(method, params, options, std::move(handler));
    if (!called.ok()) return RpcError::of(called.error());
    return client.client().canceller(called.value());
  });
}

}  // namespace weir
