// AppendLog: the Journal that keeps changes in a file, written by a thread of its own.
//
//     loops --append()--> pending_ --turn()--> writing_ --> file_     DIR/appendonly.aof
//                 |                                           ^ rename, when it is whole
//                 +-----> snapshot_pending_ ------------> fresh_      DIR/appendonly.aof.new
//     entries ----------> (only between begin_snapshot() and its end)
//
// Its condition, as writable() answers it and INFO shows it:
//
//     well  --an append fails-->   full    tried again every write_period; then well again
//     any   --a sync fails-->      broken  what is in the file is not known: nothing is added to
//     it,
//                                          and a new one takes its place, then well again
//
// Owned by main; outlives the Service. Threads: any, but open() and close().
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "kv/data_folder.hpp"
#include "kv/disk.hpp"
#include "kv/fsync_policy.hpp"
#include "kv/journal.hpp"
#include "kv/log_file.hpp"
#include "weir/core/log.hpp"
#include "weir/core/time.hpp"

namespace weir::kv {

struct AppendLogOptions {
  FsyncPolicy policy = FsyncPolicy::every_second;
  /// Bytes that wait to be written: then who writes waits as well.
  std::size_t most_waiting = 64 * 1024 * 1024;
  /// Bytes that are written at once rather than at the end of the period.
  std::size_t write_size = 256 * 1024;
  /// What was appended is the kernel's after so long, and the disk's after sync_period.
  Duration write_period = std::chrono::milliseconds(100);
  Duration sync_period = std::chrono::seconds(1);
  /// The file is begun anew when it is so long, and so many times as long as it was when it was
  /// begun or read.
  std::uint64_t rewrite_minimum = 64 * 1024 * 1024;
  std::uint64_t rewrite_growth = 2;
  /// How long after one that failed.
  Duration rewrite_pause = std::chrono::seconds(10);
  /// Bytes of a snapshot that wait to be written: then it waits as well.
  std::size_t snapshot_waiting = 4 * 1024 * 1024;
  /// Bytes of a snapshot between two syncs, so that the last one is short.
  std::size_t snapshot_sync = 32 * 1024 * 1024;
  /// False: turn() is called by hand.
  bool own_thread = true;
};

class AppendLog final : public Journal {
 public:
  /// `folder` and `disk` outlive it.
  AppendLog(const DataFolder& folder, Disk& disk, const AppendLogOptions& options, Log log);
  ~AppendLog() override;

  /// Opens the file, which has `size` bytes that are well, and begins to keep. Once.
  Status open(std::uint64_t size);
  /// Writes and syncs what waits, and ends. The error says what may be lost.
  Status close();

  [[nodiscard]] bool keeps() const override { return keeps_; }
  [[nodiscard]] Status writable() override {
    if (clear_.load(std::memory_order_acquire)) return {};
    return wait_for_room();
  }
  void append(std::string_view commands) override;
  [[nodiscard]] bool holds_replies() const override {
    return options_.policy == FsyncPolicy::always;
  }
  [[nodiscard]] Mark awaited(bool appended) override;
  void when_kept(Mark mark, Told told) override;
  [[nodiscard]] bool wants_snapshot() const override {
    return wanted_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] Status begin_snapshot() override;
  void append_snapshot(std::string_view commands) override;
  [[nodiscard]] bool takes_snapshot() const override;
  void end_snapshot() override;
  [[nodiscard]] Status save() override;
  [[nodiscard]] JournalFigures figures() const override;

  /// Writes what waits, and syncs it where that is due at `now`, or with `sync_all`.
  void turn(TimePoint now, bool sync_all = false);

 private:
  enum class Condition : std::uint8_t { well, full, broken };
  enum class Stage : std::uint8_t { none, collecting, complete };

  void run();
  [[nodiscard]] bool idle() const;
  [[nodiscard]] Status wait_for_room();
  [[nodiscard]] Status refusal() const;
  void wake();
  void keep(TimePoint now, Mark upto, bool sync_all);
  [[nodiscard]] Status write_waiting(TimePoint now, bool sync_all, bool& synced);
  void enter(Condition condition, const std::string& reason);
  void tell(Mark kept, const Status& status);
  void write_snapshot(TimePoint now, Mark upto, bool complete);
  [[nodiscard]] Status add_to_snapshot(Mark upto, bool complete);
  [[nodiscard]] Status replace_file(Mark upto);
  void drop_snapshot(const std::string& reason);
  void consider_snapshot(TimePoint now);

  struct Waiter {
    Mark mark;
    Told told;
  };

  const DataFolder& folder_;
  Disk& disk_;
  const AppendLogOptions options_;
  Log log_;
  bool keeps_ = false;

  // Who calls turn().
  LogFile file_;
  LogFile fresh_;
  std::string writing_;  // taken from pending_, and not in the file yet
  std::string snapshot_writing_;
  Condition condition_ = Condition::well;
  TimePoint synced_at_{};
  TimePoint snapshot_after_{};
  std::uint64_t base_size_ = 0;
  bool snapshot_failed_ = false;

  std::atomic<bool> clear_{true};     // well, and there is room
  std::atomic<bool> failing_{false};  // not well
  std::atomic<bool> wanted_{false};   // a snapshot
  std::atomic<Mark> appended_{0};     // written with the lock
  std::atomic<Mark> kept_{0};

  mutable std::mutex mutex_;  // all that follows
  std::condition_variable work_;
  std::condition_variable room_;
  std::string pending_;
  std::string snapshot_pending_;
  std::vector<Waiter> waiters_;
  std::string failure_;  // the system's words
  JournalFigures figures_;
  Stage stage_ = Stage::none;
  bool asked_ = false;  // a turn is wanted now, with a sync
  bool idle_ = false;   // the thread waits for anything at all
  bool ending_ = false;

  std::thread thread_;
};

}  // namespace weir::kv
