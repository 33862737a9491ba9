// sleep_for: a coroutine waits, and its loop goes on. Layer: routing. Opt-in: brings Asio.
// A timer of the loop's own on every backend: no thread, no descriptor, and in tests the time that
// a test moves.
#pragma once

#include <algorithm>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>

#include "weir/io/timer_queue.hpp"
#include "weir/routing/executor.hpp"

namespace weir {

/// A handler of Asio's that waits for its time, for its cancellation, or for the loop's end, with
/// which it goes uncalled. Owns itself.
template <class Handler>
class Sleeper final : private Timer {
 public:
  static void start(EventLoop& loop, Duration time, Handler handler) {
    auto own = std::make_unique<Sleeper>(std::move(handler));
    auto slot = asio::get_associated_cancellation_slot(own->handler_);
    if (slot.is_connected()) {
      slot.assign([self = own.get()](asio::cancellation_type type) {
        if (type != asio::cancellation_type::none) self->end(asio::error::operation_aborted);
      });
    }
    loop.timers().arm(*own, later(loop.clock_now(), std::max(time, Duration::zero())));
    static_cast<void>(own.release());  // the queue has it
  }
  explicit Sleeper(Handler handler) : handler_(std::move(handler)) {}

 private:
  void on_timer() override { end({}); }
  void on_abandoned() override {
    asio::get_associated_cancellation_slot(handler_).clear();
    delete this;
  }
  void end(boost::system::error_code error) {
    Handler handler(std::move(handler_));
    asio::get_associated_cancellation_slot(handler).clear();
    delete this;
    std::move(handler)(error);
  }

  Handler handler_;
};

/// `co_await weir::sleep_for(std::chrono::seconds(1))`, in a coroutine that runs on a loop of
/// weir's. When the coroutine is cancelled it throws boost::system::system_error with
/// asio::error::operation_aborted, from inside that cancellation.
[[nodiscard]] inline asio::awaitable<void> sleep_for(Duration time) {
  return asio::async_initiate<const asio::use_awaitable_t<>, void(boost::system::error_code)>(
      [](auto handler, Duration asked) {
        const asio::any_io_executor executor = asio::get_associated_executor(handler);
        const auto* ours = executor.target<LoopExecutor>();
        if (ours == nullptr || ours->loop() == nullptr) {
          asio::post(executor, [own = std::move(handler)]() mutable {
            std::move(own)(boost::system::error_code(asio::error::operation_not_supported));
          });
          return;
        }
        Sleeper<decltype(handler)>::start(*ours->loop(), asked, std::move(handler));
      },
      asio::use_awaitable, time);
}

}  // namespace weir
