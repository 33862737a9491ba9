// Group: sessions that are sent the same, over all loops, threads and servers. Layer: session.
// A message is encoded once, not once for each member and not once for each loop; members send the
// same bytes in memory (chunk.hpp). A session leaves by itself when it ends.
//
//     weir::Group group;
//     hooks.on_open = [&group](weir::Session& session) { group.add(session); };
//     group.send("hello, everybody");
//
// Order: every member is handed the messages in the same order, and exactly those that were sent
// between its add() and its remove(). They go out in the round after, so what a handler answers
// goes out before what it sends to a group.
//
// Who cannot keep up: a member whose own queue passes Flow::max_queued, and all members on a loop
// that is GroupOptions::max_behind behind, end with slow_consumer. A member that stays misses
// nothing.
//
// Threads: everything from any thread. May be destroyed at any time: what was sent before still
// reaches the members.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "weir/core/task.hpp"
#include "weir/session/session.hpp"

namespace weir {

class GroupCore;

struct GroupOptions {
  /// Members at once; one more is refused with AddResult::group_full.
  std::size_t members = 100'000;
  /// Encoded bytes that wait to be handed to a loop: more, and the members there end.
  std::size_t max_behind = 8 * 1024 * 1024;
  /// From so many bytes on send() answers "pressured". A sender that heeds it hands a member no
  /// more than this at once, so it is far below Flow::max_queued.
  std::size_t high_watermark = 256 * 1024;
  /// send() answered "pressured" before; now there is room. Called once for all answers since the
  /// last time, on the thread of a member's loop. It may send, and destroy the group.
  UniqueFunction<void()> on_drained{};
};

enum class AddResult : std::uint8_t {
  added,
  already,        // it is a member
  ended,          // the session has ended, or the group
  group_full,     // GroupOptions::members
  names_full,     // GroupsOptions::names
  name_too_long,  // GroupsOptions::name_length
};

/// What a group has counted since it was made.
struct GroupStats {
  std::size_t members = 0;      // now
  std::uint64_t sent = 0;       // messages
  std::uint64_t encoded = 0;    // calls of an encoder for them
  std::uint64_t pressured = 0;  // of sent: so answered
  std::uint64_t rejected = 0;   // messages that were not sent
  std::uint64_t cut_off = 0;    // members that ended because their loop was too far behind
};

class Group {
 public:
  explicit Group(GroupOptions options = {});
  /// Waits for an on_drained that is running on another thread.
  ~Group();
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  AddResult add(const Session& session);
  /// False when it was no member.
  bool remove(const Session& session);
  [[nodiscard]] std::size_t size() const;

  /// To every member, in its own framing:
  ///   queued     all will be handed it
  ///   pressured  so they will, but a loop is behind by GroupOptions::high_watermark, or more than
  ///              half of the members are slow (they reached Flow::high_watermark): better wait for
  ///              on_drained. A minority that is slow does not hold up the others.
  ///   rejected   nobody gets it: there is no member, or a framing has no form for it
  /// What a MessageEncoder throws comes out here, and nobody gets the message.
  SendResult send(std::string_view message);

  [[nodiscard]] GroupStats stats() const;

 private:
  class Owner;
  std::shared_ptr<Owner> owner_;
  std::shared_ptr<GroupCore> core_;
};

}  // namespace weir
