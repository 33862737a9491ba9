#include "weir/session/group.hpp"

#include <utility>

#include "session/drained_hook.hpp"
#include "session/group_core.hpp"

namespace weir {

class Group::Owner final : public GroupOwner {
 public:
  explicit Owner(UniqueFunction<void()> on_drained) : hook_(without_name(std::move(on_drained))) {}

  void on_group_drained(GroupCore&) override { hook_.call({}); }
  void on_group_empty(GroupCore&) override {}
  void close() { hook_.close(); }

 private:
  static DrainedHook::Function without_name(UniqueFunction<void()> function) {
    if (!function) return {};
    return [function = std::move(function)](std::string_view) mutable { function(); };
  }

  DrainedHook hook_;
};

Group::Group(GroupOptions options)
    : owner_(std::make_shared<Owner>(std::move(options.on_drained))),
      core_(std::make_shared<GroupCore>(
          GroupLimits{options.members, options.max_behind, options.high_watermark}, std::string(),
          owner_)) {}

Group::~Group() {
  core_->close();
  owner_->close();
}

AddResult Group::add(const Session& session) {
  GroupCore::Visits visits;
  return core_->add(session, visits);
}

bool Group::remove(const Session& session) { return core_->remove(session); }

std::size_t Group::size() const { return core_->size(); }

SendResult Group::send(std::string_view message) { return core_->send(message); }

GroupStats Group::stats() const { return core_->stats(); }

}  // namespace weir
