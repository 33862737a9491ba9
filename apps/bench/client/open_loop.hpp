// When messages are due, whatever the server does: the fixed rate of one thread's connections.
//
//   arrivals   Poisson: gaps are exponential, and each message belongs to a connection drawn by
//              chance. That is what many clients look like who know nothing of each other, and each
//              connection alone is Poisson too. Even gaps would be the kindest load of that rate:
//              no two messages would ever meet.
//   backlog    messages that are due, on connections whose depth is full, oldest first:
//
//     heads_[connection] -> | due | -> | due | -> | due | <- tails_[connection]
//                             nodes of one pool of at most max_backlog; free ones are linked too
//
// Knows no clock and no socket: the time is an argument. Pseudo-random, the same in every run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "client/recorder.hpp"

namespace weir::bench {

class OpenLoop {
 public:
  // `rate`: messages a second over all `connections`, which are numbered from 0.
  OpenLoop(double rate, unsigned connections, std::size_t max_backlog, unsigned seed);

  // The arrivals begin at `now`.
  void start(std::uint64_t now);

  // When the next message is due.
  std::uint64_t next_due() const { return origin_ + static_cast<std::uint64_t>(since_origin_); }

  // Moves the next message to the backlog of its connection, and answers which that is; nothing
  // when none is due at `now`. Past max_backlog a message is dropped: it was offered and never
  // sent.
  std::optional<unsigned> arrive(std::uint64_t now);

  bool has_backlog(unsigned connection) const { return heads_[connection] != none; }
  // Takes the oldest message that waits for `connection`, and answers when it was due.
  std::uint64_t take(unsigned connection);

  // Empties the backlog: each message counts with what it has waited by `now`.
  void give_up(std::uint64_t now, Recorder& recorder);

  std::uint64_t offered() const { return offered_; }  // messages that came due, dropped ones too
  std::uint64_t dropped() const { return dropped_; }
  std::size_t backlog() const { return backlog_; }

 private:
  using Index = std::uint32_t;
  static constexpr Index none = 0xffffffff;
  struct Waiting {
    std::uint64_t due;
    Index next;
  };

  void draw_gap();
  void push(unsigned connection, std::uint64_t due);

  std::mt19937_64 random_;
  std::exponential_distribution<double> gap_;  // in ns
  std::uniform_int_distribution<unsigned> connection_;
  std::uint64_t origin_ = 0;
  double since_origin_ = 0;  // ns, until the next message is due
  std::size_t max_backlog_;
  std::vector<Index> heads_;
  std::vector<Index> tails_;
  std::vector<Waiting> pool_;
  Index free_ = none;
  std::size_t backlog_ = 0;
  std::uint64_t offered_ = 0;
  std::uint64_t dropped_ = 0;
};

// Whether as many messages were answered in a window as came due: what waited for an answer, sent
// or not, may have grown by 2% of what was offered, and by what chance explains of how many are on
// the way at a moment. What was dropped waits at the end. Without a warm-up nothing waits at the
// begin, so that an answer has to take less than 2% of the window.
bool kept_up(double offered, double waiting_at_begin, double waiting_at_end);

}  // namespace weir::bench
