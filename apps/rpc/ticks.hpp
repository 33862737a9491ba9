// Ticks: notifications "tick" to one session, at an interval that it asked for.
#pragma once

#include <cstdint>

#include "weir/io/event_loop.hpp"
#include "weir/io/timer_queue.hpp"
#include "weir/session/session.hpp"

namespace weir::rpc {

/// A session's own; on its loop's thread. Stops with the session.
class Ticks final : private Timer {
 public:
  explicit Ticks(const Session& session) : session_(session) {}
  ~Ticks() override = default;

  /// Beginning at 1, again when it was running.
  void start(EventLoop& loop, Duration interval);
  /// False when it was not running.
  bool stop();

 private:
  void on_timer() override;

  Session session_;
  EventLoop* loop_ = nullptr;
  Duration interval_{};
  std::uint64_t count_ = 0;
};

}  // namespace weir::rpc
