// FramedProtocol: a framing and a handler, joined at compile time. Layer: session.
// The only code of the framework that a user's translation unit compiles: a loop over frames.
//
// A handler is called with (frame) or (frame, session) and answers nothing, or a reply: what a
// std::string_view can be made of, or a std::optional of that. Where the framing makes messages of
// its frames, it may take and answer those instead (handler_input.hpp). Or it answers later: with
// an asio::awaitable of these (routing/coroutine.hpp), or through a Responder that it is called
// with, (frame, responder); blocking code runs on other threads (routing/offload.hpp). Until then
// no further frame is handled, so that replies keep their order. Such a protocol has no words for
// an error: a handler that throws, answers too late or not at all ends the connection.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "weir/core/record.hpp"
#include "weir/core/task.hpp"
#include "weir/framing/framing.hpp"
#include "weir/session/framed_call.hpp"
#include "weir/session/handler_input.hpp"
#include "weir/session/later_answer.hpp"
#include "weir/session/protocol.hpp"
#include "weir/session/responder.hpp"

namespace weir {

/// What a handler may want to know beside the frames. Any of them may be empty.
struct Hooks {
  using OnSession = UniqueFunction<void(Session&)>;
  using OnClose = UniqueFunction<void(Session&, CloseReason)>;
  /// Before the first frame.
  OnSession on_open{};
  /// send() answered "pressured" before; now there is room again.
  OnSession on_drained{};
  /// The peer has finished sending; its frames were handled.
  OnSession on_end{};
  /// Exactly once for every on_open; not when a server is destroyed on a loop that nobody runs.
  OnClose on_close{};
};

/// Makes an object for each connection that takes its frames, and answers them by the connection:
/// what routers and JSON-RPC are.
template <class H>
concept DispatchingHandler = requires(typename H::Dispatcher& dispatcher, std::string_view frame,
                                      InputContext& context) {
  dispatcher.on_frame(frame, context);
};

/// A dispatcher that is told of the rest as well: what hooks are told, after
/// them, and of the end before them.
template <class D>
concept ConnectionDispatcher = requires(D& dispatcher, const Session& session) {
  dispatcher.on_open(session);
  dispatcher.on_drained();
  dispatcher.on_end();
  dispatcher.on_close();
};

/// On connections that speak F.
template <class H, class F>
concept FrameHandler = DispatchingHandler<H> || CallableWith<H, HandlerInput<H, F>, F>;

/// It returns its answer, or what that comes of later.
template <class H, class Input>
concept AnsweringHandler = !DispatchingHandler<H> && PlainHandler<H, Input>;

/// Called with (frame, responder): it answers by the responder, whatever it returns.
template <class H, class Input, class F>
concept RespondingHandler =
    !DispatchingHandler<H> && !PlainHandler<H, Input> && CallableWith<H, Input, F>;

template <class Input, class H>
decltype(auto) call_handler(H& handler, Input&& input, Session& session) {
  if constexpr (std::invocable<H&, Input, Session&>) {
    return handler(std::forward<Input>(input), session);
  } else {
    return handler(std::forward<Input>(input));
  }
}

template <class H, class F>
consteval auto handler_answer() {
  using Input = HandlerInput<H, F>;
  if constexpr (AnsweringHandler<H, Input>) {
    using Answer = decltype(call_handler<Input>(std::declval<H&>(), std::declval<Input>(),
                                                std::declval<Session&>()));
    return std::type_identity<std::remove_cvref_t<Answer>>();
  } else {
    return std::type_identity<void>();
  }
}

/// What an answering handler returns; void for any other.
template <class H, class F>
using HandlerAnswer = typename decltype(handler_answer<H, F>())::type;

struct NoDispatcher {
  template <class Handler>
  NoDispatcher(Handler&, const ConnectionOptions&) {}
};

template <class H>
consteval auto dispatcher_of() {
  if constexpr (DispatchingHandler<H>) {
    return std::type_identity<typename H::Dispatcher>();
  } else {
    return std::type_identity<NoDispatcher>();
  }
}

/// What a connection keeps of a dispatching handler; nothing of any other.
template <class H>
using DispatcherOf = typename decltype(dispatcher_of<H>())::type;

template <Framing F, FrameHandler<F> H>
class FramedService;

template <class F>
[[gnu::noinline]] Status encode_record(F& framing, std::size_t most_message,
                                       std::string_view message, Buffer& output) {
  return append_record(output, most_message,
                       [&](Buffer& record) { return framing.encode(message, record); });
}

/// Appends the frame of `message`: to a stream where `most_message` is 0, else as a record.
template <class F>
Status encode_frame(F& framing, std::size_t most_message, std::string_view message,
                    Buffer& output) {
  if (most_message != 0) return encode_record(framing, most_message, message, output);
  return framing.encode(message, output);
}

template <Framing F, FrameHandler<F> H>
class FramedProtocol final : public Protocol {
 public:
  /// `service` and `options` outlive the protocol.
  FramedProtocol(FramedService<F, H>& service, const ConnectionOptions& options)
      : service_(service),
        framing_(service.framing),
        options_(options),
        dispatcher_(service.handler, options) {
    if constexpr (knows_limit) framing_.set_default_max(options.limits.frame);
  }

