// Which latencies count: the rule of the measurement's window.
//
//                        window
//              begin()            end()
//                 |                 |
//   closed loop   |  answers that come here   a message is started when another was answered, so
//                 |                 |         what waits at the end is no more than what always
//                 does
//   open loop     |  messages that are due    those still without an answer count too: in full when
//                 |  here           |         it comes while the load drains, or with what they had
//                 |                 |         waited by the end. Leaving them out would leave out
//                 |                 |         the slowest
#pragma once

#include <cstdint>
#include <limits>

#include "client/histogram.hpp"

namespace weir::bench {

class Recorder {
 public:
  enum class Rule { by_answer, by_due_time };

  explicit Recorder(Rule rule) : rule_(rule) {}

  void begin(std::uint64_t now) { begin_ = now; }
  void end(std::uint64_t now) { end_ = now; }

  // `count` messages, due at `since`, were answered at `now`.
  void record(std::uint64_t since, std::uint64_t now, unsigned count) {
    const auto counted = rule_ == Rule::by_answer ? now : since;
    if (counted >= begin_ && counted < end_) latency_.record(now > since ? now - since : 0, count);
  }

  const Histogram& latency() const { return latency_; }

 private:
  static constexpr auto never = std::numeric_limits<std::uint64_t>::max();

  Rule rule_;
  std::uint64_t begin_ = never;
  std::uint64_t end_ = never;
  Histogram latency_;
};

}  // namespace weir::bench
