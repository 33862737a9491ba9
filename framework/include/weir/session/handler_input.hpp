// HandlerInput: what a handler is called with, and what it may answer. Layer: session.
// A handler of any framing may take frames; one of a MessageFraming may take its messages instead,
// and then answers with messages as well.
//
//     lines()                [](std::string_view frame)               text for text
//     lines() | json         [](const nlohmann::json& message)        a value for a value
//     lines() | json         [](std::string_view frame)               text that is known to be JSON
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "weir/core/error.hpp"
#include "weir/framing/framing.hpp"
#include "weir/session/responder.hpp"
#include "weir/session/session.hpp"

namespace weir {

/// Whether a handler that is called with Input may answer with a T.
template <class T, class Input>
concept ReplyTo = std::convertible_to<T, std::remove_reference_t<Input>>;

/// The same of a T that may be empty, for no answer.
template <class T, class Input>
inline constexpr bool is_optional_reply = false;
template <class T, class Input>
inline constexpr bool is_optional_reply<std::optional<T>, Input> = ReplyTo<T, Input>;

/// What a handler that was called with Input has answered later, given to the responder; F is the
/// connection's framing. On any thread.
template <class F, class Input>
struct GiveReply {
  void operator()(const Responder& responder) const { responder.finish(); }
  template <class Value>
  void operator()(const Responder& responder, const Value& value) const {
    if constexpr (is_optional_reply<Value, Input>) {
      if (value.has_value()) return (*this)(responder, *value);
      responder.finish();
    } else if constexpr (!std::same_as<Input, std::string_view>) {
      const Result<std::string> payload = F::payload_of(value);
      if (payload.ok()) return static_cast<void>(responder.reply(payload.value()));
      responder.fail({.detail = payload.error().message});
    } else {
      static_assert(ReplyTo<Value, Input>, "weir: what comes later is what a handler may answer");
      responder.reply(value);
    }
  }
};

/// Returns when it has handled `input`: with an answer, or with one that comes later.
template <class H, class Input>
concept PlainHandler = std::invocable<H&, Input> || std::invocable<H&, Input, Session&>;

/// Or it is called with a responder; or with that and with how to give it what is no text yet.
template <class H, class Input, class F>
concept CallableWith = PlainHandler<H, Input> || std::invocable<H&, Input, Responder> ||
    std::invocable<H&, Input, Responder, GiveReply<F, Input>>;

template <class H, class F>
concept TakesMessage = MessageFraming<F> && CallableWith<H, typename F::Message, F>;
template <class H, class F>
concept ChangesMessage =
    MessageFraming<F> && !TakesMessage<H, F> && CallableWith<H, typename F::Message&, F>;

// Functions, where specialisations with constraints would say the same: GCC 12 may forget those
// once it has collected garbage (docs/decisions.md).
template <class H, class F>
consteval auto handler_input() {
  if constexpr (TakesMessage<H, F>) {
    return std::type_identity<typename F::Message>();
  } else if constexpr (ChangesMessage<H, F>) {
    return std::type_identity<typename F::Message&>();
  } else {
    return std::type_identity<std::string_view>();
  }
}

/// std::string_view for a frame, M for a message that the handler may have for its own, M& for one
/// that it wants to change in its place. A handler that could take both takes messages.
template <class H, class F>
using HandlerInput = typename decltype(handler_input<H, F>())::type;

}  // namespace weir
