#include "weir/core/worker_pool.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace weir {

struct WorkerPool::Shared {
  explicit Shared(std::size_t limit) : queue_limit(limit) {}
  ~Shared() { end(); }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;

  void start(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) threads.emplace_back([this] { work(); });
  }

  void work() {
    std::unique_lock lock(mutex);
    for (;;) {
      wake.wait(lock, [this] { return ending || !tasks.empty(); });
      if (ending) return;
      Task task = std::move(tasks.front());
      tasks.pop_front();
      ++stats.running;
      lock.unlock();
      const bool threw = !ran(task);
      task = {};  // what it owns may take its time, and call submit()
      lock.lock();
      --stats.running;
      ++stats.done;
      if (threw) ++stats.threw;
    }
  }

  static bool ran(Task& task) {
    try {
      task();
      return true;
    } catch (...) {
      return false;
    }
  }

  void end() {
    std::deque<Task> dropped;
    {
      const std::lock_guard lock(mutex);
      ending = true;
      dropped.swap(tasks);
    }
    wake.notify_all();
    dropped.clear();
    for (std::thread& thread : threads) thread.join();
  }

  const std::size_t queue_limit;
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Task> tasks;
  Stats stats;
  bool ending = false;
  std::vector<std::thread> threads;
};

WorkerPool::WorkerPool(std::size_t threads, std::size_t queue_limit)
    : shared_(std::make_unique<Shared>(queue_limit)) {
  if (threads == 0) throw std::invalid_argument("weir: a worker pool needs a thread");
  shared_->start(threads);
}

WorkerPool::~WorkerPool() = default;

bool WorkerPool::submit(Task task) {
  {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->ending) return false;
    if (shared_->tasks.size() >= shared_->queue_limit) {
      ++shared_->stats.rejected;
      return false;
    }
    shared_->tasks.push_back(std::move(task));
  }
  shared_->wake.notify_one();
  return true;
}

WorkerPool::Stats WorkerPool::stats() const {
  const std::lock_guard lock(shared_->mutex);
  Stats stats = shared_->stats;
  stats.queued = shared_->tasks.size();
  return stats;
}

}  // namespace weir
