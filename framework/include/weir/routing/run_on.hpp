// run_on: blocking code inside a coroutine runs on a WorkerPool. Layer: routing. Opt-in: brings
// Asio.
//
//     const Row row = co_await weir::run_on(pool, [&] { return database.find(key); });
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "weir/core/worker_pool.hpp"
#include "weir/session/failure.hpp"

namespace weir {

namespace asio = boost::asio;

/// Resumes a coroutine on its executor when it goes, and so in any case.
template <class Handler>
class ResumeOnExit {
 public:
  explicit ResumeOnExit(Handler handler) : handler_(std::move(handler)) {}
  ResumeOnExit(const ResumeOnExit&) = delete;
  ResumeOnExit& operator=(const ResumeOnExit&) = delete;
  ~ResumeOnExit() { asio::post(std::move(handler_)); }

 private:
  Handler handler_;
};

// As in coroutine.hpp: a frame that holds a lambda.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsubobject-linkage"
#endif

/// Answers what `function()` does, and throws what it throws, on the executor of the coroutine that
/// awaits it. Throws a Refusal (overloaded) when the pool is full, or ends before it came to it.
/// The coroutine waits for the function also when it is cancelled meanwhile, so that `function` may
/// refer to the coroutine's own variables; what it awaits next throws then. When its loop is gone
/// by then, the coroutine is destroyed on the pool's thread.
template <class F>
[[nodiscard]] asio::awaitable<std::invoke_result_t<F&>> run_on(WorkerPool& pool, F function) {
  using Value = std::invoke_result_t<F&>;
  std::exception_ptr thrown =
      std::make_exception_ptr(Refusal(Failure{.kind = FailureKind::overloaded}));
  std::conditional_t<std::is_void_v<Value>, bool, std::optional<Value>> value{};
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
      [&](auto handler) {
        auto resume = std::make_unique<ResumeOnExit<decltype(handler)>>(std::move(handler));
        pool.submit([&thrown, &value, &function, kept = std::move(resume)] {
          try {
            if constexpr (std::is_void_v<Value>) {
              function();
            } else {
              value.emplace(function());
            }
            thrown = nullptr;
          } catch (...) {
            thrown = std::current_exception();
          }
        });
      },
      asio::use_awaitable);
  if (thrown) std::rethrow_exception(thrown);
  if constexpr (!std::is_void_v<Value>) co_return std::move(*value);
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

}  // namespace weir
