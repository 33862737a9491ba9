// HistoryWriter: writes what is said to a HistoryFile, on a thread of its own, in order, so that no
// loop waits for a disk.
//
//     add() --> [ line line line ]  --> one append for all that wait
//                at most most_waiting bytes
//
// A full disk: what waits is tried again with the next message and every few seconds; past the
// bound the oldest goes. `on_condition` is told when it begins and when it is over, once each.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "chat/history_file.hpp"
#include "weir/core/log.hpp"
#include "weir/core/task.hpp"
#include "weir/core/worker_pool.hpp"

namespace weir::chat {

class HistoryWriter {
 public:
  static constexpr std::size_t most_waiting = 4 * 1024 * 1024;

  /// `on_condition` gets "" when all is well again; on the writer's thread, without its lock.
  HistoryWriter(HistoryFile file, Log log, UniqueFunction<void(std::string)> on_condition);
  /// Writes what waits, on this thread.
  ~HistoryWriter();
  HistoryWriter(const HistoryWriter&) = delete;
  HistoryWriter& operator=(const HistoryWriter&) = delete;

  /// From any thread; does not wait.
  void add(const Message& message);
  /// Tries again what could not be written, if anything. From any thread.
  void retry();
  /// Messages that were lost for the bound.
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  void schedule();
  void write();
  bool write_waiting();
  void well();
  void ill(const Error& error);

  HistoryFile file_;
  Log log_;
  UniqueFunction<void(std::string)> on_condition_;
  mutable std::mutex mutex_;
  std::deque<std::string> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::uint64_t dropped_ = 0;
  bool scheduled_ = false;
  bool ill_ = false;  // the writer's thread alone
  std::unique_ptr<WorkerPool> pool_ = std::make_unique<WorkerPool>(1, 4);
};

}  // namespace weir::chat
