// DrainedHook: a user's on_drained, called by loops while its owner may go. Layer: session,
// private.
#pragma once

#include <mutex>
#include <string_view>
#include <utility>

#include "weir/core/task.hpp"

namespace weir {

class DrainedHook {
 public:
  using Function = UniqueFunction<void(std::string_view)>;

  explicit DrainedHook(Function function) : function_(std::move(function)) {}

  void call(std::string_view name) {
    const std::lock_guard lock(mutex_);
    if (closed_ || !function_) return;
    const bool outer = std::exchange(calling_, true);
    function_(name);
    calling_ = outer;
  }

  /// It is not called any more. Waits for a call on another thread; in its own it stays until the
  /// last of those who know it has gone.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    if (!calling_) function_ = {};
  }

 private:
  std::recursive_mutex mutex_;
  Function function_;
  bool calling_ = false;
  bool closed_ = false;
};

}  // namespace weir