  [[nodiscard]] bool use_messages(std::size_t most) override {
    most_message_ = most;
    return true;
  }
  void on_open(Session& session) override {
    tell(service_.hooks.on_open, session);
    if constexpr (tells_dispatcher) dispatcher_.on_open(session);
  }
  void on_drained(Session& session) override {
    tell(service_.hooks.on_drained, session);
    if constexpr (tells_dispatcher) dispatcher_.on_drained();
  }
  void on_end(Session& session) override {
    tell(service_.hooks.on_end, session);
    if constexpr (tells_dispatcher) dispatcher_.on_end();
  }
  void on_close(Session& session, CloseReason reason) override {
    if constexpr (tells_dispatcher) dispatcher_.on_close();
    if (service_.hooks.on_close) service_.hooks.on_close(session, reason);
  }

  Progress on_input(std::string_view input, InputContext& context) override {
    Progress progress;
    while (progress.consumed < input.size() && !context.halted &&
           context.output.size() < context.output_limit) {
      Decoded decoded = framing_.decode(input.substr(progress.consumed));
      if (decoded.kind() != Decoded::Kind::frame) {
        stop_at(decoded, progress);
        break;
      }
      ++context.frames;
      if (!answer(decoded.payload(), context, progress)) break;
      progress.consumed += decoded.consumed();
    }
    return progress;
  }

  Status encode(std::string_view message, Buffer& output) override {
    return encode_frame(framing_, most_message_, message, output);
  }

 private:
  using Input = HandlerInput<H, F>;
  using Answer = HandlerAnswer<H, F>;
  using Give = GiveReply<F, Input>;
  static constexpr bool tells_dispatcher = ConnectionDispatcher<DispatcherOf<H>>;
  static constexpr bool takes_message = !std::same_as<Input, std::string_view>;
  static constexpr bool knows_limit = LimitedFraming<F>;
  /// For a framing that knows no limit: what a frame may be longer than its payload.
  static constexpr std::size_t overhead = 1024;

  static void tell(Hooks::OnSession& hook, Session& session) {
    if (hook) hook(session);
  }

  void stop_at(Decoded& decoded, Progress& progress) const {
    if constexpr (!knows_limit) {
      if (decoded.kind() == Decoded::Kind::need_more &&
          decoded.total() > options_.limits.frame + overhead) {
        decoded = Decoded::too_large(decoded.total(), options_.limits.frame);
      }
    }
    switch (decoded.kind()) {
      case Decoded::Kind::need_more:
        progress.need = decoded.total();
        break;
      case Decoded::Kind::too_large:
        progress.fail(CloseReason::frame_too_large, decoded.mistake());
        break;
      default:
        progress.fail(CloseReason::malformed_frame, decoded.mistake());
    }
  }

  /// False when the connection is to end.
  bool answer(std::string_view frame, InputContext& context, Progress& progress) {
    if constexpr (DispatchingHandler<H>) {
      dispatcher_.on_frame(frame, context);
      return true;
    } else if constexpr (takes_message) {
      // Out of the framing, or an idle connection would keep its last message.
      auto message = std::move(framing_.message());
      return answer_to(message, frame, context, progress);
    } else {
      return answer_to(frame, frame, context, progress);
    }
  }

  /// `input` is the frame or its message.
  bool answer_to(std::remove_reference_t<Input>& input, std::string_view frame,
                 InputContext& context, Progress& progress) {
    if constexpr (RespondingHandler<H, Input, F>) {
      const auto call = begin_call(frame, context);
      if constexpr (std::invocable<H&, Input, Responder>) {
        service_.handler(static_cast<Input&&>(input), Responder(*call));
      } else {
        service_.handler(static_cast<Input&&>(input), Responder(*call), Give());
      }
      call->handler_returned(1);
      return true;
    } else if constexpr (AnswersLater<Answer>) {
      answer_later(input, frame, context);
      return true;
    } else {
      return reply_with(
          [&]() -> decltype(auto) {
            return call_handler<Input>(service_.handler, static_cast<Input&&>(input),
                                       context.session);
          },
          context, progress);
    }
  }

  [[nodiscard]] CallPtr<FramedCall> begin_call(std::string_view frame,
                                               InputContext& context) const {
    const TimePoint deadline = handler_deadline(options_.deadlines, context.loop);
    return CallPtr<FramedCall>(new FramedCall(context.session, context.loop, frame, deadline));
  }

