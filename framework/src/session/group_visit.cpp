// GroupCore, on one loop: a visit lets in who came, hands on what was sent, lets out who goes.
#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "session/group_parts.hpp"
#include "weir/session/connection.hpp"

namespace weir {

/// The task that is posted to a loop. Dropped with the loop, it sees that nobody is left behind.
class GroupCore::Visit {
 public:
  explicit Visit(PartPtr part) : part_(std::move(part)) {}
  Visit(Visit&&) noexcept = default;
  Visit& operator=(Visit&&) = delete;
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;
  ~Visit() {
    if (part_ != nullptr) part_->core->abandon(*part_);
  }
  void operator()() {
    const PartPtr part = std::exchange(part_, nullptr);
    part->core->visit(*part);
  }

 private:
  PartPtr part_;
};

/// What one visit found, and what came of it.
struct GroupCore::Batch {
  std::vector<Event> events;
  std::vector<SharedBytes> bytes;  // of the log, one after the other
  std::uint64_t from = 0;
  std::uint64_t until = 0;
  std::uint64_t missed_from = 0;
  std::uint64_t missed_until = 0;
  std::vector<std::unique_ptr<Member>> left;
  std::vector<Member*> ended;  // sessions that had ended when they arrived
  std::size_t became_slow = 0;
  std::size_t cut_off = 0;

  [[nodiscard]] bool missed_by(const Member& member) const {
    return missed_from < missed_until && member.from < missed_until && member.until > missed_from;
  }
  void hand_to(Member& member, bool encoded);

