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
    lines.push_back("loop " + std::to_string(loop) + " goes on: " + who + " held it for " +
                    milliseconds(stall.lasted));
    held_.erase(found);
  }
  if (present.place != nullptr && present.held > limit_) {
    lines.push_back(begin(
        loop,
        {present.move, {loop, present.place->name, now - present.held, present.held, false}}));
  } else if (present.place == nullptr && unanswered > limit_) {
    lines.push_back(begin(loop, {0, {loop, {}, now - unanswered, unanswered, false}}));
  }
  return lines;
}

std::string Watchdog::begin(std::uint64_t loop, Held held) {
  const Stall& stall = held.stall;
  std::string line = "loop " + std::to_string(loop) + " is stalled: ";
  if (stall.place.empty()) {
    line += "no answer for " + milliseconds(stall.lasted) +
            ", and it is in no route (a timer, a posted task or a coroutine that went on)";
  } else {
    line += named(stall.place) + " has held it for " + milliseconds(stall.lasted);
  }
  ++count_;
  stalls_.push_back(stall);
  if (stalls_.size() > most_kept) stalls_.pop_front();
  held_.emplace(loop, std::move(held));
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
