// Coroutine handlers: one that returns asio::awaitable<T> answers when it returns. Layer: routing.
// Opt-in: brings Asio. Nothing to call: with this header included, such a handler is a handler.
//
//     server.listen(endpoint, weir::lines(), [](std::string_view line) ->
//     asio::awaitable<std::string>
//     {
//       co_await weir::sleep_for(std::chrono::seconds(1));
//       co_return std::string(line);
//     });
//
// It runs on its connection's loop. Its first part runs inside the call of the handler, so what it
// answers without waiting goes out with the batch. The frame that it was called with, its Session
// and the handler itself, with all that a lambda captured, live as long as it does.
//
// When the call is over without it, at the handler deadline or at the connection's end, it is
// cancelled: what it waits for throws asio::error::operation_aborted, and what it throws then is
// not logged. It is not resumed once its loop is gone, only destroyed.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

#include "weir/routing/executor.hpp"
#include "weir/routing/sleep.hpp"
#include "weir/session/later_answer.hpp"
#include "weir/session/responder.hpp"

namespace weir {

// The frame of a coroutine is a type of its own, and GCC minds when it holds a lambda of a file
// that is another one.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsubobject-linkage"
#endif

/// Owns what the coroutine that `start` makes refers to.
template <class T, class Start, class Give>
asio::awaitable<void> answer_with(Responder responder, Start start, Give give) {
  try {
    if constexpr (std::is_void_v<T>) {
      co_await start();
      give(responder);
    } else {
      const T value = co_await start();
      give(responder, value);
    }
  } catch (...) {
    responder.fail(current_failure());  // goes nowhere when the call is over
  }
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

template <class T>
struct LaterAnswer<asio::awaitable<T>> {
  using Value = T;

  template <class Start, class Give>
  static void run(Responder responder, Start start, Give give) {
    Call& call = *responder.call();
    auto signal = std::make_shared<asio::cancellation_signal>();
    call.on_cancel([signal] { signal->emit(asio::cancellation_type::terminal); });
    const auto slot = signal->slot();
    asio::co_spawn(
        LoopExecutor(call.loop()),
        answer_with<T>(std::move(responder), std::move(start), std::move(give)),
        asio::bind_cancellation_slot(slot, [kept = std::move(signal)](const std::exception_ptr&) {
          // answer_with() throws nothing.
        }));
  }
};

}  // namespace weir
