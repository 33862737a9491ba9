// offload: a handler of blocking code runs on a WorkerPool, and its loop goes on. Layer: routing.
//
//     weir::WorkerPool pool(4);
//     server.listen(endpoint, weir::lines(), weir::offload(pool, [](std::string_view query) {
//       return slow_lookup(query);
//     }));
//
// The function takes and answers what a plain handler does, but that it gets a message for its own;
// a frame is copied for it. It is called on several threads at once, and may still run when its
// call is over (its deadline, the connection's end) or its server is gone: what it answers then
// goes nowhere. When the pool is full the request fails as overloaded; what it throws fails it as
// with any handler.
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "weir/core/worker_pool.hpp"
#include "weir/session/framed_protocol.hpp"

namespace weir {

/// Runs `work()` on the pool, unless the call is over by then; what it throws fails the call, and
/// so does a full pool. It answers through a copy of `responder`.
template <class Work>
void run_offloaded(WorkerPool& pool, const Responder& responder, Work work) {
  const bool taken = pool.submit([responder, work = std::move(work)]() mutable {
    if (!responder.waiting()) return;
    try {
      work();
    } catch (...) {
      responder.fail(current_failure());
    }
  });
  if (!taken) responder.fail({.kind = FailureKind::overloaded});
}

/// A function, and the pool that it is to run on. A handler of frames by its call operator; who has
/// other arguments for `function` calls it inside run_offloaded().
template <class F>
struct Offloaded {
  WorkerPool* pool;
  /// Shared with the tasks, which may outlive the handler.
  std::shared_ptr<F> function;

  /// `input` is a frame, or a message of the framing.
  template <class Input, class Give>
  requires PlainHandler<F, Input>
  void operator()(Input input, const Responder& responder, const Give& give) const {
    // A frame is lent for this call alone.
    constexpr bool is_frame = std::same_as<Input, std::string_view>;
    using Kept = std::conditional_t<is_frame, std::string, Input>;
    using Passed = std::conditional_t<is_frame, std::string_view, Input&&>;
    run_offloaded(*pool, responder,
                  [kept = function, copy = Kept(std::move(input)), responder, give,
                   session = responder.call()->session()]() mutable {
                    const auto call = [&]() -> decltype(auto) {
                      return call_handler<Input>(*kept, static_cast<Passed>(copy), session);
                    };
                    if constexpr (std::is_void_v<decltype(call())>) {
                      call();
                      give(responder);
                    } else {
                      give(responder, call());
                    }
                  });
  }
};

template <class T>
inline constexpr bool is_offloaded = false;
template <class F>
inline constexpr bool is_offloaded<Offloaded<F>> = true;

/// `pool` outlives every server that the handler is given to.
template <class F>
[[nodiscard]] Offloaded<std::decay_t<F>> offload(WorkerPool& pool, F&& function) {
  return {&pool, std::make_shared<std::decay_t<F>>(std::forward<F>(function))};
}

}  // namespace weir
