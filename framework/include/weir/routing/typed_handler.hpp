// TypedHandler: a function with types of its own as a Handler. Layer: routing.
// Parameters that the framework knows are given to it wherever they stand: Session&, Context&,
// Responder or a class made of one. All others are the request's, in their order, and a codec makes
// them:
//
//     struct Codec {
//       /// Can it make a T of a request that is asked for `count` of them?
//       template <class T, std::size_t count> static constexpr bool takes;
//       /// The `index`th of `count`, as a value. Throws a Refusal where what came does not fit.
//       template <class T>
//       static T argument(Context& context, std::size_t index, std::size_t count);
//       /// Nobody asks for any, not even by the Context. Throws a Refusal where some came.
//       static void no_arguments(Context& context);
//       /// Can it say a V?
//       template <class V> static constexpr bool says;
//       /// `answer(bytes)` with what `value` is on the wire, once; not at all for nothing to say.
//       template <class V, class Answer>
//       static void say(const V& value, std::string& scratch, Answer answer);
//       /// What is said of a handler that returns nothing; nullopt: nothing.
//       static constexpr std::optional<std::string_view> nothing;
//       /// Optional, instead of say() and `nothing`, where an answer is more than bytes. `to` is
//       /// the Context, on its loop, or a Responder. Without a value: a handler returns nothing.
//       template <class V, class To> static void give(const V& value, To& to);
//       template <class To> static void give(To& to);
//       /// The arguments are read while the request's bytes are there, and refer to them.
//       static constexpr bool lends;
//     };
//
// A function that takes a Responder answers through it, whatever it returns. One that returns what
// comes later (LaterAnswer) is kept until it has come; so are its arguments.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "weir/core/error.hpp"
#include "weir/routing/callable.hpp"
#include "weir/routing/context.hpp"
#include "weir/routing/handler.hpp"
#include "weir/routing/offload.hpp"
#include "weir/session/later_answer.hpp"

namespace weir {

template <class P>
inline constexpr bool is_responder = std::is_base_of_v<Responder, std::remove_cvref_t<P>>;

/// Given by the framework, not by the request.
template <class P>
inline constexpr bool is_given = std::is_same_v<std::remove_cvref_t<P>, Session> ||
                                 std::is_same_v<std::remove_cvref_t<P>, Context> || is_responder<P>;

template <class T>
inline constexpr bool is_result = false;
template <class T>
inline constexpr bool is_result<Result<T>> = true;

/// What a codec says of a value that a handler returned; on any thread.
template <class Codec>
struct Speaker {
  /// `answer(bytes)`, `fail(failure)` or `finish()`, one of them once.
  template <class V, class To>
  static void say(const V& value, std::string& scratch, To& to) {
    if constexpr (is_result<V>) {
      if (!value.ok()) {
        to.fail(Failure{.kind = FailureKind::refused,
                        .message = value.error().message,
                        .code = value.error().code});
      } else {
        say(value.value(), scratch, to);
      }
    } else {
      static_assert(Codec::template says<V>,
                    "weir: this codec has no form for what the handler returns");
      if constexpr (requires { Codec::give(value, to); }) {
        Codec::give(value, to);
      } else {
        bool said = false;
        Codec::say(value, scratch, [&](std::string_view bytes) {
          said = true;
          to.reply(bytes);
        });
        if (!said) to.finish();
      }
    }
  }
  template <class To>
  static void say_nothing(To& to) {
    if constexpr (requires { Codec::give(to); }) {
      Codec::give(to);
    } else if constexpr (Codec::nothing.has_value()) {
      to.reply(*Codec::nothing);
    } else {
      to.finish();
    }
  }
  /// For LaterAnswer::run(): what came in the end.
  struct Give {
    void operator()(const Responder& responder) const { say_nothing(responder); }
    template <class V>
    void operator()(const Responder& responder, const V& value) const {
      std::string scratch;
      say(value, scratch, responder);
    }
  };
};

/// `offloaded`: it runs on a pool, with arguments that were read on the loop.
template <class Codec, class F, class List, bool offloaded = false>
class TypedHandler;

template <class Codec, class F, class... P, bool offloaded>
class TypedHandler<Codec, F, Types<P...>, offloaded> final : public Handler {
 public:
  explicit TypedHandler(F function) : function_(keep(std::move(function))) {}
  TypedHandler(std::shared_ptr<F> function, WorkerPool& pool)
      : function_(std::move(function)), pool_(&pool) {}

