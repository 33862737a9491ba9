// Layer: what stands around handlers: limits, counting, checks. Layer: routing.
// A layer sees every request of the routes that it is around, before the handler does, and when it
// is settled. It goes on by calling `next`, now or later, or answers itself.
//
//     router.use([](weir::Context& context, weir::Next next) {
//       if (closed(context.session().peer())) return static_cast<void>(context.fail({...}));
//       next(context);
//     });
//
// It works alike for handlers that answer at once and for those that answer later.
// Threads: called on the loop of the request's connection, so on several at once: a layer that
// counts over all of them needs atomics or a PerLoop.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "weir/session/failure.hpp"
#include "weir/session/later_answer.hpp"
#include "weir/session/responder.hpp"

namespace weir {

class Context;
class Handler;
class Layer;

/// Layers around one route, the router's and its groups' included.
inline constexpr std::size_t max_layers = 16;

/// The way on from a layer. A value; may be kept, together with a Responder of the context.
class Next {
 public:
  explicit Next(std::size_t position) : position_(position) {}
  /// The next layer, or the handler. Once. On the loop's thread. What they throw fails the request.
  void operator()(Context& context) const;
  /// A number of this layer's for this request; settled() gets it back. (Include context.hpp.)
  void note(Context& context, std::uint64_t value) const;

 private:
  std::size_t position_;
};

class Layer {
 public:
  Layer() = default;
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;
  virtual ~Layer() = default;

  /// Calls `next(context)` or answers: context.reply(), context.fail(). To do either later it keeps
  /// a Responder of the context; a request that nobody can answer fails.
  virtual void call(Context& context, Next next) = 0;
  /// Once for every call(): nullptr when the request was answered. `note` is what it noted, or 0.
  virtual void settled(Context& context, const Failure* failure, std::uint64_t note);
  /// Asked when a route is made. False: settled() need not be called.
  [[nodiscard]] virtual bool wants_settled() const { return true; }
};

using LayerPtr = std::shared_ptr<Layer>;
using Layers = std::vector<LayerPtr>;

/// Where requests of one key go: a handler behind layers, the outermost first. Immutable. All but
/// the name lies in one line of the processor's cache.
struct alignas(64) Route : std::enable_shared_from_this<Route> {
  std::shared_ptr<Handler> handler;
  /// Those of one group share the list.
  std::shared_ptr<const Layers> layers;
  /// The layers that want settled(), a bit each.
  std::uint32_t told = 0;
  /// Small: a place that no other route of the router has now.
  std::uint32_t index = 0;
  /// Different for every route there ever was in its router.
  std::uint64_t id = 0;
  std::string name;
};
static_assert(max_layers <= 32);

/// Responder(context), where Context is not complete.
[[nodiscard]] Responder responder_of(Context& context);

/// A function as a layer. One that returns an asio::awaitable (routing/coroutine.hpp) may wait
/// before it goes on.
template <class F>
requires std::invocable<F&, Context&, Next>
class FunctionLayer final : public Layer {
 public:
  explicit FunctionLayer(F function) : function_(std::make_shared<F>(std::move(function))) {}

  void call(Context& context, Next next) override {
    using Answer = std::invoke_result_t<F&, Context&, Next>;
    if constexpr (AnswersLater<Answer>) {
      LaterAnswer<Answer>::run(
          responder_of(context),
          [function = function_, &context, next] { return (*function)(context, next); },
          [](const Responder&) {});
    } else {
      (*function_)(context, next);
    }
  }
  [[nodiscard]] bool wants_settled() const override { return false; }

 private:
  std::shared_ptr<F> function_;
};

[[nodiscard]] inline LayerPtr as_layer(LayerPtr layer) { return layer; }
template <class F>
requires std::invocable<F&, Context&, Next>
[[nodiscard]] LayerPtr as_layer(F function) {
  return std::make_shared<FunctionLayer<F>>(std::move(function));
}

}  // namespace weir
