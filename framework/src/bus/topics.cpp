#include "bus/topics.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace weir {

class Topics::Member final : public BusMembership {
 public:
  Member(std::shared_ptr<Topics> topics, std::string topic, std::shared_ptr<Subscriber> subscriber)
      : topics_(std::move(topics)), topic_(std::move(topic)), subscriber_(std::move(subscriber)) {}
  void leave() override {
    topics_->remove(topic_, *subscriber_);
    subscriber_->leave();
  }

 private:
  const std::shared_ptr<Topics> topics_;
  const std::string topic_;
  const std::shared_ptr<Subscriber> subscriber_;
};

Result<Subscription> Topics::add(std::string_view topic, std::shared_ptr<Subscriber> subscriber) {
  if (!fits(topic, {})) {
    return Error{"topic of " + std::to_string(topic.size()) + " bytes, the limit is " +
                     std::to_string(limits_.topic),
                 EINVAL};
  }
  auto member = std::make_shared<Member>(shared_from_this(), std::string(topic), subscriber);
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    auto found = topics_.find(topic);
    if (found == topics_.end()) {
      if (topics_.size() >= limits_.topics) {
        return Error{"a topic more than the limit of " + std::to_string(limits_.topics), ENOBUFS};
      }
      found = topics_.try_emplace(std::string(topic)).first;
      first = true;
    }
    found->second.push_back(std::move(subscriber));
  }
  if (first) tell_changed(std::string(topic));
  return Subscription(std::move(member));
}

void Topics::remove(const std::string& topic, const Subscriber& subscriber) {
  std::shared_ptr<Subscriber> removed;  // destroyed without the lock: a callback owns what it likes
  bool last = false;
  {
    const std::lock_guard lock(mutex_);
    const auto found = topics_.find(topic);
    auto& members = found->second;
    const auto it = std::find_if(members.begin(), members.end(),
                                 [&](const auto& each) { return each.get() == &subscriber; });
    removed = std::move(*it);
    members.erase(it);
    if (members.empty()) {
      topics_.erase(found);
      last = true;
    }
  }
  if (last) tell_changed(topic);
}

void Topics::deliver(std::string_view topic, const SharedText& message, std::uint64_t lost) {
  const std::lock_guard lock(mutex_);
  const auto found = topics_.find(topic);
  if (found == topics_.end()) return;
  for (const auto& each : found->second) {
    overflowed_ += each->push(message, lost);
    if (message != nullptr) ++delivered_;
  }
}

bool Topics::has(std::string_view topic) const {
  const std::lock_guard lock(mutex_);
  return topics_.contains(topic);
}

std::vector<std::string> Topics::names() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  names.reserve(topics_.size());
  for (const auto& [name, members] : topics_) names.push_back(name);
  return names;
}

void Topics::count(BusStats& stats) const {
  const std::lock_guard lock(mutex_);
  stats.delivered = delivered_;
  stats.overflowed = overflowed_;
  stats.topics = topics_.size();
}

void Topics::close() {
  const std::lock_guard lock(telling_);
  changed_ = {};
}

void Topics::tell_changed(const std::string& topic) {
  const std::lock_guard lock(telling_);
  if (changed_) changed_(topic);
}

}  // namespace weir
