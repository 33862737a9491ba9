// LoopThread: the thread that runs a loop of a client's or a pool's own, begun with the first thing
// that is asked. Layer: service, private.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "weir/core/error.hpp"
#include "weir/core/task.hpp"
#include "weir/io/event_loop.hpp"
#include "weir/io/loop_handle.hpp"

namespace weir {

class LoopThread {
 public:
  /// Runs `body`, which owns what it runs. Once; later calls answer that all is well.
  Status start(Task body) {
    const std::lock_guard lock(mutex_);
    if (started()) return {};
    try {
      thread_ = std::thread([id = id_, run = std::move(body)]() mutable {
        id->store(std::this_thread::get_id());
        run();
      });
    } catch (const std::system_error& error) {
      return system_error("no thread for the client", error.code().value());
    }
    started_.store(true);
    return {};
  }
  [[nodiscard]] bool started() const { return started_.load(); }
  [[nodiscard]] bool here() const { return id_->load() == std::this_thread::get_id(); }

  /// `body` is about to return: waits for that, but not for itself.
  void join() {
    if (here()) return thread_.detach();
    thread_.join();
  }

 private:
  std::mutex mutex_;
  std::thread thread_;
  std::atomic<bool> started_{false};
  std::shared_ptr<std::atomic<std::thread::id>> id_ =
      std::make_shared<std::atomic<std::thread::id>>();
};

// What all clients do with their core, which is alive while its loop is: `thread` runs that loop,
// or is nullptr where the caller does. A Core has loop(), shut_down(), and release(), which is
// called on the loop when nothing of it runs there any more.

/// On the thread of the core's loop.
template <class Core>
[[nodiscard]] bool on_thread_of(Core& core, const LoopThread* thread) {
  return thread != nullptr ? thread->here() : LoopHandle(core.loop()).on_loop_thread();
}

/// Begins the thread where it has not begun.
template <class Core>
Status begin_thread_of(const std::shared_ptr<Core>& core, LoopThread* thread) {
  if (thread == nullptr || thread->started()) return {};
  return thread->start([core] {
    core->loop().run();
    core->release();
  });
}

/// A client's last act.
template <class Core>
void end_core(const std::shared_ptr<Core>& core, LoopThread* thread) {
  if (thread == nullptr) {
    // Not now: the connection may be what calls this.
    if (LoopHandle(core->loop()).on_loop_thread()) core->shut_down();
    core->loop().post([core] {
      core->shut_down();
      core->release();
    });
    return;
  }
  if (!thread->started() || thread->here()) core->shut_down();
  if (!thread->started()) return;
  core->loop().post([core = core.get()] {
    core->shut_down();
    core->loop().stop();
  });
  thread->join();
}

}  // namespace weir