  void answer_later(std::remove_reference_t<Input>& input, std::string_view frame,
                    InputContext& context) {
    const auto call = begin_call(frame, context);
    if constexpr (!takes_message) {
      call->keep_payload();
      input = call->payload();
    }
    // The coroutine keeps its call, and so the frame, or the message; and the handler that it came
    // from.
    LaterAnswer<Answer>::run(
        Responder(*call),
        [handler = service_.handler, &kept = *call,
         input = std::move(input)]() mutable -> decltype(auto) {
          return call_handler<Input>(*handler, static_cast<Input&&>(input), kept.session());
        },
        Give());
    call->handler_returned(1);
  }

  template <class Invoke>
  bool reply_with(Invoke call, InputContext& context, Progress& progress) {
    if constexpr (std::is_void_v<Answer>) {
      call();
      return true;
    } else if constexpr (is_optional_reply<Answer, Input>) {
      const auto& answer = call();
      return !answer.has_value() || reply(*answer, context, progress);
    } else {
      static_assert(ReplyTo<Answer, Input>,
                    "weir: a handler answers nothing, a reply, or a std::optional of a reply: what "
                    "converts to std::string_view, or to the message when it takes messages");
      const auto& answer = call();
      return reply(answer, context, progress);
    }
  }

  template <class Reply>
  bool reply(const Reply& reply, InputContext& context, Progress& progress) {
    if constexpr (takes_message) {
      const Result<std::string> payload = F::payload_of(reply);
      if (payload.ok()) return append(payload.value(), context, progress);
      progress.fail(CloseReason::unencodable_reply, payload.error().message);
      return false;
    } else {
      return append(reply, context, progress);
    }
  }

  bool append(std::string_view reply, InputContext& context, Progress& progress) {
    const std::size_t before = context.output.size();
    try {
      const Status status = encode_frame(framing_, most_message_, reply, context.output);
      if (status.ok()) return true;
      progress.fail(CloseReason::unencodable_reply, status.error().message);
    } catch (...) {
      context.output.truncate(before);  // half a frame never goes out
      throw;
    }
    context.output.truncate(before);
    return false;
  }

  FramedService<F, H>& service_;
  F framing_;
  const ConnectionOptions& options_;
  std::size_t most_message_ = 0;  // 0: a stream
  [[no_unique_address]] DispatcherOf<H> dispatcher_;
};

/// A framing whose encode() is const encodes for all connections alike.
template <Framing F>
class FramedEncoder final : public MessageEncoder {
 public:
  FramedEncoder(F framing, std::size_t max_frame, std::size_t most_message)
      : framing_(std::move(framing)), most_message_(most_message) {
    if constexpr (requires { framing_.set_default_max(max_frame); }) {
      framing_.set_default_max(max_frame);
    }
  }
  [[nodiscard]] Status encode(std::string_view message, Buffer& output) const override {
    return encode_frame(framing_, most_message_, message, output);
  }

 private:
  F framing_;
  std::size_t most_message_;
};

/// The framing's prototype and the handler of one listener, shared by all its connections on all
/// threads: a handler that keeps state needs a lock as soon as there are several.
template <Framing F, FrameHandler<F> H>
class FramedService final : public ProtocolFactory {
 public:
  /// A coroutine keeps the handler that it came from.
  static constexpr bool shared = AnswersLater<HandlerAnswer<H, F>>;

  FramedService(F f, H h, Hooks k)
      : framing(std::move(f)), handler(keep(std::move(h))), hooks(std::move(k)) {}

  [[nodiscard]] std::unique_ptr<Protocol> make(const ConnectionOptions& options) override {
    return std::make_unique<FramedProtocol<F, H>>(*this, options);
  }
  [[nodiscard]] bool takes_messages() const override { return true; }
  [[nodiscard]] std::vector<std::string> route_names() const override {
    if constexpr (!shared && requires(const H& h) { h.route_names(); }) {
      return handler.route_names();
    } else {
      return {};
    }
  }
  [[nodiscard]] std::shared_ptr<const MessageEncoder> encoder(const ConnectionOptions& options,
                                                              std::size_t most_message) override {
    if constexpr (requires(const F& f, Buffer& output) { f.encode(std::string_view(), output); }) {
      return std::make_shared<FramedEncoder<F>>(framing, options.limits.frame, most_message);
    } else {
      return nullptr;
    }
  }

  F framing;
  std::conditional_t<shared, std::shared_ptr<H>, H> handler;
  Hooks hooks;

 private:
  static auto keep(H handler) {
    if constexpr (shared) {
      return std::make_shared<H>(std::move(handler));
    } else {
      return handler;
    }
  }
};

}  // namespace weir
