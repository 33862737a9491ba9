// PublishLog: the last messages that a bus published, in order, until they are too many.
// Layer: bus, private. Owned by its bus, which locks it.
//
//     entries_  [m1 m2 m3 | m4 m5 | m6 m7 ...]     each topic knows which are its own
//               confirmed   in      waiting
//               by Redis    flight
//
// The oldest go first, whatever they are: confirmed ones were of use only to those that ask for
// them again. One that goes while it waits is displaced: no other process gets it.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bus/bus_wire.hpp"
#include "bus/topics.hpp"
#include "weir/core/time.hpp"

namespace weir {

class PublishLog {
 public:
  /// A message in the log: `number` counts all of them, the packet is without its sender. Views
  /// into `topic` and `text`.
  struct Sending {
    std::uint64_t number = 0;
    std::string topic;
    SharedText text;
    BusPacket packet;
  };

  explicit PublishLog(const BusLimits& limits) : limits_(limits) {}

  /// Answers whether a message was displaced for it.
  bool append(std::string_view topic, SharedText text, TimePoint now);
  /// The first one that waits; it is in flight now.
  [[nodiscard]] std::optional<Sending> take();
  /// Redis has taken the first one in flight, which is `number`.
  void confirm(std::uint64_t number);
  /// The connection ended: what was in flight waits again.
  void take_back();

  /// The standings of all topics with messages in the log, as Redis has confirmed them.
  [[nodiscard]] std::vector<Sending> standings() const;
  /// The standing in `topic` for one who has been subscribed `since`; nothing where nothing was
  /// published.
  [[nodiscard]] std::optional<Sending> standing(std::string_view topic, TimePoint since) const;
  /// The messages of `topic` that were sent, from `first` to `last`, at most `most` of them and
  /// `bytes` but for the first.
  [[nodiscard]] std::vector<Sending> again(std::string_view topic, std::uint64_t first,
                                           std::uint64_t last, std::size_t most,
                                           std::size_t bytes) const;

  [[nodiscard]] std::uint64_t displaced() const { return displaced_; }
  [[nodiscard]] std::uint64_t confirmed() const { return confirmed_; }
  /// Messages that are not confirmed.
  [[nodiscard]] std::size_t kept() const;
  [[nodiscard]] bool waits() const { return next_ < end(); }

 private:
  struct Topic {
    std::string name;
    std::uint64_t run = 0;
    TimePoint began{};                    // published in first
    std::uint64_t last = 0;               // sequences: published,
    std::uint64_t sent = 0;               //   in flight or confirmed,
    std::uint64_t confirmed = 0;          //   confirmed
    std::deque<std::uint64_t> numbers{};  // of its entries: the last ones, up to `last`
  };
  using TopicPlace = std::list<Topic>::iterator;
  struct Entry {
    TopicPlace topic;
    std::uint64_t sequence = 0;
    SharedText text;
    TimePoint when{};
  };

  [[nodiscard]] std::uint64_t end() const { return front_ + entries_.size(); }
  [[nodiscard]] const Entry& entry(std::uint64_t number) const {
    return entries_[static_cast<std::size_t>(number - front_)];
  }
  [[nodiscard]] Sending sending(std::uint64_t number) const;
  [[nodiscard]] static Sending standing_of(const Topic& topic, std::uint64_t last,
                                           std::uint64_t base);
  Topic& topic_of(std::string_view name, TimePoint now);
  bool drop_oldest();

  const BusLimits& limits_;
  std::deque<Entry> entries_;
  std::uint64_t front_ = 0;  // the number of entries_.front()
  std::uint64_t next_ = 0;   // the first that waits
  std::deque<std::uint64_t> in_flight_;
  std::size_t bytes_ = 0;
  std::list<Topic> topics_;  // published in last at the front
  ByText<TopicPlace> by_name_;
  std::uint64_t runs_ = 0;
  std::uint64_t displaced_ = 0;
  std::uint64_t confirmed_ = 0;
};

}  // namespace weir
