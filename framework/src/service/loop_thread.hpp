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

}  // namespace weir
