// The bytes that every connection sends, over and over: made once, shared by all connections and
// threads, so that sending is a pointer into it.
//
//   | m0 | m1 | m2 | ... | m(period-1) | m0 | m1 | ... | m(depth-1) |
//     ^ a connection begins at some message and goes round
//                                      ^ repeated, so that all that is in flight is one span
//
// What comes back may be kept the same way, as a script of answers: then checking is one memcmp.
// The period is longer than what is in flight: where messages differ, a lost, doubled or swapped
// reply cannot pass.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace weir::bench {

class Script {
 public:
  // At most `depth` messages of it are in flight at once. `bytes` is a guess of its whole size,
  // see bytes_for().
  explicit Script(unsigned depth, std::size_t bytes = 0);

  // Messages that a period must have at least.
  static std::size_t shortest_period(unsigned depth);
  // What a script of `messages` messages of `size` bytes takes.
  static std::size_t bytes_for(std::size_t messages, unsigned depth, std::size_t size);

  // Building: a message, in one piece or several, then its end; and after the last the repetition.
  void add(std::string_view piece);
  void end_message();
  void repeat();

  std::size_t period() const { return period_; }  // in messages

  // Messages `first` to `first + count` as bytes; first < period(), count <= depth.
  std::size_t bytes_of(std::size_t first, std::size_t count) const {
    return starts_[first + count] - starts_[first];
  }
  // Where message `message` begins; at least depth messages may be read from there.
  std::size_t start_of(std::size_t message) const { return starts_[message]; }
  const char* at(std::size_t position) const { return bytes_.data() + position; }

  // What follows `bytes` bytes behind `position`.
  std::size_t advance(std::size_t position, std::size_t bytes) const {
    const auto end = position + bytes;
    return end < starts_[period_] ? end : end - starts_[period_];
  }
  // `count` is at most period().
  std::size_t message_after(std::size_t message, std::size_t count) const {
    const auto next = message + count;
    return next < period_ ? next : next - period_;
  }

 private:
  unsigned depth_;
  std::size_t period_ = 0;
  std::vector<char> bytes_;
  std::vector<std::size_t> starts_{0};  // of each message, and of what would follow the last
};

}  // namespace weir::bench
