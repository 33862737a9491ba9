// GroupCore: what a Group hides. Layer: session, private.
//
//   GroupCore            one lock for everything below that is not "loop's"
//     members_           session -> Member
//     lanes_             one an encoder: its log, encoded once
//       parts            one a loop: how far it was handed the log, and who came and went since
//         members        the loop's: who is handed what comes
//
// send() appends to the logs and posts one visit to each loop that has none under way. The visit,
// on the loop's thread, takes everything up to then and hands it on without the lock.
//
// A part keeps its core alive and the core its parts, until the last member of a part has gone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "io/mailbox.hpp"
#include "session/broadcast_log.hpp"
#include "weir/core/buffer.hpp"
#include "weir/session/group.hpp"
#include "weir/session/message_encoder.hpp"
#include "weir/session/observer.hpp"

namespace weir {

/// Who owns a core is told of what concerns it as a whole; without the core's lock.
class GroupOwner {
 public:
  virtual ~GroupOwner() = default;
  virtual void on_group_drained(GroupCore& core) = 0;
  /// There is no member any more; one may come meanwhile.
  virtual void on_group_empty(GroupCore& core) = 0;
};

struct GroupLimits {
  std::size_t members = 0;
  std::size_t max_behind = 0;
  std::size_t high_watermark = 0;
};

class GroupCore final : public std::enable_shared_from_this<GroupCore> {
 public:
  struct Part;
  using PartPtr = std::shared_ptr<Part>;

  /// Parts that a visit is to be posted to, which happens when this goes: after the locks.
  class Visits {
   public:
    Visits() = default;
    Visits(const Visits&) = delete;
    Visits& operator=(const Visits&) = delete;
    ~Visits();
    void want(Part& part);

   private:
    std::vector<PartPtr> parts_;
  };

  GroupCore(const GroupLimits& limits, std::string name, std::weak_ptr<GroupOwner> owner);
  GroupCore(const GroupCore&) = delete;
  GroupCore& operator=(const GroupCore&) = delete;
  ~GroupCore();

  AddResult add(const Session& session, Visits& visits);
  bool remove(const Session& session);
  /// Everybody leaves, and nobody comes any more.
  void close();
  SendResult send(std::string_view message);
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] GroupStats stats() const;

  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  class Member;
  class Visit;
  struct Lane;
  struct Event;
  struct Batch;

  // With the lock:
  [[nodiscard]] Part& part_for(const SessionState& state);
  [[nodiscard]] bool encode_for_all(std::string_view message);
  void append_to(Lane& lane, Visits& visits);
  void leave(Member& member, Visits& visits);
  void forget(const Member& member);
  void drop_if_unused(Part& part);
  [[nodiscard]] bool under_pressure() const;
  [[nodiscard]] bool take_drained();

  // Without it:
  void tell(bool drained, bool empty);

  // On the part's loop, without it:
  void visit(Part& part);
  [[nodiscard]] Batch take_batch(Part& part);
  static void let_in_and_out(Part& part, Batch& batch);
  static void hand_on(Part& part, Batch& batch);
  void settle(Part& part, Batch& batch);
  void member_ended(Member& member);
  void member_drained();
  /// The loop of `part` is gone, and the visit that was under way with it.
  void abandon(Part& part);

  const GroupLimits limits_;
  const std::string name_;
  const std::weak_ptr<GroupOwner> owner_;

  mutable std::mutex mutex_;
  std::unordered_map<const SessionState*, Member*> members_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  GroupStats stats_;
  std::size_t slow_ = 0;       // members that are under pressure
  bool drained_owed_ = false;  // somebody was told that there is pressure
  bool closed_ = false;
};

}  // namespace weir