 private:
  [[nodiscard]] static SendResult give(Connection& to, SharedBytes part, bool encoded);
};

GroupCore::Visits::~Visits() {
  for (PartPtr& part : parts_) {
    Mailbox& mailbox = *part->mailbox;
    const PartPtr keeps_mailbox = part;
    mailbox.post(Visit(std::move(part)));
  }
}

/// With the lock of the part's core.
void GroupCore::Visits::want(Part& part) {
  if (part.visit_posted) return;
  parts_.push_back(part.shared_from_this());
  part.visit_posted = true;
}

// --- one member ------------------------------------------------------------------------------

void GroupCore::Member::on_session_end() {
  const PartPtr keep = part->shared_from_this();  // may destroy this
  keep->core->member_ended(*this);
}

void GroupCore::Member::on_session_drained() {
  if (!std::exchange(slow, false)) return;
  const PartPtr keep = part->shared_from_this();
  keep->core->member_drained();
}

void GroupCore::member_ended(Member& member) {
  std::unique_ptr<Member> gone;
  bool drained = false;
  bool empty = false;
  {
    const std::lock_guard lock(mutex_);
    Part& part = *member.part;
    forget(member);
    if (member.slow) --slow_;
    if (member.leaving) part.inbox[member.leave_place].leaves = nullptr;
    if (member.arriving) {
      gone = std::move(part.inbox[member.place].arrives);
    } else {
      gone = std::move(part.members[member.place]);
      if (member.place + 1 != part.members.size()) {
        part.members[member.place] = std::move(part.members.back());
        part.members[member.place]->place = member.place;
      }
      part.members.pop_back();
    }
    drop_if_unused(part);
    drained = take_drained();
    empty = members_.empty();
  }
  tell(drained, empty);
}

void GroupCore::member_drained() {
  bool drained = false;
  {
    const std::lock_guard lock(mutex_);
    --slow_;
    drained = take_drained();
  }
  tell(drained, false);
}

// --- a visit ---------------------------------------------------------------------------------

void GroupCore::visit(Part& part) {
  Batch batch = take_batch(part);
  let_in_and_out(part, batch);
  hand_on(part, batch);
  settle(part, batch);
}

GroupCore::Batch GroupCore::take_batch(Part& part) {
  Batch batch;
  const std::lock_guard lock(mutex_);
  part.visit_posted = false;
  batch.events.swap(part.inbox);
  batch.from = part.handed;
  batch.bytes = part.cursor.take();
  batch.until = part.handed = part.lane.log.position();
  batch.missed_from = part.missed_from;
  batch.missed_until = part.missed_until;
  part.missed_from = part.missed_until = 0;
  for (const Event& event : batch.events) {
    if (event.arrives != nullptr) event.arrives->arriving = false;
    if (event.leaves != nullptr) event.leaves->leaving = false;
  }
  return batch;
}

/// In the order in which it happened: who leaves and comes again is two members.
void GroupCore::let_in_and_out(Part& part, Batch& batch) {
  auto& members = part.members;
  for (Event& event : batch.events) {
    if (event.arrives != nullptr) {
      Member& member = *event.arrives;
      member.place = members.size();
      members.push_back(std::move(event.arrives));
      if (!member.observing() && !member.observe(member.session)) batch.ended.push_back(&member);
    } else if (event.leaves != nullptr) {
      Member& member = *event.leaves;
      member.until = event.position;
      batch.left.push_back(std::move(members[member.place]));
      if (member.place + 1 != members.size()) {
        members[member.place] = std::move(members.back());
        members[member.place]->place = member.place;
      }
      members.pop_back();
    }
  }
  std::erase_if(batch.ended, [](const Member* each) { return each->until != Member::for_ever; });
}

void GroupCore::hand_on(Part& part, Batch& batch) {
  const bool encoded = part.lane.encoder != nullptr;
  // Those that left first: one of them may be here again.
  for (const auto& member : batch.left) batch.hand_to(*member, encoded);
  for (const auto& member : part.members) batch.hand_to(*member, encoded);
}

void GroupCore::Batch::hand_to(Member& member, bool encoded) {
  Connection* const connection = member.session.state()->connection;
  if (connection == nullptr) return;
  if (missed_by(member)) {
    ++cut_off;
    connection->fail(CloseReason::slow_consumer, "its loop was too far behind a group: " +
                                                     std::to_string(missed_until - missed_from) +
                                                     " bytes were not kept");
    return connection->abort(CloseReason::slow_consumer);
  }
  const std::uint64_t first = std::max(from, member.from);
  const std::uint64_t last = std::min(until, member.until);
  SendResult result = SendResult::queued;
  std::uint64_t position = from;
  for (const SharedBytes& each : bytes) {
    const std::uint64_t begin = std::max(first, position);
    const std::uint64_t end = std::min(last, position + each.size());
    if (begin < end) {
      result = give(*connection,
                    {each.chunk, each.begin + static_cast<std::size_t>(begin - position),
                     each.begin + static_cast<std::size_t>(end - position)},
                    encoded);
    }
    position += each.size();
  }
  if (result == SendResult::pressured && member.until == Member::for_ever &&
      !std::exchange(member.slow, true)) {
    ++became_slow;
  }
}

SendResult GroupCore::Batch::give(Connection& to, SharedBytes part, bool encoded) {
  if (encoded) return to.send_shared(std::move(part));
  SendResult result = SendResult::queued;
  std::string_view messages = part.view();
  while (!messages.empty()) {
    std::size_t size = 0;
    std::memcpy(&size, messages.data(), sizeof size);
    result = to.send(messages.substr(sizeof size, size));
    messages.remove_prefix(sizeof size + size);
  }
  return result;
}

void GroupCore::settle(Part& part, Batch& batch) {
  std::vector<std::unique_ptr<Member>> gone = std::move(batch.left);
  bool drained = false;
  bool empty = false;
  {
    const std::lock_guard lock(mutex_);
    slow_ += batch.became_slow;
    for (const auto& member : gone) {
      if (member->slow) --slow_;
    }
    for (Member* member : batch.ended) {
      forget(*member);
      if (member->leaving) part.inbox[member->leave_place].leaves = nullptr;
      gone.push_back(std::move(part.members[member->place]));
      if (member->place + 1 != part.members.size()) {
        part.members[member->place] = std::move(part.members.back());
        part.members[member->place]->place = member->place;
      }
      part.members.pop_back();
    }
    stats_.cut_off += batch.cut_off;
    drop_if_unused(part);
    drained = take_drained();
    empty = members_.empty();
  }
  gone.clear();
  tell(drained, empty);
}

void GroupCore::abandon(Part& part) {
  std::vector<Event> events;
  bool empty = false;
  {
    const std::lock_guard lock(mutex_);
    part.visit_posted = false;
    events.swap(part.inbox);
    part.cursor = {};
    part.handed = part.lane.log.position();
    for (const Event& event : events) {
      if (event.arrives != nullptr) forget(*event.arrives);
    }
    drop_if_unused(part);
    empty = members_.empty();
  }
  tell(false, empty);
}

}  // namespace weir
