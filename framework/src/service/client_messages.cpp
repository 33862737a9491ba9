// ClientCore: the way of a message, from its arrival to its answer.
#include <algorithm>
#include <cerrno>
#include <utility>

#include "service/client_core.hpp"

namespace weir {

// --- in ------------------------------------------------------------------------------------------

Result<std::uint64_t> ClientCore::enter(MessageList& one, bool here) {
  bool wake = false;
  outstanding_.fetch_add(1, std::memory_order_relaxed);
  auto number = queue_.enter(one, !here, wake);
  if (!number.ok()) {
    outstanding_.fetch_sub(1, std::memory_order_relaxed);
  } else if (here) {
    on_arrivals();
    loop_.defer(*this);
  } else if (wake) {
    loop_.post([weak = weak_from_this()] {
      const auto self = weak.lock();
      if (self == nullptr) return;
      self->on_arrivals();
      self->dispatch();
    });
  }
  return number;
}

void ClientCore::on_arrivals() {
  take_arrivals();
  if (state() == ClientState::idle && !waiting_.empty()) begin_attempt(options_.deadlines.connect);
  feed();
}

void ClientCore::take_arrivals() {
  MessageList dropped;
  MessageList arrived = queue_.take(dropped);
  const auto make_room = [this] {
    if (options_.queue.policy != QueuePolicy::drop_oldest) return;
    for (give_back(); queue_.over() && !waiting_.empty(); give_back()) drop(waiting_.front());
  };
  make_room();
  while (!dropped.empty()) {
    ClientMessage& message = dropped.front();
    message.place = Place::waiting;
    waiting_.splice(waiting_.end(), dropped, dropped.begin());
    drop(message);
  }
  while (!arrived.empty()) {
    ClientMessage& message = arrived.front();
    message.place = Place::waiting;
    waiting_.splice(waiting_.end(), arrived, arrived.begin());
    admit(message);
  }
  make_room();
}

void ClientCore::drop(ClientMessage& message) {
  counters_.dropped.add();
  lose(message, {"dropped from the client's full queue; it was not sent", ENOBUFS});
}

void ClientCore::admit(ClientMessage& message) {
  if (message.expects_answer && !options_.matching.ordered()) {
    if (!message.id.has_value()) {
      return lose(message, {"answers are matched by id, and the message has none", EINVAL});
    }
    if (!by_id_.try_emplace(*message.id, &message).second) {
      const std::string id = std::to_string(*message.id);
      message.id.reset();  // which is another's
      return lose(message, {"the id " + id + " is in use", EINVAL});
    }
  } else {
    message.id.reset();
  }
  if (message.is_call()) calls_.emplace(message.number, &message);
  if (message.expires != TimePoint::max()) loop_.timers().arm(message, message.expires);
}

// --- out -----------------------------------------------------------------------------------------

/// Gives the connection what it may have now: not more than its watermark, nor than half of the
/// queue's bounds, so that there is always something left that a full queue can drop.
void ClientCore::feed() {
  if (connection_ == nullptr) return;
  const std::size_t most_bytes =
      std::max<std::size_t>(std::min(options_.flow.high_watermark, options_.queue.bytes / 2), 1);
  const std::size_t most_messages = std::max<std::size_t>(options_.queue.messages / 2, 1);
  while (!waiting_.empty() && connection_->reason() == CloseReason::none) {
    const std::uint64_t ahead = connection_->sent() - connection_->written();
    if (ahead >= most_bytes) full_ = true;
    if (ahead <= std::min(options_.flow.low_watermark, most_bytes / 2)) full_ = false;
    if (full_ || handed_.size() >= most_messages) return;
    ClientMessage& message = waiting_.front();
    if (message.expects_answer && awaited_ >= options_.max_in_flight) return;
    if (!hand_over(message)) return;
  }
}

/// False when the connection takes nothing more.
bool ClientCore::hand_over(ClientMessage& message) {
  unencodable_ = {"the framing could not encode it", EINVAL};
  message.begin = connection_->sent();
  if (connection_->send(message.text) == SendResult::rejected) {
    if (connection_->reason() != CloseReason::none) return false;
    lose(message, {unencodable_.message, EINVAL});
    return true;
  }
  message.end = connection_->sent();
  message.place = Place::handed;
  handed_.splice(handed_.end(), waiting_, message.self);
  if (!message.expects_answer) return true;
  ++awaited_;
  counters_.in_flight.add();
  if (options_.matching.ordered()) {
    message.turn = first_turn_ + turns_.size();
    turns_.push_back(&message);
  }
  if (message.answer_within > Duration::zero()) {
    loop_.timers().arm(message, later(loop_.clock_now(), message.answer_within));
  }
  return true;
}

/// What the kernel has taken whole is delivered.
void ClientCore::settle() {
  if (connection_ == nullptr) return;
  while (!handed_.empty() && handed_.front().end <= connection_->written()) {
    ClientMessage& message = handed_.front();
    if (!message.expects_answer) {
      finish(message, Delivery::delivered);
      continue;
    }
    message.place = Place::in_flight;
    in_flight_.splice(in_flight_.end(), handed_, message.self);
    if (message.retry) continue;
    uncount(message);
    message.drop_text();
  }
}

void ClientCore::run_deferred() {
  settle();
  feed();
  dispatch();
}

// --- answers -------------------------------------------------------------------------------------

void ClientCore::on_frame(std::string_view frame) {
  if (state() == ClientState::closed) return;
  good_ = true;
  silence_alarm_.cancel();
  settle();
  bool unsolicited = false;
  if (ClientMessage* message = match(frame, unsolicited); message != nullptr) {
    if (message->is_call()) message->answer.assign(frame);
    finish(*message, Delivery::answered);
  }
  feed();
  dispatch();
  if (!unsolicited) return;
  counters_.messages.add();
  if (!hooks_.on_message || state() == ClientState::closed) return;
  try {
    hooks_.on_message(frame);
  } catch (...) {
    log_thrown("on_message");
  }
}

/// Whose answer `frame` is; nullptr for nobody's, or for that of somebody who gave up.
ClientMessage* ClientCore::match(std::string_view frame, bool& unsolicited) {
  if (options_.matching.ordered()) {
    // An answer before the whole of its question is none.
    if (turns_.empty() || (turns_.front() != nullptr && turns_.front()->place == Place::handed)) {
      unsolicited = true;
      return nullptr;
    }
    ClientMessage* message = turns_.front();
    turns_.pop_front();
    ++first_turn_;
    no_longer_awaited();
    if (message == nullptr) counters_.late.add();
    return message;
  }
  const std::optional<std::uint64_t> id = options_.matching.id_of(frame);
  if (!id.has_value()) {
    unsolicited = true;
    return nullptr;
  }
  const auto found = by_id_.find(*id);
  if (found == by_id_.end() || found->second->place != Place::in_flight) {
    counters_.late.add();
    return nullptr;
  }
  no_longer_awaited();
  return found->second;
}

void ClientCore::no_longer_awaited() {
  --awaited_;
  counters_.in_flight.subtract();
}

}  // namespace weir
