// FramedProtocol: a framing and a handler, joined at compile time. Layer: session.
// The only code of the framework that a user's translation unit compiles: a loop over frames.
//
// A handler is called with (frame) or (frame, session) and answers nothing, or a reply: what a
// std::string_view can be made of, or a std::optional of that.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "weir/core/task.hpp"
#include "weir/framing/framing.hpp"
#include "weir/session/protocol.hpp"

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

template <class H>
concept FrameHandler =
    std::invocable<H&, std::string_view> || std::invocable<H&, std::string_view, Session&>;

template <class T>
inline constexpr bool is_optional_reply = false;
template <std::convertible_to<std::string_view> T>
inline constexpr bool is_optional_reply<std::optional<T>> = true;

template <Framing F, FrameHandler H>
class FramedService;

template <Framing F, FrameHandler H>
class FramedProtocol final : public Protocol {
 public:
  /// `service` outlives the protocol. `max_frame` is for a framing without a maximum of its own.
  FramedProtocol(FramedService<F, H>& service, std::size_t max_frame)
      : service_(service), framing_(service.framing), max_frame_(max_frame) {
    if constexpr (knows_limit) framing_.set_default_max(max_frame);
  }

  void on_open(Session& session) override { tell(service_.hooks.on_open, session); }
  void on_drained(Session& session) override { tell(service_.hooks.on_drained, session); }
  void on_end(Session& session) override { tell(service_.hooks.on_end, session); }
  void on_close(Session& session, CloseReason reason) override {
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
    return framing_.encode(message, output);
  }

 private:
  static constexpr bool knows_limit = requires(F f) { f.set_default_max(std::size_t{}); };
  /// For a framing that knows no limit: what a frame may be longer than its payload.
  static constexpr std::size_t overhead = 1024;

  static void tell(Hooks::OnSession& hook, Session& session) {
    if (hook) hook(session);
  }

  void stop_at(Decoded& decoded, Progress& progress) const {
    if constexpr (!knows_limit) {
      if (decoded.kind() == Decoded::Kind::need_more && decoded.total() > max_frame_ + overhead) {
        decoded = Decoded::too_large(decoded.total(), max_frame_);
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
    if constexpr (std::invocable<H&, std::string_view, Session&>) {
      return reply_with(
          [&]() -> decltype(auto) { return service_.handler(frame, context.session); }, context,
          progress);
    } else {
      return reply_with([&]() -> decltype(auto) { return service_.handler(frame); }, context,
                        progress);
    }
  }

  template <class Call>
  bool reply_with(Call call, InputContext& context, Progress& progress) {
    using Answer = std::remove_cvref_t<std::invoke_result_t<Call>>;
    if constexpr (std::is_void_v<Answer>) {
      call();
      return true;
    } else if constexpr (std::convertible_to<Answer, std::string_view>) {
      const auto& answer = call();
      return append(answer, context, progress);
    } else {
      static_assert(is_optional_reply<Answer>,
                    "weir: a handler answers nothing, a reply that converts to std::string_view, "
                    "or a std::optional of such a reply");
      const auto& answer = call();
      return !answer.has_value() || append(*answer, context, progress);
    }
  }

  bool append(std::string_view reply, InputContext& context, Progress& progress) {
    const std::size_t before = context.output.size();
    try {
      const Status status = framing_.encode(reply, context.output);
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
  std::size_t max_frame_;
};

/// The framing's prototype and the handler of one listener, shared by all its connections on all
/// threads: a handler that keeps state needs a lock as soon as there are several.
template <Framing F, FrameHandler H>
class FramedService final : public ProtocolFactory {
 public:
  FramedService(F f, H h, Hooks k)
      : framing(std::move(f)), handler(std::move(h)), hooks(std::move(k)) {}

  [[nodiscard]] std::unique_ptr<Protocol> make(const ConnectionOptions& options) override {
    return std::make_unique<FramedProtocol<F, H>>(*this, options.limits.frame);
  }

  F framing;
  H handler;
  Hooks hooks;
};

}  // namespace weir
