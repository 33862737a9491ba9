// RoomLog: the messages that a room keeps, in the order in which they came here. A value; no
// thread, no socket.
//
//     messages_:  [ 41 ][ 42 ][ 43 ][ 44 ]     at most Limits::history_messages and history_bytes
//     places_:    id -> seq, for each of them
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "chat/limits.hpp"
#include "chat/message.hpp"

namespace weir::chat {

/// The last message that somebody has seen, and in which log: orders differ from process to
/// process.
struct Cursor {
  std::string log{};
  std::uint64_t seq = 0;
  std::string id{};
};

/// What somebody has not seen yet.
struct Replay {
  std::vector<Message> messages{};
  /// So many more were not kept.
  std::uint64_t missed = 0;
  /// All that is kept, for the cursor's place is not known here: who has some of it already knows
  /// it by the ids.
  bool whole = false;
};

class RoomLog {
 public:
  explicit RoomLog(const Limits& limits) : limits_(limits) {}

  /// Gives it the next seq, unless it has one (of a file) that is higher. nullptr when its id is
  /// known; else the kept message, until the next call.
  const Message* add(Message message);
  [[nodiscard]] bool knows(std::string_view id) const { return places_.contains(std::string(id)); }
  /// `log` names this process's order. Without a cursor: the whole.
  [[nodiscard]] Replay after(const Cursor* cursor, std::string_view log) const;

  [[nodiscard]] const std::deque<Message>& messages() const { return messages_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  const Limits& limits_;
  std::deque<Message> messages_;
  std::unordered_map<std::string, std::uint64_t> places_;
  std::uint64_t last_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace weir::chat
