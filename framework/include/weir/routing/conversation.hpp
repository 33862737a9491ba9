// conversation: one coroutine talks over one connection, from its beginning to its end.
// Layer: routing. Opt-in: brings Asio.
//
//     server.listen(endpoint, weir::lines(),
//                   weir::conversation([](weir::Conversation session) -> asio::awaitable<void> {
//                     while (auto frame = co_await session.read()) session.send(*frame);
//                   }));
//
// The coroutine runs on its connection's loop, its first part inside the accepting of it. The
// connection is closed when it returns, after what was sent has gone out; when it throws that is
// logged and counted, and the connection ends with handler_failed. While it waits in read() the
// connection is idle: the idle deadline runs, and a stopping server ends it. While it does anything
// else no input is handled, and no deadline runs: it may push for hours.
//
// When the connection has ended, read() answers nullopt, and whatever else it waits for throws
// asio::error::operation_aborted; what it throws then is not logged. The handler, with all that a
// lambda captured, lives as long as any of its coroutines.
#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <concepts>
#include <exception>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "weir/routing/conversation_state.hpp"
#include "weir/routing/executor.hpp"

namespace weir {

/// A connection, as its coroutine sees it. Cheap to copy; used on the connection's loop alone, with
/// session() for other threads.
class Conversation {
 public:
  explicit Conversation(std::shared_ptr<ConversationState> state) : state_(std::move(state)) {}

  /// The next frame, which is valid until the next read(); nullopt after the peer's end and after
  /// any other. One read() at a time: a second throws asio::error::already_started.
  [[nodiscard]] asio::awaitable<std::optional<std::string_view>> read() {
    return asio::async_initiate<const asio::use_awaitable_t<>,
                                void(boost::system::error_code, std::optional<std::string_view>)>(
        [](auto handler, const std::shared_ptr<ConversationState>& state) {
          if (state->reading() || state->input_over()) {
            const auto error = state->reading() ? already_started() : boost::system::error_code();
            const auto executor = asio::get_associated_executor(handler);
            return asio::post(executor, [error, own = std::move(handler)]() mutable {
              std::move(own)(error, std::optional<std::string_view>());
            });
          }
          cancel_with(handler, [waiting = state.get()] { waiting->cancel_read(); });
          state->read([own = std::move(handler)](bool aborted,
                                                 std::optional<std::string_view> frame) mutable {
            std::move(own)(error_of(aborted), frame);
          });
        },
        asio::use_awaitable, state_);
  }

  /// As Session::send(): "pressured" asks for drained(), and too much ends the connection.
  SendResult send(std::string_view message) { return state_->send(message); }

  /// Waits until there is room, when the last send() said "pressured"; else not at all. One at a
  /// time, as read().
  [[nodiscard]] asio::awaitable<void> drained() { return wait_drained(state_); }

  [[nodiscard]] Session& session() { return state_->session(); }

 private:
  static boost::system::error_code already_started() { return asio::error::already_started; }
  static boost::system::error_code error_of(bool aborted) {
    if (!aborted) return {};
    return asio::error::operation_aborted;
  }

  template <class Handler, class Cancel>
  static void cancel_with(const Handler& handler, Cancel cancel) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    if (!slot.is_connected()) return;
    slot.assign([cancel](asio::cancellation_type type) {
      if (type != asio::cancellation_type::none) cancel();
    });
  }

  static asio::awaitable<void> wait_drained(std::shared_ptr<ConversationState> state) {
    if (!state->pressured()) co_return;
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void(boost::system::error_code)>(
        [&state](auto handler) {
          if (state->draining()) {
            const auto executor = asio::get_associated_executor(handler);
            return asio::post(executor, [own = std::move(handler)]() mutable {
              std::move(own)(already_started());
            });
          }
          cancel_with(handler, [waiting = state.get()] { waiting->cancel_drained(); });
          state->wait_drained([own = std::move(handler)](bool aborted) mutable {
            std::move(own)(error_of(aborted));
          });
        },
        asio::use_awaitable);
  }

  std::shared_ptr<ConversationState> state_;
};

/// What conversation() makes of a handler: it stands for one in Server::listen.
template <class H>
class ConversationHandler {
 public:
  explicit ConversationHandler(H handler) : handler_(std::make_shared<H>(std::move(handler))) {}

  /// Of one connection.
  class Dispatcher {
   public:
    Dispatcher(ConversationHandler& handler, const ConnectionOptions& options)
        : handler_(handler.handler_), state_(std::make_shared<ConversationState>(options)) {}
    Dispatcher(const Dispatcher&) = delete;
    Dispatcher& operator=(const Dispatcher&) = delete;
    ~Dispatcher() { state_->end(); }

    void on_open(const Session& session) {
      state_->open(session);
      auto signal = std::make_shared<asio::cancellation_signal>();
      state_->on_cancel([signal] { signal->emit(asio::cancellation_type::terminal); });
      const auto slot = signal->slot();
      asio::co_spawn(
          LoopExecutor(*session.loop().loop()), converse(handler_, state_),
          asio::bind_cancellation_slot(slot, [kept = std::move(signal)](const std::exception_ptr&) {
            // converse() throws nothing.
          }));
      state_->settle();
    }
    void on_frame(std::string_view frame, InputContext&) { state_->on_frame(frame); }
    void on_drained() { state_->on_drained(); }
    void on_end() { state_->on_end(); }
    void on_close() { state_->end(); }

   private:
    /// Of the same life as the coroutine's frame.
    struct Frame {
      explicit Frame(ConversationState& s) : state(s) {}
      Frame(const Frame&) = delete;
      Frame& operator=(const Frame&) = delete;
      ~Frame() { state.dropped(); }
      ConversationState& state;
    };
    static asio::awaitable<void> converse(std::shared_ptr<H> handler,
                                          std::shared_ptr<ConversationState> state) {
      const Frame frame(*state);
      try {
        co_await (*handler)(Conversation(state));
        state->returned();
      } catch (...) {
        state->failed(current_failure());
      }
    }

    std::shared_ptr<H> handler_;
    std::shared_ptr<ConversationState> state_;
  };

 private:
  std::shared_ptr<H> handler_;
};

template <class H>
concept ConversationFunction = requires(H& handler, Conversation session) {
  { handler(session) } -> std::same_as<asio::awaitable<void>>;
};

/// `handler` is called for every connection, from all the server's threads.
template <ConversationFunction H>
[[nodiscard]] ConversationHandler<H> conversation(H handler) {
  return ConversationHandler<H>(std::move(handler));
}

}  // namespace weir
