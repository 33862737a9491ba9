#include "chat/room_log.hpp"

#include <algorithm>
#include <utility>

namespace weir::chat {

const Message* RoomLog::add(Message message) {
  if (places_.contains(message.id)) return nullptr;
  message.seq = std::max(message.seq, last_ + 1);
  last_ = message.seq;
  places_.emplace(message.id, message.seq);
  bytes_ += size_of(message);
  messages_.push_back(std::move(message));
  while (messages_.size() > 1 &&
         (messages_.size() > limits_.history_messages || bytes_ > limits_.history_bytes)) {
    bytes_ -= size_of(messages_.front());
    places_.erase(messages_.front().id);
    messages_.pop_front();
  }
  return &messages_.back();
}

Replay RoomLog::after(const Cursor* cursor, std::string_view log) const {
  Replay replay;
  auto from = messages_.begin();
  replay.whole = cursor == nullptr || cursor->log != log;
  if (!replay.whole) {
    const auto place = places_.find(cursor->id);
    if (place != places_.end()) {
      from = std::upper_bound(
          messages_.begin(), messages_.end(), place->second,
          [](std::uint64_t seq, const Message& message) { return seq < message.seq; });
    } else if (!messages_.empty() && cursor->seq < messages_.front().seq) {
      replay.missed = messages_.front().seq - 1 - cursor->seq;
    } else {
      // Seen here, and lost with a process that ended before it was on disk.
      replay.whole = true;
    }
  }
  replay.messages.assign(from, messages_.end());
  return replay;
}

}  // namespace weir::chat
