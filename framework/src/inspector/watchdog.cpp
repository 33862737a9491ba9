#include "inspector/watchdog.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"

namespace weir::inspect {

namespace {

constexpr std::size_t most_of_name = 100;

std::string milliseconds(Duration time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count()) +
         " ms";
}

std::string named(const std::string& place) {
  return "route '" + text::printable(place, most_of_name) + "'";
}

}  // namespace

std::vector<std::string> Watchdog::look(TimePoint now, std::uint64_t loop,
                                        const LoopMonitor::Present& present, Duration unanswered) {
  std::vector<std::string> lines;
  const auto found = held_.find(loop);
  if (found != held_.end()) {
    Stall& stall = found->second.stall;
    const bool goes_on = stall.place.empty()
                             ? unanswered >= limit_ && present.place == nullptr
                             : present.place != nullptr && present.move == found->second.move;
    stall.lasted = now - stall.began;
    stall.over = !goes_on;
    show(stall);
    if (goes_on) return lines;
    const std::string who = stall.place.empty() ? "what no route is for" : named(stall.place);
    if (found->second.told) {
      lines.push_back("loop " + std::to_string(loop) + " goes on: " + who + " held it for " +
                      milliseconds(stall.lasted));
    }
    held_.erase(found);
  }
  std::string line;
  if (present.place != nullptr && present.held > limit_) {
    const Stall stall{loop, present.place->name, now - present.held, present.held, false};
    line = begin(now, {present.move, stall});
  } else if (present.place == nullptr && unanswered > limit_) {
    line = begin(now, {0, {loop, {}, now - unanswered, unanswered, false}});
  }
  if (!line.empty()) lines.push_back(std::move(line));
  return lines;
}

bool Watchdog::may_tell(TimePoint now) {
  if (now - window_began_ >= window) {
    window_began_ = now;
    told_in_window_ = 0;
  }
  if (told_in_window_ == most_told) {
    ++untold_;
    return false;
  }
  ++told_in_window_;
  return true;
}

std::string Watchdog::begin(TimePoint now, Held held) {
  const Stall& stall = held.stall;
  std::string line;
  held.told = may_tell(now);
  if (held.told) {
    line = "loop " + std::to_string(stall.loop) + " is stalled: ";
    if (stall.place.empty()) {
      line += "no answer for " + milliseconds(stall.lasted) +
              ", and it is in no route (a timer, a posted task or a coroutine that went on)";
    } else {
      line += named(stall.place) + " has held it for " + milliseconds(stall.lasted);
    }
    if (untold_ != 0) line += " (and " + std::to_string(untold_) + " more stalls before)";
    untold_ = 0;
  }
  ++count_;
  stalls_.push_back(stall);
  if (stalls_.size() > most_kept) stalls_.pop_front();
  held_.emplace(stall.loop, held);
  return line;
}

/// Where it is still kept.
void Watchdog::show(const Stall& stall) {
  const auto same = std::find_if(stalls_.rbegin(), stalls_.rend(), [&](const Stall& kept) {
    return kept.loop == stall.loop && kept.began == stall.began;
  });
  if (same != stalls_.rend()) *same = stall;
}

void Watchdog::keep_only(const std::vector<std::uint64_t>& loops) {
  std::erase_if(held_, [&](const auto& each) {
    return !std::binary_search(loops.begin(), loops.end(), each.first);
  });
}

}  // namespace weir::inspect
