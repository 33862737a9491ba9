// call: a coroutine asks a Client or a Pool, and waits while its loop goes on. Layer: service.
// Opt-in: brings Asio.
//
//     const weir::Result<std::string> answer = co_await weir::call(client, "hello");
//
// The coroutine goes on where it was, on its own executor: a loop of weir's, the client's or
// another one, or any executor of Asio's. When it is cancelled the call is given up, and answers
// ECANCELED; that does not throw. Where its executor drops what it is given (a loop that is gone),
// it is destroyed, not resumed.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <string>
#include <utility>

#include "weir/service/client.hpp"

namespace weir {

namespace asio = boost::asio;

/// Brings an answer from the client's loop to where its caller waits for it.
template <class Handler>
class AnswerCourier {
 public:
  explicit AnswerCourier(Handler handler)
      : handler_(std::move(handler)),
        executor_(asio::prefer(asio::any_io_executor(asio::get_associated_executor(handler_)),
                               asio::execution::outstanding_work.tracked)) {}

  void bring(Result<std::string> result) {
    const asio::any_io_executor executor = std::move(executor_);
    asio::dispatch(executor, arrival(std::move(result)));
  }
  /// The same, never from inside this call.
  void bring_later(Result<std::string> result) {
    const asio::any_io_executor executor = std::move(executor_);
    asio::post(executor, arrival(std::move(result)));
  }

 private:
  auto arrival(Result<std::string> result) {
    return [handler = std::move(handler_), result = std::move(result)]() mutable {
      asio::get_associated_cancellation_slot(handler).clear();
      std::move(handler)(std::move(result));
    };
  }

  Handler handler_;
  asio::any_io_executor executor_;
};

/// call() of a Client or a Pool for a coroutine; `caller` must live until the call has begun, which
/// is at co_await.
template <class Caller>
[[nodiscard]] asio::awaitable<Result<std::string>> call(Caller& caller, std::string request,
                                                        CallOptions options = {}) {
  return asio::async_initiate<const asio::use_awaitable_t<>, void(Result<std::string>)>(
      [](auto handler, Caller* asked, const std::string& text, const CallOptions& how) {
        // All that the coroutine may touch is in place before the answer can come.
        const auto cancel = std::make_shared<Canceller>();
        auto slot = asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected()) {
          slot.assign([cancel](asio::cancellation_type type) {
            if (type != asio::cancellation_type::none) (*cancel)();
          });
        }
        auto courier = std::make_shared<AnswerCourier<decltype(handler)>>(std::move(handler));
        const Result<CallId> called = asked->call(text, how, [courier](Result<std::string> result) {
          courier->bring(std::move(result));
        });
        if (!called.ok()) return courier->bring_later(called.error());
        *cancel = asked->canceller(called.value());
      },
      asio::use_awaitable, &caller, std::move(request), options);
}

}  // namespace weir
