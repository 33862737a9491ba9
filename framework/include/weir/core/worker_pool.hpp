// WorkerPool: threads for what blocks, so that no loop does. Layer: core.
// A program makes one, beside its servers and before them, so that it is destroyed after them.
//
//   submit() --> [ task task task ]  --> a thread runs it
//                 at most queue_limit     one of `threads`
//
// Full is an answer: more than queue_limit tasks never wait, and who submits is told.
//
// Threads: submit() and stats() from any. The destructor not from one of its own tasks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "weir/core/task.hpp"

namespace weir {

class WorkerPool {
 public:
  struct Stats {
    std::size_t running = 0;  // tasks that a thread runs now
    std::size_t queued = 0;   // tasks that wait for one
    std::uint64_t done = 0;   // tasks that have ended, those that threw included
    std::uint64_t threw = 0;
    std::uint64_t rejected = 0;  // tasks that found the queue full
  };

  /// `threads` at least 1. Throws std::invalid_argument for none, and std::system_error when the
  /// system has no thread for it.
  explicit WorkerPool(std::size_t threads, std::size_t queue_limit = 1024);
  /// Waits for what runs, and drops what waits: a request that it was for gets an error.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// False when the queue is full: the task is dropped in this call. What a task throws is counted
  /// and goes no further.
  bool submit(Task task);
  [[nodiscard]] Stats stats() const;

 private:
  struct Shared;
  std::unique_ptr<Shared> shared_;
};

}  // namespace weir
