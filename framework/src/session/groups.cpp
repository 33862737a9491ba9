#include "weir/session/groups.hpp"

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "session/drained_hook.hpp"
#include "session/group_core.hpp"

namespace weir {

/// The names. Its lock comes before that of a group, never after it.
class Groups::Table final : public GroupOwner, public std::enable_shared_from_this<Table> {
 public:
  explicit Table(GroupsOptions options)
      : names_(options.names),
        name_length_(options.name_length),
        limits_{options.members, options.max_behind, options.high_watermark},
        hook_(std::move(options.on_drained)) {}

  AddResult add(std::string_view name, const Session& session) {
    if (name.size() > name_length_) return AddResult::name_too_long;
    GroupCore::Visits visits;  // posted without the lock
    const std::lock_guard lock(mutex_);
    auto found = groups_.find(name);
    if (found == groups_.end()) {
      if (groups_.size() >= names_) return AddResult::names_full;
      auto core = std::make_shared<GroupCore>(limits_, std::string(name), weak_from_this());
      found = groups_.emplace(std::string(name), std::move(core)).first;
    }
    const AddResult result = found->second->add(session, visits);
    if (found->second->size() == 0) groups_.erase(found);
    return result;
  }

  [[nodiscard]] std::shared_ptr<GroupCore> find(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    const auto found = groups_.find(name);
    return found == groups_.end() ? nullptr : found->second;
  }

  [[nodiscard]] std::size_t names() const {
    const std::lock_guard lock(mutex_);
    return groups_.size();
  }

  void close() {
    std::vector<std::shared_ptr<GroupCore>> all;
    {
      const std::lock_guard lock(mutex_);
      for (auto& [name, core] : groups_) all.push_back(std::move(core));
      groups_.clear();
    }
    for (const auto& core : all) core->close();
    hook_.close();
  }

  void on_group_drained(GroupCore& core) override { hook_.call(core.name()); }

  void on_group_empty(GroupCore& core) override {
    std::shared_ptr<GroupCore> gone;  // destroyed without the lock
    const std::lock_guard lock(mutex_);
    const auto found = groups_.find(core.name());
    if (found == groups_.end() || found->second.get() != &core || core.size() != 0) return;
    gone = std::move(found->second);
    groups_.erase(found);
  }

 private:
  const std::size_t names_;
  const std::size_t name_length_;
  const GroupLimits limits_;
  DrainedHook hook_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<GroupCore>, std::less<>> groups_;
};

Groups::Groups(GroupsOptions options) : table_(std::make_shared<Table>(std::move(options))) {}

Groups::~Groups() { table_->close(); }

AddResult Groups::add(std::string_view name, const Session& session) {
  return table_->add(name, session);
}

bool Groups::remove(std::string_view name, const Session& session) {
  const auto core = table_->find(name);
  return core != nullptr && core->remove(session);
}

SendResult Groups::send(std::string_view name, std::string_view message) {
  const auto core = table_->find(name);
  return core == nullptr ? SendResult::rejected : core->send(message);
}

std::size_t Groups::size(std::string_view name) const {
  const auto core = table_->find(name);
  return core == nullptr ? 0 : core->size();
}

std::size_t Groups::names() const { return table_->names(); }

}  // namespace weir
