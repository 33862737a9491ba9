// ClientCore: the way of a message, from its arrival to its report.
#include <algorithm>
#include <cerrno>
#include <exception>
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

void ClientCore::cancel(std::uint64_t number) {
  take_arrivals();
  const auto found = calls_.find(number);
  if (found != calls_.end()) {
    ClientMessage& message = *found->second;
    counters_.cancelled.add();
    abandon(message, {"the call was cancelled", ECANCELED}, {"the call was cancelled", ECANCELED});
    feed();
  }
  loop_.defer(*this);
}

void ClientCore::on_expired(ClientMessage& message) {
  counters_.expired.add();
  abandon(message, {"the deadline passed", ETIME}, {"the deadline passed", ETIMEDOUT});
  feed();
  dispatch();
}

/// Its caller waits no longer. What has gone out cannot be called back: by order, its answer still
/// has its turn.
void ClientCore::abandon(ClientMessage& message, Error before_sending, Error after) {
  if (message.place == Place::waiting) {
    before_sending.message += "; it was not sent";
    if (!last_failure_.message.empty()) before_sending.message += ": " + last_failure_.message;
    return lose(message, std::move(before_sending));
  }
  if (options_.matching.ordered()) {
    turns_[message.turn - first_turn_] = nullptr;
  } else {
    no_longer_awaited();
  }
  const Duration silence = options_.silence;
  if (silence > Duration::zero() && !silence_alarm_.armed()) {
    loop_.timers().arm(silence_alarm_, later(loop_.clock_now(), silence));
  }
  after.message += "; it may have been executed";
  lose(message, std::move(after));
}

// --- the end of a connection ---------------------------------------------------------------------

/// Sorts out what the connection had, after settle(): what the peer cannot have got whole waits for
/// the next one, in its old place.
void ClientCore::take_back(const std::string& why, std::uint64_t written) {
  counters_.in_flight.subtract(awaited_);
  awaited_ = 0;
  turns_.clear();
  MessageList kept;
  const auto keep = [&](ClientMessage& message) {
    if (message.answer_within > Duration::zero()) message.cancel();
    MessageList& from = list_of(message.place);
    message.place = Place::waiting;
    kept.splice(kept.end(), from, message.self);
  };
  while (!in_flight_.empty()) {
    ClientMessage& message = in_flight_.front();
    if (message.retry) {
      counters_.resent.add();
      keep(message);
    } else {
      lose(message, {why + " before the answer; it may have been executed", ECONNRESET});
    }
  }
  while (!handed_.empty()) {
    ClientMessage& message = handed_.front();
    const bool begun = message.begin < written;
    if (begun && ++message.cuts >= std::max<std::size_t>(options_.queue.cuts, 1)) {
      lose(message, {why + " in the middle of this message, as " + std::to_string(message.cuts) +
                         " in a row; it was not sent whole",
                     EMSGSIZE});
    } else {
      keep(message);
    }
  }
  waiting_.splice(waiting_.begin(), kept);
}

void ClientCore::lose_all(const std::string& why, int code) {
  counters_.in_flight.subtract(awaited_);
  awaited_ = 0;
  turns_.clear();
  while (!in_flight_.empty()) {
    lose(in_flight_.front(), {why + "; it may have been executed", code});
  }
  for (MessageList* list : {&handed_, &waiting_}) {
    while (!list->empty()) lose(list->front(), {why + "; it was not sent", code});
  }
}

// --- the end of a message ------------------------------------------------------------------------

void ClientCore::lose(ClientMessage& message, Error reason) {
  finish(message, Delivery::lost, std::move(reason));
}

void ClientCore::finish(ClientMessage& message, Delivery outcome, Error reason) {
  message.cancel();
  uncount(message);
  if (message.is_call()) calls_.erase(message.number);
  if (message.id.has_value()) by_id_.erase(*message.id);
  switch (outcome) {
    case Delivery::delivered:
      counters_.delivered.add();
      break;
    case Delivery::answered:
      counters_.answered.add();
      break;
    case Delivery::lost:
      counters_.lost.add();
  }
  message.outcome = outcome;
  message.reason = std::move(reason);
  finished_.splice(finished_.end(), list_of(message.place), message.self);
  message.place = Place::finished;
  outstanding_.fetch_sub(1, std::memory_order_relaxed);
}

void ClientCore::uncount(ClientMessage& message) {
  freed_messages_ += std::exchange(message.counted, false) ? 1 : 0;
  freed_bytes_ += std::exchange(message.charged, 0);
}

void ClientCore::give_back() {
  queue_.give_back(std::exchange(freed_messages_, 0), std::exchange(freed_bytes_, 0));
}

MessageList& ClientCore::list_of(Place place) {
  switch (place) {
    case Place::handed:
      return handed_;
    case Place::in_flight:
      return in_flight_;
    case Place::finished:
      return finished_;
    default:
      return waiting_;
  }
}

/// Tells what has happened, in order. What comes about meanwhile is told next time, so that a
/// handler that fails and tries again cannot hold the loop; unless there is no next time.
void ClientCore::dispatch() {
  if (dispatching_) return;
  if (closing_ && state() != ClientState::closed && nothing_left()) finish_close();
  give_back();
  dispatching_ = true;
  do {
    for (auto& [state, why] : std::exchange(state_changes_, {})) {
      try {
        hooks_.on_state(state, why);
      } catch (...) {
        log_thrown("on_state");
      }
    }
    MessageList now = std::exchange(finished_, {});
    while (!now.empty()) {
      tell(now.front());
      now.pop_front();
    }
    give_back();
  } while (state() == ClientState::closed && !(finished_.empty() && state_changes_.empty()));
  dispatching_ = false;
  if (!finished_.empty() || !state_changes_.empty()) loop_.defer(*this);
}

void ClientCore::tell(ClientMessage& message) {
  try {
    if (message.on_answer) {
      if (message.outcome == Delivery::answered) {
        message.on_answer(std::move(message.answer));
      } else {
        message.on_answer(std::move(message.reason));
      }
    } else if (message.on_report) {
      message.on_report({message.outcome, std::move(message.reason)});
    }
  } catch (...) {
    log_thrown("a handler");
  }
}

/// Only while an exception is being handled.
void ClientCore::log_thrown(std::string_view where) {
  std::string what = "an exception that is no std::exception";
  try {
    throw;
  } catch (const std::exception& exception) {
    what = exception.what();
  } catch (...) {
  }
  brake_.write(
      options_.log, LogLevel::error, loop_.now(),
      "client of " + endpoint_.to_string() + ": " + std::string(where) + " threw: " + what);
}

}  // namespace weir
