#include "weir/session/session.hpp"

#include <cerrno>

#include <string>

#include "session/session_state.hpp"
#include "weir/session/connection.hpp"

namespace weir {

namespace {

/// Runs `action` on the connection: now on its loop's thread, else soon.
template <class Action>
void on_connection(const std::shared_ptr<SessionState>& state, Action action) {
  if (state == nullptr || state->ended.load(std::memory_order_acquire)) return;
  if (state->mailbox->on_loop_thread()) {
    if (state->connection != nullptr) action(*state->connection);
    return;
  }
  state->mailbox->post([state, action] {
    if (state->connection != nullptr) action(*state->connection);
  });
}

/// What a message on its way to the loop costs beside its bytes: a task and a block.
constexpr std::size_t message_cost = 128;

/// `deliver(connection, pressured)` on the loop; it holds `size` bytes until then.
template <class Deliver>
SendResult send_from_afar(const std::shared_ptr<SessionState>& state, std::size_t size,
                          Deliver deliver) {
  if (state->overflowed.load(std::memory_order_acquire)) return SendResult::rejected;
  const std::size_t messages = state->posted_messages.fetch_add(1, std::memory_order_relaxed) + 1;
  const std::size_t on_their_way =
      state->posted.fetch_add(size, std::memory_order_relaxed) + size + messages * message_cost;
  const std::size_t held = state->held.load(std::memory_order_relaxed) + on_their_way;
  if (held > state->max_queued) {
    state->posted.fetch_sub(size, std::memory_order_relaxed);
    state->posted_messages.fetch_sub(1, std::memory_order_relaxed);
    if (!state->overflowed.exchange(true)) {
      state->mailbox->post([state, held] {
        if (state->connection != nullptr) state->connection->overflow(held);
      });
    }
    return SendResult::rejected;
  }
  const bool pressured =
      state->queued.load(std::memory_order_relaxed) + on_their_way >= state->high_watermark;
  const bool posted =
      state->mailbox->post([state, size, pressured, deliver = std::move(deliver)]() mutable {
        state->posted.fetch_sub(size, std::memory_order_relaxed);
        state->posted_messages.fetch_sub(1, std::memory_order_relaxed);
        if (state->connection != nullptr) deliver(*state->connection, pressured);
      });
  if (!posted) return SendResult::rejected;
  return pressured ? SendResult::pressured : SendResult::queued;
}

}  // namespace

SendResult Session::send(std::string_view message) {
  if (state_ == nullptr || state_->ended.load(std::memory_order_acquire)) {
    return SendResult::rejected;
  }
  if (!state_->mailbox->on_loop_thread()) {
    return send_from_afar(state_, message.size(),
                          [text = std::string(message)](Connection& connection, bool pressured) {
                            connection.send_posted(text, pressured);
                          });
  }
  if (state_->connection == nullptr) return SendResult::rejected;
  return state_->connection->send(message);
}

Result<SendResult> Session::send(std::string_view message, SendFlags flags) {
  if (flags.dont_route) {
    return Error{"dont_route is the socket's, not a message's: SocketOptions::dont_route", EINVAL};
  }
  if (flags.out_of_band) {
    return Error{
        "out-of-band data is refused: TCP has one byte of it, and a later one overwrites it",
        EOPNOTSUPP};
  }
  if (!open()) return SendResult::rejected;
  if (!state_->mailbox->on_loop_thread()) {
    return send_from_afar(
        state_, message.size(),
        [text = std::string(message), flags](Connection& connection, bool pressured) {
          connection.send_posted(text, pressured, flags.more);
        });
  }
  if (state_->connection == nullptr) return SendResult::rejected;
  return state_->connection->send(message, flags.more);
}

SendResult Session::send_file(FileRange range) {
  if (!open()) return SendResult::rejected;
  if (!state_->mailbox->on_loop_thread()) {
    return send_from_afar(
        state_, 0, [range = std::move(range)](Connection& connection, bool pressured) mutable {
          connection.send_posted(std::move(range), pressured);
        });
  }
  if (state_->connection == nullptr) return SendResult::rejected;
  return state_->connection->send_file(std::move(range));
}

void Session::close() {
  on_connection(state_, [](Connection& connection) { connection.close(); });
}

void Session::abort() {
  on_connection(state_, [](Connection& connection) { connection.abort(); });
}

void Session::shutdown_write() {
  on_connection(state_, [](Connection& connection) { connection.shutdown_write(); });
}

void Session::pause() {
  on_connection(state_, [](Connection& connection) { connection.pause(); });
}

void Session::resume() {
  on_connection(state_, [](Connection& connection) { connection.resume(); });
}

void Session::verify_peer() {
  on_connection(state_, [](Connection& connection) { connection.verify_peer(); });
}

bool Session::open() const {
  return state_ != nullptr && !state_->ended.load(std::memory_order_acquire);
}

std::size_t Session::queued() const {
  if (!open()) return 0;
  return state_->queued.load(std::memory_order_relaxed) +
         state_->posted.load(std::memory_order_relaxed);
}

std::uint64_t Session::id() const { return state_ == nullptr ? 0 : state_->id; }

LoopHandle Session::loop() const {
  return state_ == nullptr ? LoopHandle() : LoopHandle(state_->mailbox);
}

Status Session::set_options(const SocketOptions& options) {
  if (state_ == nullptr || !state_->mailbox->on_loop_thread()) {
    return Error{"the options of a socket are set on its connection's thread", EINVAL};
  }
  if (state_->connection == nullptr) return Error{"the connection has ended", ENOTCONN};
  return state_->connection->set_options(options);
}

const TransportSecurity* Session::security() const {
  return state_ == nullptr ? nullptr : state_->security.get();
}

SocketAddress Session::peer() const { return state_ == nullptr ? SocketAddress() : state_->peer; }

}  // namespace weir
