#include "service/client_queue.hpp"

#include <cerrno>
#include <utility>

namespace weir {

Result<std::uint64_t> ClientQueue::enter(MessageList& one, bool may_wait, bool& wake) {
  ClientMessage& message = one.front();
  const std::size_t size = message.text.size();
  std::unique_lock lock(mutex_);
  if (Status room = make_room(lock, size, may_wait); !room.ok()) {
    ++rejected_;
    return room.error();
  }
  message.number = next_number_++;
  message.self = one.begin();
  arrivals_.splice(arrivals_.end(), one);
  for (Held* each : {&held_, &arrived_}) {
    ++each->messages;
    each->bytes += size;
  }
  wake = !std::exchange(woken_, true);
  return message.number;
}

Status ClientQueue::make_room(std::unique_lock<std::mutex>& lock, std::size_t size, bool may_wait) {
  const Error full{"the client's queue is full", ENOBUFS};
  if (size > limits_.bytes) {
    return Error{"a message of " + std::to_string(size) + " bytes, the client's queue holds " +
                     std::to_string(limits_.bytes),
                 EMSGSIZE};
  }
  while (!closed_ && !fits(held_, size)) {
    switch (limits_.policy) {
      case QueuePolicy::reject:
        return full;
      case QueuePolicy::drop_oldest:
        if (!drop_arrivals(size)) return full;
        return {};
      case QueuePolicy::block:
        if (!may_wait) return full;
        ++waiting_;
        room_.wait(lock);
        --waiting_;
    }
  }
  if (closed_) return Error{"the client is closed", ECANCELED};
  return {};
}

/// Makes the arrivals alone leave room for one more of `size`; what the loop holds and is older
/// still, the loop drops. False when the loop is so far behind that it owes too many reports.
bool ClientQueue::drop_arrivals(std::size_t size) {
  while (!fits(arrived_, size)) {
    if (arrivals_.empty() || dropped_.size() >= limits_.messages) return false;
    ClientMessage& oldest = arrivals_.front();
    for (Held* each : {&held_, &arrived_}) {
      --each->messages;
      each->bytes -= oldest.charged;
    }
    oldest.charged = 0;
    oldest.counted = false;
    oldest.drop_text();
    dropped_.splice(dropped_.end(), arrivals_, arrivals_.begin());
  }
  return true;
}

MessageList ClientQueue::take(MessageList& dropped) {
  const std::lock_guard lock(mutex_);
  woken_ = false;
  arrived_ = {};
  dropped.swap(dropped_);
  return std::exchange(arrivals_, {});
}

void ClientQueue::give_back(std::size_t messages, std::size_t bytes) {
  if (messages == 0 && bytes == 0) return;
  const std::lock_guard lock(mutex_);
  held_.messages -= messages;
  held_.bytes -= bytes;
  if (waiting_ != 0) room_.notify_all();
}

bool ClientQueue::over() const {
  const std::lock_guard lock(mutex_);
  return held_.messages > limits_.messages || held_.bytes > limits_.bytes;
}

void ClientQueue::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  room_.notify_all();
}

bool ClientQueue::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

std::uint64_t ClientQueue::rejected() const {
  const std::lock_guard lock(mutex_);
  return rejected_;
}

std::size_t ClientQueue::messages() const {
  const std::lock_guard lock(mutex_);
  return held_.messages;
}

std::size_t ClientQueue::bytes() const {
  const std::lock_guard lock(mutex_);
  return held_.bytes;
}

}  // namespace weir
