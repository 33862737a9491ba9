// The bounds of weir-chat: each has a name and a default that is safe to keep.
#pragma once

#include <cstddef>

#include "weir/core/time.hpp"

namespace weir::chat {

struct Limits {
  /// Characters of a room's name, of a nickname and of a message.
  std::size_t room_name = 32;
  std::size_t nick = 24;
  std::size_t message = 2000;
  /// Lines of a message.
  std::size_t message_lines = 50;
  /// Rooms that have members or messages. One more, and the empty one that was silent longest goes;
  /// when none is empty it is refused.
  std::size_t rooms = 200;
  /// People of one room in this process; one more is refused.
  std::size_t members = 500;
  /// What a room keeps for those who come later: messages, and bytes of them. The oldest go.
  std::size_t history_messages = 500;
  std::size_t history_bytes = 512 * 1024;
  /// Of one connection: messages a second, and how many at once.
  double messages_per_second = 5;
  double messages_at_once = 20;
  /// The same for all that it asks for.
  double requests_per_second = 20;
  double requests_at_once = 60;
  /// That somebody types is told no more often.
  Duration typing_every = std::chrono::seconds(2);
};

}  // namespace weir::chat
