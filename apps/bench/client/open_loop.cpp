#include "client/open_loop.hpp"

#include <cmath>

namespace weir::bench {

OpenLoop::OpenLoop(double rate, unsigned connections, std::size_t max_backlog, unsigned seed)
    : random_(seed),
      gap_(rate / 1e9),
      connection_(0, connections - 1),
      max_backlog_(max_backlog),
      heads_(connections, none),
      tails_(connections, none) {}

void OpenLoop::start(std::uint64_t now) {
  origin_ = now;
  draw_gap();
}

std::optional<unsigned> OpenLoop::arrive(std::uint64_t now) {
  const auto due = next_due();
  if (due > now) return std::nullopt;
  const auto connection = connection_(random_);
  draw_gap();
  ++offered_;
  if (backlog_ < max_backlog_) {
    push(connection, due);
  } else {
    ++dropped_;
  }
  return connection;
}

std::uint64_t OpenLoop::take(unsigned connection) {
  const auto index = heads_[connection];
  auto& waiting = pool_[index];
  heads_[connection] = waiting.next;
  waiting.next = free_;
  free_ = index;
  --backlog_;
  return waiting.due;
}

void OpenLoop::give_up(std::uint64_t now, Recorder& recorder) {
  for (unsigned connection = 0; connection < heads_.size(); ++connection) {
    while (has_backlog(connection)) recorder.record(take(connection), now, 1);
  }
}

void OpenLoop::draw_gap() { since_origin_ += gap_(random_); }

void OpenLoop::push(unsigned connection, std::uint64_t due) {
  auto index = free_;
  if (index == none) {
    index = static_cast<Index>(pool_.size());
    pool_.push_back({.due = due, .next = none});
  } else {
    free_ = pool_[index].next;
    pool_[index] = {.due = due, .next = none};
  }
  if (has_backlog(connection)) {
    pool_[tails_[connection]].next = index;
  } else {
    heads_[connection] = index;
  }
  tails_[connection] = index;
  ++backlog_;
}

bool kept_up(double offered, double waiting_at_begin, double waiting_at_end) {
  const double by_chance = 3 * std::sqrt(waiting_at_begin + 1);
  return waiting_at_end - waiting_at_begin <= 0.02 * offered + by_chance;
}

}  // namespace weir::bench
