// Message: what somebody has said in a room. A value.
#pragma once

#include <cstdint>
#include <string>

namespace weir::chat {

struct Message {
  /// Its place in the order in which this process has got the room's messages, from 1 on.
  std::uint64_t seq = 0;
  /// Made by who sent it, and everywhere the same: a message that comes again is known by it.
  std::string id{};
  std::string room{};
  std::string nick{};
  std::string text{};
  /// Milliseconds since 1970, UTC, where it was said.
  std::int64_t at = 0;

  friend bool operator==(const Message&, const Message&) = default;
};

/// What one message takes of Limits::history_bytes.
[[nodiscard]] inline std::size_t size_of(const Message& message) {
  return sizeof(Message) + message.id.size() + message.room.size() + message.nick.size() +
         message.text.size();
}

}  // namespace weir::chat
