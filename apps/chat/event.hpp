// What happens in a room, as values: the hall tells them, a face makes text of them.
#pragma once

#include <string>
#include <variant>

#include "chat/message.hpp"

namespace weir::chat {

struct Said {
  const Message& message;
};
struct Joined {
  std::string nick;
};
struct Left {
  std::string nick;
};
struct Renamed {
  std::string from;
  std::string to;
};
struct Typing {
  std::string nick;
};

/// How weir-chat itself is. Empty texts: all is well.
struct Condition {
  /// Other processes cannot be reached, and why.
  std::string bus{};
  /// Messages are not written to disk, and why.
  std::string history{};
  friend bool operator==(const Condition&, const Condition&) = default;
};
struct ConditionChanged {
  Condition now;
  Condition before;
};
/// `messages` of other processes will not come; 0: nobody knows how many.
struct Lost {
  std::uint64_t messages;
};

using Event = std::variant<Said, Joined, Left, Renamed, Typing, ConditionChanged, Lost>;

}  // namespace weir::chat
