#include "service/pool_health.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace weir {

namespace {

/// The lower the better: a member that can send now is worth more than one that hopes to.
int rank(ClientState state) {
  switch (state) {
    case ClientState::idle:
    case ClientState::connected:
      return 0;
    case ClientState::connecting:
      return 1;
    case ClientState::waiting:
      return 2;
    case ClientState::closed:
      return 3;
  }
  return 3;
}

}  // namespace

std::optional<PoolHealth::Choice> PoolHealth::choose(TimePoint now, const std::vector<Seen>& seen,
                                                     const std::vector<bool>& tried) {
  const std::lock_guard lock(mutex_);
  const std::size_t count = members_.size();
  std::optional<std::size_t> best;
  bool best_out = false;
  const auto worth = [&](std::size_t member, bool out) {
    return std::tuple(out, rank(seen[member].state), seen[member].outstanding);
  };
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t place = (turn_ + i) % count;
    Member& member = members_[place];
    if (tried[place]) continue;
    if (member.health == Health::ejected && member.until <= now) member.health = Health::probing;
    if (member.health == Health::probing && !member.probe_out &&
        seen[place].state != ClientState::closed) {
      member.probe_out = true;
      return Choice{place, true};
    }
    // Those that are out are the last resort.
    const bool out = member.health != Health::healthy;
    if (!best.has_value() || worth(place, out) < worth(*best, best_out)) {
      best = place;
      best_out = out;
    }
  }
  if (!best.has_value()) return std::nullopt;
  turn_ = (*best + 1) % count;
  return Choice{*best, false};
}

std::optional<PoolHealth::Choice> PoolHealth::check(std::size_t place, TimePoint now) {
  const std::lock_guard lock(mutex_);
  Member& member = members_[place];
  if (member.health == Health::ejected && member.until <= now) member.health = Health::probing;
  if (member.health == Health::healthy) return Choice{place, false};
  if (member.health == Health::ejected || member.probe_out) return std::nullopt;
  member.probe_out = true;
  return Choice{place, true};
}

void PoolHealth::note(Choice choice, Verdict verdict, TimePoint now) {
  const std::lock_guard lock(mutex_);
  Member& member = members_[choice.member];
  if (choice.probe) member.probe_out = false;
  if (verdict == Verdict::good) {
    member.failures = 0;
    // What was asked before it was ejected says nothing of now.
    if (choice.probe && member.health == Health::probing) {
      member.health = Health::healthy;
      member.in_a_row = 0;
      log_.write(LogLevel::info, "pool: " + names_[choice.member] + " is back");
    }
  } else if (verdict == Verdict::bad) {
    ++member.failures;
    const bool failed_probe = choice.probe && member.health == Health::probing;
    const bool too_many =
        member.health == Health::healthy && member.failures >= ejection_.failures && may_eject();
    if (failed_probe || too_many) eject(choice.member, now);
  }
}

bool PoolHealth::may_eject() const {
  const auto out = std::count_if(members_.begin(), members_.end(), [](const Member& member) {
    return member.health != Health::healthy;
  });
  const double most = std::floor(static_cast<double>(members_.size()) * ejection_.most_out);
  return static_cast<double>(out) + 1 <= most;
}

void PoolHealth::eject(std::size_t place, TimePoint now) {
  Member& member = members_[place];
  const double grown =
      static_cast<double>(ejection_.first.count()) *
      std::pow(std::max(ejection_.factor, 1.0), static_cast<double>(member.in_a_row));
  const auto most = std::min<Duration>(ejection_.most, std::chrono::hours(24 * 365));
  const auto time = grown < static_cast<double>(most.count())
                        ? Duration(static_cast<Duration::rep>(grown))
                        : most;
  member.health = Health::ejected;
  member.until = later(now, time);
  ++member.in_a_row;
  ++member.ejections;
  log_.write(LogLevel::warning, "pool: " + names_[place] + " is ejected");
}

Health PoolHealth::health(std::size_t member) const {
  const std::lock_guard lock(mutex_);
  return members_[member].health;
}

std::uint64_t PoolHealth::ejections(std::size_t member) const {
  const std::lock_guard lock(mutex_);
  return members_[member].ejections;
}

}  // namespace weir
