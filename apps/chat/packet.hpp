// Packet: what the processes of a chat tell each other, and the text that it is on the bus.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "chat/message.hpp"
#include "chat/people.hpp"
#include "weir/core/error.hpp"

namespace weir::chat {

/// All that are in `room` in a process: to who asked, and to all once in a while.
struct Presence {
  std::string process;
  std::string room;
  std::vector<Person> people;
};

/// One came to the room in that process, or went, or, with both, has another nickname.
struct PresenceChange {
  std::string process;
  std::string room;
  std::string went;  // a nickname, or ""
  std::optional<Person> came{};
  std::int64_t at = 0;  // when that was, in milliseconds since 1970
};

struct TypingNotice {
  std::string process;
  std::string room;
  std::string nick;
};

/// A process has begun, or has missed something: who is there, and what was said?
struct Question {
  std::string process;
};

/// The last messages of a room, for who asked.
struct Again {
  std::string process;
  std::vector<Message> messages;
};

using Packet = std::variant<Message, Presence, PresenceChange, TypingNotice, Question, Again>;

/// JSON in one line.
[[nodiscard]] std::string encode(const Packet& packet);
/// What another process may send is checked like what a stranger sends.
[[nodiscard]] Result<Packet> decode_packet(std::string_view text);

/// A message in a file of history: as in a packet, with its seq.
[[nodiscard]] std::string encode_line(const Message& message);
[[nodiscard]] Result<Message> decode_line(std::string_view line);

}  // namespace weir::chat
