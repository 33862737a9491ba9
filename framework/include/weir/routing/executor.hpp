// LoopExecutor: a loop of weir's, as Asio's executors see it. Layer: routing. Opt-in: brings Asio.
// Coroutines run on it, on every backend. On "asio" also what of Asio's is made with it (a timer, a
// socket, a resolver) works, for its context is the io_context that runs the loop; on the others
// that runs nothing: use what weir offers there (sleep.hpp).
//
// A handle: cheap to copy, safe to keep when the loop is gone: what is given to it then is dropped,
// not run. What it runs must not throw: that ends the program, as with a Task.
//
// Threads: made on the loop's, or before the loop runs; execute() from any. It is the only executor
// that may be used from other threads: nothing may be posted to the io_context itself.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution.hpp>
#include <concepts>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "weir/io/event_loop.hpp"
#include "weir/io/loop_handle.hpp"

namespace weir {

namespace asio = boost::asio;

class LoopExecutor {
 public:
  explicit LoopExecutor(const EventLoop& loop) : handle_(loop) {}

  /// On the loop's thread alone; nullptr when it is gone.
  [[nodiscard]] EventLoop* loop() const { return handle_.loop(); }

  // Asio's executor concept. With blocking.possibly a function runs at once on the loop's thread;
  // else, and with blocking.never, it is posted.

  template <std::invocable F>
  void execute(F&& function) const {
    if (posts_ || !handle_.on_loop_thread()) {
      handle_.post(Task(std::forward<F>(function)));
      return;
    }
    if (EventLoop* open = loop()) {
      open->catch_up();
      std::decay_t<F> own(std::forward<F>(function));
      own();
      open->catch_up();
    }
  }

  [[nodiscard]] LoopExecutor require(asio::execution::blocking_t::possibly_t) const {
    return LoopExecutor(handle_, false);
  }
  [[nodiscard]] LoopExecutor require(asio::execution::blocking_t::never_t) const {
    return LoopExecutor(handle_, true);
  }
  [[nodiscard]] asio::execution::blocking_t query(asio::execution::blocking_t) const noexcept {
    if (posts_) return asio::execution::blocking.never;
    return asio::execution::blocking.possibly;
  }
  /// Throws std::logic_error when the loop is gone.
  [[nodiscard]] asio::execution_context& query(asio::execution::context_t) const {
    if (EventLoop* open = loop()) return open->asio_context();
    throw std::logic_error("weir: the loop of this executor is gone");
  }
  /// A server ends when it is told to, not when its work is done.
  [[nodiscard]] static constexpr asio::execution::outstanding_work_t query(
      asio::execution::outstanding_work_t) noexcept {
    return asio::execution::outstanding_work.untracked;
  }
  [[nodiscard]] static constexpr asio::execution::relationship_t query(
      asio::execution::relationship_t) noexcept {
    return asio::execution::relationship.fork;
  }
  [[nodiscard]] static constexpr asio::execution::mapping_t query(
      asio::execution::mapping_t) noexcept {
    return asio::execution::mapping.thread;
  }

  friend bool operator==(const LoopExecutor&, const LoopExecutor&) noexcept = default;

 private:
  LoopExecutor(LoopHandle handle, bool posts) : handle_(std::move(handle)), posts_(posts) {}

  LoopHandle handle_;
  bool posts_ = false;
};

/// The loop that a coroutine runs on: `weir::loop_of(co_await asio::this_coro::executor)`. Throws
/// std::logic_error where that is none of weir's, or gone.
[[nodiscard]] inline EventLoop& loop_of(const asio::any_io_executor& executor) {
  const auto* ours = executor.target<LoopExecutor>();
  if (ours != nullptr && ours->loop() != nullptr) return *ours->loop();
  throw std::logic_error("weir: this does not run on a loop of weir's");
}

}  // namespace weir
