// ClientCore: how a message ends, and how that is told.
#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/thrown.hpp"
#include "service/client_core.hpp"

namespace weir {

// --- given up by who sent it ---------------------------------------------------------------------

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
  brake_.write(options_.log, LogLevel::error, loop_.now(),
               "client of " + endpoint_.to_string() + ": " + std::string(where) +
                   " threw: " + thrown_text());
}

}  // namespace weir
