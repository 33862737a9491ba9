// What a GroupCore is made of: members, and what is theirs on one loop. Layer: session, private.
// For group_core.cpp, where what is common to all loops is written, and group_visit.cpp, where what
// happens on one of them is.
#pragma once

#include <limits>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "session/group_core.hpp"
#include "session/session_state.hpp"

namespace weir {

/// One stay of one session. Owned by an event of its part's inbox until the next visit, then by the
/// part; made anywhere, destroyed on the loop's thread.
class GroupCore::Member final : public SessionObserver {
 public:
  static constexpr std::uint64_t for_ever = std::numeric_limits<std::uint64_t>::max();

  explicit Member(const Session& member) : session(member) {}

  const Session session;
  Part* part = nullptr;
  std::uint64_t from = 0;          // is handed what stands from here
  std::uint64_t until = for_ever;  // to here in the log; the loop's
  std::size_t place = 0;           // in the part's members; while it arrives, in its inbox
  std::size_t leave_place = 0;     // in the part's inbox, when it is leaving
  bool arriving = true;
  bool leaving = false;
  bool slow = false;  // the loop's

 private:
  void on_session_end() override;
  void on_session_drained() override;
};

/// Somebody came, or somebody goes; neither when it has ended meanwhile.
struct GroupCore::Event {
  std::unique_ptr<Member> arrives;
  Member* leaves = nullptr;
  std::uint64_t position = 0;  // where the log ended at that moment
};

/// All members on one loop that encode alike.
struct GroupCore::Part : std::enable_shared_from_this<Part> {
  Part(std::shared_ptr<GroupCore> of, Lane& in, std::shared_ptr<Mailbox> loop);

  const std::shared_ptr<GroupCore> core;
  Lane& lane;
  const std::shared_ptr<Mailbox> mailbox;

  // Under the lock:
  std::uint64_t handed;  // the log up to here was taken by visits, or missed
  BroadcastLog::Cursor cursor;
  std::uint64_t missed_from = 0;   // a stretch of the log that was not kept for this loop;
  std::uint64_t missed_until = 0;  // none when both are equal
  std::vector<Event> inbox;
  bool visit_posted = false;

  // The loop's:
  std::vector<std::unique_ptr<Member>> members;
};

/// All members that encode alike, and what they were sent.
struct GroupCore::Lane {
  explicit Lane(std::shared_ptr<const MessageEncoder> with) : encoder(std::move(with)) {}

  /// nullptr: the log holds messages as they were sent, each after its size, and the connections
  /// encode them.
  const std::shared_ptr<const MessageEncoder> encoder;
  BroadcastLog log;
  Buffer encoded;           // of the message that is being sent
  std::size_t members = 0;  // that have not left
  std::unordered_map<const Mailbox*, PartPtr> parts;
};

inline GroupCore::Part::Part(std::shared_ptr<GroupCore> of, Lane& in, std::shared_ptr<Mailbox> loop)
    : core(std::move(of)), lane(in), mailbox(std::move(loop)), handed(in.log.position()) {}

}  // namespace weir
