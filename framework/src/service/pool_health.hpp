// PoolHealth: which member of a pool gets the next call, and which are out. Layer: service,
// private. Knows no client: what it is told of them and what became of their calls is all it goes
// by. Threads: any; shared with the handlers of calls that may outlive the pool.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "weir/core/log.hpp"
#include "weir/service/pool.hpp"

namespace weir {

class PoolHealth {
 public:
  struct Seen {
    std::size_t outstanding = 0;
    ClientState state = ClientState::idle;
  };
  struct Choice {
    std::size_t member = 0;
    bool probe = false;
  };
  enum class Verdict : std::uint8_t { good, bad, none };

  PoolHealth(const Ejection& ejection, std::vector<std::string> names, Log log)
      : ejection_(ejection),
        names_(std::move(names)),
        log_(std::move(log)),
        members_(names_.size()) {}

  /// The member for a call that is made `now`; not one of those `tried`. Nothing when all were.
  [[nodiscard]] std::optional<Choice> choose(TimePoint now, const std::vector<Seen>& seen,
                                             const std::vector<bool>& tried);
  /// This very member, for a health check; nothing while it is out, or is being probed already.
  [[nodiscard]] std::optional<Choice> check(std::size_t member, TimePoint now);
  /// What became of a call that `choice` got.
  void note(Choice choice, Verdict verdict, TimePoint now);

  [[nodiscard]] Health health(std::size_t member) const;
  [[nodiscard]] std::uint64_t ejections(std::size_t member) const;

 private:
  struct Member {
    Health health = Health::healthy;
    bool probe_out = false;
    std::size_t failures = 0;  // in a row
    std::size_t in_a_row = 0;  // ejections since it was healthy
    std::uint64_t ejections = 0;
    TimePoint until{};
  };
  [[nodiscard]] bool may_eject() const;
  void eject(std::size_t member, TimePoint now);

  const Ejection ejection_;
  const std::vector<std::string> names_;
  const Log log_;
  mutable std::mutex mutex_;
  std::vector<Member> members_;
  std::size_t turn_ = 0;  // where the search begins, so that equal ones take turns
};

}  // namespace weir
