// Topics: the subscribers of one process by topic, and what is given to them. Layer: bus, private.
// Held by its bus and by every Subscription, which may outlive it.
//
// Threads: everything from any.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bus/subscriber.hpp"

namespace weir {

/// For looking a std::string up by a view.
struct TextHash {
  using is_transparent = void;  // NOLINT(readability-identifier-naming): the library's name
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};
template <class T>
using ByText = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

class Topics final : public std::enable_shared_from_this<Topics> {
 public:
  /// `changed` is told that a topic got its first subscriber or lost its last one: from any thread,
  /// and without a lock. May be empty.
  Topics(const BusLimits& limits, UniqueFunction<void(const std::string& topic)> changed)
      : limits_(limits), changed_(std::move(changed)) {}

  Result<Subscription> add(std::string_view topic, std::shared_ptr<Subscriber> subscriber);
  /// Whether a topic and a message are within the limits.
  [[nodiscard]] bool fits(std::string_view topic, std::string_view message) const {
    return !topic.empty() && topic.size() <= limits_.topic && message.size() <= limits_.message;
  }
  /// Gives `message`, or a loss, to the subscribers of `topic`.
  void deliver(std::string_view topic, const SharedText& message, std::uint64_t lost = 0);
  /// Does `topic` have a subscriber?
  [[nodiscard]] bool has(std::string_view topic) const;
  [[nodiscard]] std::vector<std::string> names() const;
  /// Fills in what it counts.
  void count(BusStats& stats) const;
  /// The bus is being destroyed: nobody is told of changes any more.
  void close();

 private:
  class Member;
  void remove(const std::string& topic, const Subscriber& subscriber);
  void tell_changed(const std::string& topic);

  const BusLimits limits_;
  mutable std::mutex mutex_;
  ByText<std::vector<std::shared_ptr<Subscriber>>> topics_;
  std::uint64_t delivered_ = 0;
  std::uint64_t overflowed_ = 0;

  std::mutex telling_;  // of changed_
  UniqueFunction<void(const std::string&)> changed_;
};

}  // namespace weir
