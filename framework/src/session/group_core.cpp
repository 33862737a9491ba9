// GroupCore: what is common to all loops: who is a member, what was sent, who is behind.
#include "session/group_core.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "session/group_parts.hpp"

namespace weir {

namespace {

/// A lane's buffer for one message gives its block back above this.
constexpr std::size_t encoded_to_keep = 64 * 1024;

}  // namespace

GroupCore::GroupCore(const GroupLimits& limits, std::string name, std::weak_ptr<GroupOwner> owner)
    : limits_(limits), name_(std::move(name)), owner_(std::move(owner)) {}

GroupCore::~GroupCore() = default;

AddResult GroupCore::add(const Session& session, Visits& visits) {
  if (!session.open()) return AddResult::ended;
  const SessionState& state = *session.state();
  auto member = std::make_unique<Member>(session);
  // Elsewhere the visit sees to it; here even a loop that never runs again tells of the end.
  if (state.mailbox->on_loop_thread() && !member->observe(session)) return AddResult::ended;
  const std::lock_guard lock(mutex_);
  if (closed_) return AddResult::ended;
  if (members_.contains(&state)) return AddResult::already;
  if (members_.size() >= limits_.members) return AddResult::group_full;
  Part& part = part_for(state);
  // Who comes and goes while the loop stands still must not fill the memory.
  if (part.inbox.size() / 2 >= limits_.members) return AddResult::group_full;
  Member& added = *member;
  added.part = &part;
  added.from = part.lane.log.position();
  added.place = part.inbox.size();
  visits.want(part);
  part.inbox.push_back({std::move(member), nullptr, added.from});
  members_.emplace(&state, &added);
  ++part.lane.members;
  return AddResult::added;
}

bool GroupCore::remove(const Session& session) {
  bool empty = false;
  {
    Visits visits;
    const std::lock_guard lock(mutex_);
    const auto found = members_.find(session.state());
    if (found == members_.end()) return false;
    leave(*found->second, visits);
    empty = members_.empty();
  }
  tell(false, empty);
  return true;
}

void GroupCore::close() {
  Visits visits;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  drained_owed_ = false;
  while (!members_.empty()) leave(*members_.begin()->second, visits);
}

SendResult GroupCore::send(std::string_view message) {
  Visits visits;
  const std::lock_guard lock(mutex_);
  if (members_.empty() || !encode_for_all(message)) {
    ++stats_.rejected;
    return SendResult::rejected;
  }
  for (const auto& lane : lanes_) append_to(*lane, visits);
  ++stats_.sent;
  if (!under_pressure()) return SendResult::queued;
  ++stats_.pressured;
  drained_owed_ = true;
  return SendResult::pressured;
}

std::size_t GroupCore::size() const {
  const std::lock_guard lock(mutex_);
  return members_.size();
}

GroupStats GroupCore::stats() const {
  const std::lock_guard lock(mutex_);
  GroupStats stats = stats_;
  stats.members = members_.size();
  return stats;
}

// --- with the lock ---------------------------------------------------------------------------

GroupCore::Part& GroupCore::part_for(const SessionState& state) {
  auto lane = std::find_if(lanes_.begin(), lanes_.end(),
                           [&state](const auto& each) { return each->encoder == state.encoder; });
  if (lane == lanes_.end()) {
    lane = lanes_.insert(lanes_.end(), std::make_unique<Lane>(state.encoder));
  }
  PartPtr& part = (*lane)->parts[state.mailbox.get()];
  if (part == nullptr) part = std::make_shared<Part>(shared_from_this(), **lane, state.mailbox);
  return *part;
}

/// For every lane that has members, before anything is sent: all get it, or nobody.
bool GroupCore::encode_for_all(std::string_view message) {
  for (const auto& lane : lanes_) {
    Buffer& encoded = lane->encoded;
    encoded.clear();
    if (lane->members == 0) continue;
    if (lane->encoder == nullptr) {
      const std::size_t size = message.size();
      encoded.append({reinterpret_cast<const char*>(&size), sizeof size});
      encoded.append(message);
      continue;
    }
    ++stats_.encoded;
    if (!lane->encoder->encode(message, encoded).ok()) return false;
  }
  return true;
}

void GroupCore::append_to(Lane& lane, Visits& visits) {
  if (lane.members == 0 || lane.encoded.empty()) return;
  const BroadcastLog::Cursor begin = lane.log.append(lane.encoded.view());
  if (lane.encoded.capacity() > encoded_to_keep) lane.encoded.release();
  const std::uint64_t position = lane.log.position();
  for (const auto& [mailbox, part] : lane.parts) {
    if (part->cursor.at_end()) part->cursor = begin;
    if (position - part->handed > limits_.max_behind) {
      // What waits for this loop is let go; the visit ends those who should have got it.
      if (part->missed_from == part->missed_until) part->missed_from = part->handed;
      part->missed_until = part->handed = position;
      part->cursor = {};
    }
    visits.want(*part);
  }
}

void GroupCore::leave(Member& member, Visits& visits) {
  forget(member);
  Part& part = *member.part;
  member.leaving = true;
  member.leave_place = part.inbox.size();
  visits.want(part);
  part.inbox.push_back({nullptr, &member, part.lane.log.position()});
}

void GroupCore::forget(const Member& member) {
  const auto found = members_.find(member.session.state());
  if (found == members_.end() || found->second != &member) return;
  members_.erase(found);
  --member.part->lane.members;
}

/// The caller keeps the part alive until it has let go of the lock.
void GroupCore::drop_if_unused(Part& part) {
  if (part.visit_posted || !part.inbox.empty() || !part.members.empty()) return;
  Lane& lane = part.lane;
  lane.parts.erase(part.mailbox.get());
  if (!lane.parts.empty()) return;
  std::erase_if(lanes_, [&lane](const auto& each) { return each.get() == &lane; });
}

bool GroupCore::under_pressure() const {
  if (slow_ > members_.size() / 2) return true;
  for (const auto& lane : lanes_) {
    for (const auto& [mailbox, part] : lane->parts) {
      if (lane->log.position() - part->handed >= limits_.high_watermark) return true;
    }
  }
  return false;
}

bool GroupCore::take_drained() {
  if (!drained_owed_ || under_pressure()) return false;
  drained_owed_ = false;
  return true;
}

// --- without it ------------------------------------------------------------------------------

void GroupCore::tell(bool drained, bool empty) {
  if (!drained && !empty) return;
  const auto owner = owner_.lock();
  if (owner == nullptr) return;
  if (drained) owner->on_group_drained(*this);
  if (empty) owner->on_group_empty(*this);
}

}  // namespace weir
