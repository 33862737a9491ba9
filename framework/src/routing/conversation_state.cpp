#include "weir/routing/conversation_state.hpp"

#include <cassert>
#include <utility>

#include "session/session_state.hpp"
#include "weir/session/connection.hpp"

namespace weir {

Connection* ConversationState::connection() const {
  return session_.state() == nullptr ? nullptr : session_.state()->connection;
}

void ConversationState::began() {
  if (std::exchange(out_, true)) return;
  if (Connection* open = connection()) open->handler_began(1, false);
}

void ConversationState::settle() {
  if (!reading() && !done_) began();
}

// --- reading ---------------------------------------------------------------------------------

void ConversationState::on_frame(std::string_view frame) {
  assert(reading());  // else a handler is out, and no input is handled
  frame_.assign(frame);
  resume_reader(false, frame_);
  settle();
}

void ConversationState::read(Reader reader) {
  if (frame_.capacity() > most_kept) std::string().swap(frame_);  // assigning would keep it
  reader_ = std::move(reader);
  if (!std::exchange(out_, false)) return;
  if (Connection* open = connection()) open->handler_done();
}

void ConversationState::cancel_read() {
  began();
  resume_reader(true, std::nullopt);
}

void ConversationState::resume_reader(bool aborted, std::optional<std::string_view> frame) {
  if (Reader reader = std::move(reader_)) reader(aborted, frame);
}

void ConversationState::on_end() {
  input_over_ = true;
  resume_reader(false, std::nullopt);
  settle();
}

// --- sending ---------------------------------------------------------------------------------

SendResult ConversationState::send(std::string_view message) {
  const SendResult result = session_.send(message);
  pressured_ = result == SendResult::pressured;
  return result;
}

void ConversationState::on_drained() {
  pressured_ = false;
  resume_drainer(false);
}

void ConversationState::resume_drainer(bool aborted) {
  if (Waiter waiter = std::move(drainer_)) waiter(aborted);
}

// --- the end ---------------------------------------------------------------------------------

void ConversationState::end() {
  if (std::exchange(ended_, true)) return;
  input_over_ = true;
  resume_reader(false, std::nullopt);
  if (Task cancel = std::move(cancel_)) cancel();
  resume_drainer(true);  // one that nobody could cancel
}

void ConversationState::returned() {
  // After the peer's end the connection ends by itself.
  const bool closes = !input_over_ || keep_half_open_;
  if (Connection* open = connection(); open != nullptr && closes) open->close();
  done();
}

void ConversationState::failed(const Failure& failure) {
  if (Connection* open = connection()) {
    open->fail(CloseReason::handler_failed,
               failure.detail.empty() ? failure.text() : std::string_view(failure.detail));
  }
  done();
}

void ConversationState::dropped() {
  if (!done_) failed({.kind = FailureKind::unanswered});
}

void ConversationState::done() {
  done_ = true;
  cancel_ = {};
  if (!std::exchange(out_, false)) return;
  if (Connection* open = connection()) open->handler_done();
}

}  // namespace weir
