#include "weir/session/flight_recorder.hpp"

#include <algorithm>

namespace weir {

void FlightRecorder::enter(std::uint64_t frames) {
  frames_before_ = frames;
  began_ = monitor_.clock().now();
  outer_ = monitor_.enter(place_, began_);
  entered_ = monitor_.entered();
}

void FlightRecorder::leave(const Left& left) {
  monitor_.leave(outer_);
  const std::uint64_t took = TickClock::between(began_, monitor_.clock().now());
  const std::uint64_t handled = left.frames - frames_before_;
  bytes_in_ += left.bytes_in;
  if (handled == 0) return;
  frames_ += handled;
  add({{.at = left.now, .frames = handled, .bytes_in = left.bytes_in, .bytes_out = left.bytes_out},
       took});
  if (monitor_.entered() != entered_) return;  // a router counted it
  place_.begun.add(handled);
  if (left.went_out == 0) return place_.end(took / handled, left.failed, handled);
  if (out_ == 0) out_since_ = began_;
  out_ += left.went_out;
}

void FlightRecorder::answered() {
  if (out_ == 0) return;
  --out_;
  place_.end(TickClock::between(out_since_, monitor_.clock().now()), false);
}

void FlightRecorder::describe(TimePoint now, ConnectionInfo& info) const {
  info.service = place_.name;
  info.age = now - since_;
  info.bytes_in += bytes_in_;
  info.frames = frames_;
  const std::uint64_t kept = std::min<std::uint64_t>(next_, size);
  for (std::uint64_t i = next_ - kept; i != next_; ++i) {
    const Record& record = records_[i % size];
    info.recent.push_back(record.frame);
    info.recent.back().took = monitor_.to_time(record.ticks);
  }
}

}  // namespace weir
