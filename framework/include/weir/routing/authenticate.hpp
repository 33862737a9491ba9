// authenticate: only who is known may go on. Layer: routing.
//
//     router.use(weir::authenticate([](weir::Context& context) -> std::optional<std::string> {
//       return users.find(context.session().peer());       // the identity, or nobody
//     }));
//
// The check takes a Context& and answers a bool or an optional identity, or what gives one later
// (an asio::awaitable of these, with routing/coroutine.hpp). Who fails it gets `unauthenticated`,
// and neither the handler nor a layer inside sees the request.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "weir/routing/context.hpp"
#include "weir/routing/layer.hpp"
#include "weir/session/later_answer.hpp"

namespace weir {

/// What a check says in the end.
template <class V>
concept Admission = std::same_as<V, bool> || std::same_as<V, std::optional<std::string>>;

template <class V>
struct AdmissionOf {
  using Type = V;
};
template <AnswersLater V>
struct AdmissionOf<V> {
  using Type = typename LaterAnswer<V>::Value;
};

template <class C>
concept Check = std::invocable<C&, Context&> &&
    Admission<typename AdmissionOf<std::remove_cvref_t<std::invoke_result_t<C&, Context&>>>::Type>;

template <Check C>
class Authenticate final : public Layer {
 public:
  explicit Authenticate(C check) : check_(std::make_shared<C>(std::move(check))) {}

  void call(Context& context, Next next) override {
    using Answer = std::remove_cvref_t<std::invoke_result_t<C&, Context&>>;
    if constexpr (AnswersLater<Answer>) {
      context.keep_payload();
      LaterAnswer<Answer>::run(
          responder_of(context), [check = check_, &context] { return (*check)(context); },
          [next]<class... V>(const Responder& responder, const V&... said) {
            static_assert(sizeof...(V) == 1, "weir: a check answers a bool or an identity");
            // Its deadline may have passed, or its connection ended.
            if (responder.waiting()) {
              decide(static_cast<Context&>(*responder.call()), next, said...);
            }
          });
    } else {
      decide(context, next, (*check_)(context));
    }
  }
  [[nodiscard]] bool wants_settled() const override { return false; }

 private:
  static void decide(Context& context, Next next, bool admitted) {
    if (admitted) return next(context);
    context.fail({.kind = FailureKind::unauthenticated});
  }
  static void decide(Context& context, Next next, const std::optional<std::string>& identity) {
    if (identity) context.set_identity(*identity);
    decide(context, next, identity.has_value());
  }

  std::shared_ptr<C> check_;
};

template <Check C>
[[nodiscard]] LayerPtr authenticate(C check) {
  return std::make_shared<Authenticate<C>>(std::move(check));
}

}  // namespace weir
