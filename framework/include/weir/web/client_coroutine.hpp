// send: a coroutine asks an HTTP client, and waits while its loop goes on. Layer: web.
// Opt-in: brings Asio.
//
//     const auto answer = co_await weir::http::send(client, {.url = "http://127.0.0.1:8080/"});
//
// As call() of client_coroutine.hpp of service: it goes on where it was, and when it is cancelled
// the request is given up.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "weir/service/client_coroutine.hpp"
#include "weir/web/client.hpp"

namespace weir::http {

/// `client` must live until the request has begun, which is at co_await.
[[nodiscard]] inline asio::awaitable<Result<ClientResponse>> send(Client& client,
                                                                  ClientRequest request) {
  return await_answer<Result<ClientResponse>, RequestCanceller>(
      [&client, asked = std::move(request)](auto handler) mutable -> Result<RequestCanceller> {
        const Result<RequestId> sent = client.send(std::move(asked), std::move(handler));
        if (!sent.ok()) return sent.error();
        return client.canceller(sent.value());
      });
}

[[nodiscard]] inline asio::awaitable<Result<ClientResponse>> get(Client& client, std::string url) {
  return send(client, ClientRequest{.url = std::move(url)});
}

}  // namespace weir::http
