// BusLoop: the loop of a bus, the caller's or its own with a thread that begins when it is asked
// for. Layer: bus, private. Owned by its bus.
#pragma once

#include <memory>
#include <utility>

#include "service/loop_thread.hpp"
#include "weir/bus/options.hpp"
#include "weir/io/backend.hpp"
#include "weir/io/event_loop.hpp"

namespace weir {

class BusLoop {
 public:
  [[nodiscard]] static Result<std::unique_ptr<BusLoop>> make(const BusOptions& options) {
    if (options.loop != nullptr) {
      return std::unique_ptr<BusLoop>(new BusLoop(*options.loop, nullptr));
    }
    auto own = make_loop(options.backend);
    if (!own.ok()) return own.error();
    EventLoop& loop = *own.value();
    return std::unique_ptr<BusLoop>(new BusLoop(loop, own.take()));
  }
  BusLoop(const BusLoop&) = delete;
  BusLoop& operator=(const BusLoop&) = delete;
  /// Its thread has ended when it returns; not so on that thread.
  ~BusLoop() {
    if (own_ != nullptr && thread_.started() && !finished_) finish({});
  }
  /// Of an own loop that runs: its thread does `last` and then ends, which is waited for; not so on
  /// that thread.
  void finish(Task last) {
    finished_ = true;
    // Stopped by a task of its own: what `last` posts comes before.
    own_->post([loop = own_.get(), last = std::move(last)]() mutable {
      if (last) last();
      loop->post([loop] { loop->stop(); });
    });
    thread_.join();
  }

  [[nodiscard]] EventLoop& loop() { return loop_; }
  [[nodiscard]] LoopHandle handle() const { return LoopHandle(loop_); }
  /// May what belongs to the loop be touched on this thread, now?
  [[nodiscard]] bool here() const {
    if (own_ != nullptr) return !thread_.started() || thread_.here();
    return handle().on_loop_thread();
  }
  [[nodiscard]] bool owned() const { return own_ != nullptr; }
  /// The loop runs from now on. An error when the system has no thread for it.
  Status start() {
    if (own_ == nullptr || thread_.started()) return {};
    return thread_.start([loop = own_] { loop->run(); });
  }

 private:
  BusLoop(EventLoop& loop, std::shared_ptr<EventLoop> own) : own_(std::move(own)), loop_(loop) {}

  std::shared_ptr<EventLoop> own_;  // its thread holds it as well; nullptr: the caller's
  EventLoop& loop_;
  LoopThread thread_;
  bool finished_ = false;
};

}  // namespace weir
