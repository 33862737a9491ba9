#include "bus/publish_log.hpp"

#include <algorithm>
#include <utility>

namespace weir {

bool PublishLog::append(std::string_view topic, SharedText text, TimePoint now) {
  Topic& its = topic_of(topic, now);
  bytes_ += text->size();
  its.numbers.push_back(end());
  entries_.push_back({topics_.begin(), ++its.last, std::move(text), now});
  bool displaced = false;
  while (entries_.size() > limits_.kept_messages ||
         (bytes_ > limits_.kept_bytes && entries_.size() > 1)) {
    displaced = drop_oldest() || displaced;
  }
  return displaced;
}

/// Its place is then the front of topics_.
PublishLog::Topic& PublishLog::topic_of(std::string_view name, TimePoint now) {
  if (const auto found = by_name_.find(name); found != by_name_.end()) {
    topics_.splice(topics_.begin(), topics_, found->second);
    return topics_.front();
  }
  // One that is forgotten begins a new run when it comes again, so no sequence comes twice.
  while (topics_.size() >= limits_.topics && topics_.back().numbers.empty()) {
    by_name_.erase(topics_.back().name);
    topics_.pop_back();
  }
  topics_.push_front({.name = std::string(name), .run = ++runs_, .began = now});
  by_name_.emplace(topics_.front().name, topics_.begin());
  return topics_.front();
}

/// Answers whether it waited.
bool PublishLog::drop_oldest() {
  const Entry& oldest = entries_.front();
  oldest.topic->numbers.pop_front();
  bytes_ -= oldest.text->size();
  entries_.pop_front();
  ++front_;
  if (next_ >= front_) return false;
  next_ = front_;
  ++displaced_;
  return true;
}

std::optional<PublishLog::Sending> PublishLog::take() {
  if (!waits()) return std::nullopt;
  Sending taken = sending(next_);
  entry(next_).topic->sent = taken.packet.sequence;
  in_flight_.push_back(next_++);
  return taken;
}

void PublishLog::confirm(std::uint64_t number) {
  if (in_flight_.empty() || in_flight_.front() != number) return;
  in_flight_.pop_front();
  ++confirmed_;
  if (number < front_) return;  // too many came after it
  const Entry& its = entry(number);
  its.topic->confirmed = its.sequence;
}

void PublishLog::take_back() {
  for (const std::uint64_t number : std::exchange(in_flight_, {})) {
    if (number < front_) {
      ++displaced_;
      continue;
    }
    Topic& topic = *entry(number).topic;
    topic.sent = topic.confirmed;
    next_ = std::min(next_, number);
  }
}

std::size_t PublishLog::kept() const {
  return in_flight_.size() + static_cast<std::size_t>(end() - next_);
}

std::vector<PublishLog::Sending> PublishLog::standings() const {
  std::vector<Sending> all;
  for (const Topic& topic : topics_) {
    if (!topic.numbers.empty()) all.push_back(standing_of(topic, topic.confirmed, topic.confirmed));
  }
  return all;
}

std::optional<PublishLog::Sending> PublishLog::standing(std::string_view topic,
                                                        TimePoint since) const {
  const auto found = by_name_.find(topic);
  if (found == by_name_.end()) return std::nullopt;
  const Topic& its = *found->second;
  if (its.began > since) return standing_of(its, its.sent, 0);
  const auto later_one =
      std::partition_point(its.numbers.begin(), its.numbers.end(),
                           [&](std::uint64_t number) { return entry(number).when <= since; });
  const std::uint64_t base =
      later_one == its.numbers.end() ? its.last : entry(*later_one).sequence - 1;
  return standing_of(its, its.sent, std::min(base, its.sent));
}

std::vector<PublishLog::Sending> PublishLog::again(std::string_view topic, std::uint64_t first,
                                                   std::uint64_t last, std::size_t most,
                                                   std::size_t bytes) const {
  std::vector<Sending> messages;
  const auto found = by_name_.find(topic);
  if (found == by_name_.end() || found->second->numbers.empty()) return messages;
  const Topic& its = *found->second;
  const std::uint64_t kept = its.last - its.numbers.size() + 1;  // the first of them
  last = std::min(last, its.sent);
  for (std::uint64_t each = std::max(first, kept); each <= last && messages.size() < most; ++each) {
    messages.push_back(sending(its.numbers[static_cast<std::size_t>(each - kept)]));
    const std::size_t size = messages.back().text->size();
    if (size >= bytes) break;
    bytes -= size;
  }
  return messages;
}

PublishLog::Sending PublishLog::sending(std::uint64_t number) const {
  const Entry& its = entry(number);
  Sending sending{.number = number, .topic = its.topic->name, .text = its.text, .packet = {}};
  sending.packet.run = its.topic->run;
  sending.packet.sequence = its.sequence;
  return sending;
}

PublishLog::Sending PublishLog::standing_of(const Topic& topic, std::uint64_t last,
                                            std::uint64_t base) {
  Sending standing{.number = 0, .topic = topic.name, .text = nullptr, .packet = {}};
  standing.packet.kind = BusPacket::Kind::standing;
  standing.packet.run = topic.run;
  standing.packet.last = last;
  standing.packet.first = topic.last - topic.numbers.size() + 1;
  standing.packet.base = base;
  return standing;
}

}  // namespace weir
