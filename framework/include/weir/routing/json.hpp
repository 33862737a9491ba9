// JsonRouter: handlers with typed parameters and results, in JSON. Layer: routing.
// An opt-in header: it brings in nlohmann/json.hpp, and who includes it links weir::json.
//
//     weir::JsonRouter router;
//     router.on("add", [](int x, int y) { return x + y; });                    // [1, 2]
//     router.on("sum", [](Sum sum) { return sum.x + sum.y; });                 // {"x": 1, "y": 2}
//     router.on("sub", weir::named({"x", "y"}, [](int x, int y) { return x - y; }));  // either
//     router.on("wait", [](int ms, weir::JsonResponder responder) { ... });    // answers later
//
// What a request brings, its params, becomes the parameters of the handler so:
//
//     handler takes     params
//     nothing           absent, [] or {}
//     one T             {...} is the T;  [v]: v is the T
//     one json          params as they are; null when absent
//     several           [v, w, ...], in their order, all of them
//     named(...)        {"x": v, ...} by name, no other name;  [v, ...] by place
//
// The last parameters may be std::optional and then be left out; null is none, too.
// json_value.hpp says what fits a T. What does not fit fails the request with invalid_arguments and
// words for the caller: "x: expected a whole number".
//
// A handler that answers bytes itself (Context::reply, Responder) answers JSON text.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "weir/routing/json_value.hpp"
#include "weir/routing/router.hpp"

namespace weir {

/// What a request brought: Context::arguments() of the protocols that serve a JsonRouter.
struct JsonArguments {
  /// An array or an object; anything when not `given`.
  nlohmann::json params;
  bool given = false;
  /// Of the parameters, when the handler has told: as many as it takes, and `params` is an array.
  const std::string* names = nullptr;
};

/// Where the `index`th of `count` arguments stands; nullptr: it was left out. Throws a Refusal.
[[nodiscard]] nlohmann::json* json_argument(JsonArguments& arguments, std::size_t index,
                                            std::size_t count);
/// What to call it.
[[nodiscard]] JsonPlace json_place(const JsonArguments& arguments, std::size_t index);
/// Brings an object into the order of the names. Throws a Refusal for a name that is none of them.
void order_by_name(JsonArguments& arguments, const std::string* names, std::size_t count);

/// As typed_handler.hpp has it.
struct JsonCodec {
  template <class T, std::size_t count>
  static constexpr bool takes = is_json_readable<T>;
  static constexpr bool lends = false;
  static constexpr std::optional<std::string_view> nothing{"null"};

  template <class T>
  static T argument(Context& context, std::size_t index, std::size_t count) {
    auto& arguments = *static_cast<JsonArguments*>(context.arguments());
    if constexpr (std::is_same_v<T, nlohmann::json>) {
      if (count == 1 && arguments.names == nullptr) {
        return arguments.given ? std::move(arguments.params) : nlohmann::json();
      }
    }
    nlohmann::json* value = json_argument(arguments, index, count);
    const JsonPlace place = json_place(arguments, index);
    if (value != nullptr) return read_json<T>(*value, place);
    if constexpr (is_optional<T>) {
      return std::nullopt;
    } else {
      refuse_json(place, "missing");
    }
  }
  static void no_arguments(Context& context);

  template <class V>
  static constexpr bool says = is_json_writable<V>;

  template <class V, class Answer>
  static void say(const V& value, std::string& scratch, Answer answer) {
    append_json(scratch, value);
    answer(scratch);
  }
};

using JsonRouter = Router<JsonCodec>;

/// A Responder of a JSON handler: answers any value that to_json can make JSON of.
class JsonResponder : public Responder {
 public:
  using Responder::Responder;
  explicit JsonResponder(Responder responder) : Responder(std::move(responder)) {}

  /// False when the answer goes nowhere. What to_json throws, and text that is no UTF-8, fails the
  /// request.
  template <class V>
  bool reply(const V& value) const {
    std::string text;
    try {
      append_json(text, value);
    } catch (...) {
      return fail(current_failure());
    }
    return Responder::reply(text);
  }
};

/// To be thrown by a handler that says no: a code, words, and data for the caller.
[[nodiscard]] Refusal json_refusal(std::int64_t code, std::string message,
                                   const nlohmann::json& data);

/// A handler whose parameters have names.
template <std::size_t count>
class NamedHandler final : public Handler {
 public:
  NamedHandler(std::array<std::string, count> names, std::shared_ptr<Handler> handler)
      : names_(std::move(names)), handler_(std::move(handler)) {}

  void call(Context& context) override {
    order_by_name(*static_cast<JsonArguments*>(context.arguments()), names_.data(), count);
    handler_->call(context);
  }

 private:
  std::array<std::string, count> names_;
  std::shared_ptr<Handler> handler_;
};

template <class List>
struct CountRequested;
template <class... P>
struct CountRequested<Types<P...>> {
  static constexpr std::size_t value = (std::size_t{0} + ... + (is_given<P> ? 0U : 1U));
};

/// `function` with names for those of its parameters that the request brings, in their order.
template <std::size_t count, class F>
[[nodiscard]] std::shared_ptr<Handler> named(const char* const (&names)[count], F function) {
  static_assert(CountRequested<typename ParametersOf<F>::List>::value == count,
                "weir: as many names as the handler takes parameters from the request");
  std::array<std::string, count> kept;
  for (std::size_t i = 0; i < count; ++i) kept[i] = names[i];
  return std::make_shared<NamedHandler<count>>(std::move(kept),
                                               make_handler<JsonCodec>(std::move(function)));
}

}  // namespace weir
