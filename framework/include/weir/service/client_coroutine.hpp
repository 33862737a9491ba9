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
#include <concepts>
#include <memory>
#include <string>
#include <utility>

#include "weir/service/client.hpp"

namespace weir {

namespace asio = boost::asio;

/// Brings an answer from the client's loop to where its caller waits for it.
template <class Handler, class Answer>
class AnswerCourier {
 public:
  explicit AnswerCourier(Handler handler)
      : handler_(std::move(handler)),
        executor_(asio::prefer(asio::any_io_executor(asio::get_associated_executor(handler_)),
                               asio::execution::outstanding_work.tracked)) {}

  void bring(Answer answer) {
    const asio::any_io_executor executor = std::move(executor_);
    asio::dispatch(executor, arrival(std::move(answer)));
  }
  /// The same, never from inside this call.
  void bring_later(Answer answer) {
    const asio::any_io_executor executor = std::move(executor_);
    asio::post(executor, arrival(std::move(answer)));
  }

 private:
  auto arrival(Answer answer) {
    return [handler = std::move(handler_), answer = std::move(answer)]() mutable {
      asio::get_associated_cancellation_slot(handler).clear();
      std::move(handler)(std::move(answer));
    };
  }

  Handler handler_;
  asio::any_io_executor executor_;
};

/// What every form of call() does. `ask(handler)` begins the call, with a handler of an Answer, and
/// answers a Result of what cancels it, or an error that an Answer can be made of: then the handler
/// is not called.
template <class Answer, class Cancel = Canceller, class Ask>
[[nodiscard]] asio::awaitable<Answer> await_answer(Ask ask) {
  return asio::async_initiate<const asio::use_awaitable_t<>, void(Answer)>(
      [](auto handler, Ask asking) {
        // All that the coroutine may touch is in place before the answer can come.
        const auto cancel = std::make_shared<Cancel>();
        auto slot = asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected()) {
          slot.assign([cancel](asio::cancellation_type type) {
            if (type != asio::cancellation_type::none) (*cancel)();
          });
        }
        auto courier =
            std::make_shared<AnswerCourier<decltype(handler), Answer>>(std::move(handler));
        const auto asked = asking([courier](Answer answer) { courier->bring(std::move(answer)); });
        if (!asked.ok()) return courier->bring_later(asked.error());
        *cancel = asked.value();
      },
      asio::use_awaitable, std::move(ask));
}

/// What is asked in frames: a Client or a Pool.
template <class Caller>
concept FrameCaller = requires(Caller& caller, CallId id) {
  { caller.call("", CallOptions()) } -> std::same_as<Result<std::string>>;
  { caller.canceller(id) } -> std::same_as<Canceller>;
};

/// call() of a Client or a Pool for a coroutine; `caller` must live until the call has begun, which
/// is at co_await.
template <FrameCaller Caller>
[[nodiscard]] asio::awaitable<Result<std::string>> call(Caller& caller, std::string request,
                                                        CallOptions options = {}) {
  return await_answer<Result<std::string>>(
      [&caller, text = std::move(request), options](auto handler) -> Result<Canceller> {
        const Result<CallId> called = caller.call(text, options, std::move(handler));
        if (!called.ok()) return called.error();
        return caller.canceller(called.value());
      });
}

}  // namespace weir