  void call(Context& context) override {
    if constexpr (offloaded) {
      if constexpr (Codec::lends) context.keep_payload();
      const Responder responder(context);
      run_offloaded(*pool_, responder,
                    [function = function_, arguments = read(context), responder]() mutable {
                      typename Speaker<Codec>::Give give;
                      if constexpr (std::is_void_v<Answer>) {
                        apply(*function, arguments);
                        give(responder);
                      } else {
                        give(responder, apply(*function, arguments));
                      }
                    });
    } else if constexpr (later) {
      if constexpr (Codec::lends) context.keep_payload();
      LaterAnswer<Answer>::run(
          Responder(context),
          [function = function_, arguments = read(context)]() mutable -> decltype(auto) {
            return apply(*function, arguments);
          },
          typename Speaker<Codec>::Give());
    } else {
      auto arguments = read(context);
      if constexpr (responds) {
        apply(function_, arguments);
      } else if constexpr (std::is_void_v<Answer>) {
        apply(function_, arguments);
        Speaker<Codec>::say_nothing(context);
      } else {
        const Answer& answer = apply(function_, arguments);
        Speaker<Codec>::say(answer, context.scratch(), context);
      }
    }
  }

 private:
  using Answer = std::remove_cvref_t<std::invoke_result_t<F&, P...>>;
  static constexpr bool responds = (is_responder<P> || ...);
  static constexpr bool looks = (std::is_same_v<std::remove_cvref_t<P>, Context> || ...);
  static constexpr bool later = AnswersLater<Answer>;
  static constexpr std::size_t count = (std::size_t{0} + ... + (is_given<P> ? 0U : 1U));
  static_assert(((is_given<P> || Codec::template takes<std::remove_cvref_t<P>, count>)&&...),
                "weir: this codec cannot make what the handler takes");
  static_assert(!offloaded || (!later && !responds && !looks),
                "weir: what runs on a pool takes values and a Session, and returns a value");
  static constexpr bool shared = later || offloaded;

  /// A parameter while it waits: what is given by reference as a pointer, all else as a value.
  template <class Q>
  static auto read_one(Context& context, std::size_t& index) {
    using Value = std::remove_cvref_t<Q>;
    if constexpr (std::is_same_v<Value, Session>) {
      return &context.session();
    } else if constexpr (std::is_same_v<Value, Context>) {
      return &context;
    } else if constexpr (is_responder<Value>) {
      return Value(Responder(context));
    } else {
      return Codec::template argument<Value>(context, index++, count);
    }
  }
  static auto read(Context& context) {
    if constexpr (count == 0 && !looks) Codec::no_arguments(context);
    std::size_t index = 0;
    // In braces, so from left to right.
    return std::tuple<decltype(read_one<P>(context, index))...>{read_one<P>(context, index)...};
  }

  template <class Q, class Held>
  static decltype(auto) pass(Held& held) {
    using Value = std::remove_cvref_t<Q>;
    if constexpr (std::is_same_v<Value, Session> || std::is_same_v<Value, Context>) {
      return *held;
    } else if constexpr (std::is_lvalue_reference_v<Q>) {
      return (held);
    } else {
      return std::move(held);
    }
  }
  template <class Held>
  static decltype(auto) apply(F& function, Held& held) {
    return [&]<std::size_t... i>(std::index_sequence<i...>)->decltype(auto) {
      return function(pass<P>(std::get<i>(held))...);
    }
    (std::index_sequence_for<P...>());
  }

  static auto keep(F function) {
    if constexpr (shared) {
      return std::make_shared<F>(std::move(function));
    } else {
      return function;
    }
  }

  std::conditional_t<shared, std::shared_ptr<F>, F> function_;
  WorkerPool* pool_ = nullptr;
};

/// `function` as a handler, or the handler that it is already.
template <class Codec, class F>
[[nodiscard]] std::shared_ptr<Handler> make_handler(F function) {
  if constexpr (std::is_convertible_v<F, std::shared_ptr<Handler>>) {
    return function;
  } else if constexpr (is_offloaded<F>) {
    using Function = typename decltype(function.function)::element_type;
    return std::make_shared<
        TypedHandler<Codec, Function, typename ParametersOf<Function>::List, true>>(
        function.function, *function.pool);
  } else {
    static_assert(PlainCallable<F>,
                  "weir: a handler is a function, or an object with one call operator that is no "
                  "template: say the types of its parameters");
    return std::make_shared<TypedHandler<Codec, F, typename ParametersOf<F>::List>>(
        std::move(function));
  }
}

}  // namespace weir
