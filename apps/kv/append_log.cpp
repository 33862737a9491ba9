#include "kv/append_log.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <iterator>
#include <utility>

#include "kv/disk.hpp"

namespace weir::kv {

namespace {

/// A buffer that grew beyond this once is given back.
constexpr std::size_t buffer_to_keep = 4 * 1024 * 1024;

void empty(std::string& buffer) {
  buffer.clear();
  if (buffer.capacity() > buffer_to_keep) buffer.shrink_to_fit();
}

std::int64_t seconds_since_1970() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Error misconf(const std::string& reason) {
  return {"MISCONF Errors writing to the AOF file: " + reason};
}

}  // namespace

AppendLog::AppendLog(const DataFolder& folder, Disk& disk, const AppendLogOptions& options, Log log)
    : folder_(folder), disk_(disk), options_(options), log_(std::move(log)) {
  figures_.folder = folder.path();
  figures_.policy = to_string(options_.policy);
  figures_.saved_at = seconds_since_1970();
}

AppendLog::~AppendLog() { static_cast<void>(close()); }

Status AppendLog::open(std::uint64_t size) {
  Descriptor file(disk_.open_append(folder_.log()));
  if (!file.valid()) return system_error("cannot open " + folder_.log(), errno);
  // A file that was made just now is there after a crash as well.
  if (disk_.sync_folder(folder_.descriptor()) != 0) {
    return system_error("cannot sync the folder " + folder_.path(), errno);
  }
  file_ = LogFile(disk_, std::move(file), size);
  figures_.size = figures_.base_size = base_size_ = size;
  keeps_ = true;
  if (options_.own_thread) thread_ = std::thread([this] { run(); });
  return {};
}

Status AppendLog::close() {
  if (!std::exchange(keeps_, false)) return {};
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  work_.notify_all();
  if (thread_.joinable()) thread_.join();
  turn(std::chrono::steady_clock::now(), true);
  if (stage_ != Stage::none) drop_snapshot("the server ends");
  if (condition_ == Condition::well) return {};
  return Error{"what was written last is not in " + folder_.log() + ": " + failure_};
}

// --- loops -----------------------------------------------------------------------------------

void AppendLog::append(std::string_view commands) {
  const std::lock_guard lock(mutex_);
  pending_.append(commands);
  if (stage_ != Stage::none) snapshot_pending_.append(commands);
  appended_.store(appended_.load(std::memory_order_relaxed) + commands.size(),
                  std::memory_order_relaxed);
  if (pending_.size() >= options_.most_waiting) clear_.store(false, std::memory_order_release);
  // The thread comes by itself before long, unless it waits for the first byte or for many.
  if (idle_ || (pending_.size() >= options_.write_size &&
                pending_.size() - commands.size() < options_.write_size)) {
    wake();
  }
}

/// With the lock.
void AppendLog::wake() {
  idle_ = false;
  work_.notify_one();
}

Status AppendLog::wait_for_room() {
  std::unique_lock lock(mutex_);
  wake();
  // Its thread may be in the middle of a turn, so the wait ends with the turn after this one.
  room_.wait(lock, [this] {
    return !failure_.empty() || ending_ || !options_.own_thread ||
           pending_.size() < options_.most_waiting;
  });
  return refusal();
}

/// With the lock.
Status AppendLog::refusal() const {
  if (!failure_.empty()) return misconf(failure_);
  if (pending_.size() >= options_.most_waiting) return misconf("too much waits for the disk");
  return {};
}

Journal::Mark AppendLog::awaited(bool appended) {
  if (!holds_replies()) return 0;
  const Mark mark = appended_.load(std::memory_order_relaxed);
  // What is not kept may never be: reads go on without it.
  if (failing_.load(std::memory_order_acquire)) return appended ? mark : 0;
  return mark > kept_.load(std::memory_order_acquire) ? mark : 0;
}

void AppendLog::when_kept(Mark mark, Told told) {
  Status answer;
  {
    const std::lock_guard lock(mutex_);
    if (!failure_.empty()) {
      answer = misconf(failure_);
    } else if (kept_.load(std::memory_order_relaxed) < mark) {
      waiters_.push_back({mark, std::move(told)});
      asked_ = true;
      return wake();
    }
  }
  told(std::move(answer));
}

Status AppendLog::save() {
  if (!options_.own_thread) {
    turn(synced_at_, true);
    const std::lock_guard lock(mutex_);
    return refusal();
  }
  std::unique_lock lock(mutex_);
  const Mark mark = appended_.load(std::memory_order_relaxed);
  asked_ = true;
  wake();
  room_.wait(lock, [&] {
    return !failure_.empty() || (!asked_ && kept_.load(std::memory_order_relaxed) >= mark);
  });
  return refusal();
}

JournalFigures AppendLog::figures() const {
  const std::lock_guard lock(mutex_);
  JournalFigures figures = figures_;
  figures.failure = failure_;
  figures.waiting += pending_.size();
  figures.rewriting = stage_ != Stage::none;
  return figures;
}

// --- the thread ------------------------------------------------------------------------------

/// With the lock: there is nothing to do before something is appended.
bool AppendLog::idle() const {
  const bool sync_due = options_.policy != FsyncPolicy::never && file_.unsynced() != 0;
  return pending_.empty() && writing_.empty() && stage_ == Stage::none && !sync_due &&
         condition_ == Condition::well;
}

void AppendLog::run() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    if (idle()) {
      idle_ = true;
      work_.wait(lock, [this] { return !idle_ || ending_; });
    }
    work_.wait_for(lock, options_.write_period, [this] {
      return asked_ || ending_ || stage_ == Stage::complete ||
             pending_.size() >= options_.write_size ||
             snapshot_pending_.size() >= options_.write_size;
    });
    lock.unlock();
    turn(std::chrono::steady_clock::now());
    lock.lock();
  }
}

void AppendLog::turn(TimePoint now, bool sync_all) {
  Mark upto = 0;
  Stage stage = Stage::none;
  {
    const std::lock_guard lock(mutex_);
    if (writing_.empty()) {
      writing_.swap(pending_);
    } else {
      writing_.append(pending_);
      empty(pending_);
    }
    snapshot_writing_.swap(snapshot_pending_);
    upto = appended_.load(std::memory_order_relaxed);
    stage = stage_;
    sync_all = sync_all || std::exchange(asked_, false);
    figures_.waiting = writing_.size();
  }
  keep(now, upto, sync_all);
  if (stage != Stage::none) write_snapshot(now, upto, stage == Stage::complete);
  consider_snapshot(now);
}

/// The first log, and who waits for it.
void AppendLog::keep(TimePoint now, Mark upto, bool sync_all) {
  if (condition_ == Condition::broken) return empty(writing_);
  bool synced = false;
  const Status written = write_waiting(now, sync_all, synced);
  if (!written.ok()) {
    enter(file_.broken() ? Condition::broken : Condition::full, written.error().message);
  } else if (condition_ == Condition::full) {
    enter(Condition::well, {});
  }
  if (condition_ == Condition::full && writing_.size() > 2 * options_.most_waiting) {
    // Keys that expire meanwhile: a new log will not have them either.
    enter(Condition::broken, written.error().message);
    empty(writing_);
  }
  tell(synced ? upto : kept_.load(std::memory_order_relaxed), written);
}

Status AppendLog::write_waiting(TimePoint now, bool sync_all, bool& synced) {
  if (Status written = file_.append(writing_); !written.ok()) return written;
  empty(writing_);
  const bool due =
      options_.policy == FsyncPolicy::always ||
      (options_.policy == FsyncPolicy::every_second && now - synced_at_ >= options_.sync_period);
  if (!sync_all && !due) return {};
  if (Status done = file_.sync(); !done.ok()) return done;
  synced = true;
  synced_at_ = now;
  return {};
}

/// Says it in the log, once.
void AppendLog::enter(Condition condition, const std::string& reason) {
  if (condition_ == condition) return;
  condition_ = condition;
  if (condition == Condition::well) {
    log_.write(LogLevel::info, folder_.log() + " is written again");
  } else if (condition == Condition::full) {
    log_.write(LogLevel::error, "cannot write to " + folder_.log() + ": " + reason +
                                    "; changes are refused until it can be written");
  } else {
    log_.write(LogLevel::error, folder_.log() + " cannot be trusted any more: " + reason +
                                    "; changes are refused until a new one is there");
  }
}

/// What came of a turn, to loops.
void AppendLog::tell(Mark kept, const Status& status) {
  std::vector<Waiter> told;
  {
    const std::lock_guard lock(mutex_);
    failure_ = status.ok() ? "" : status.error().message;
    kept_.store(kept, std::memory_order_release);
    const auto first = std::partition(waiters_.begin(), waiters_.end(), [&](const Waiter& waiter) {
      return status.ok() && waiter.mark > kept;
    });
    told.assign(std::make_move_iterator(first), std::make_move_iterator(waiters_.end()));
    waiters_.erase(first, waiters_.end());
    figures_.waiting = writing_.size();
    figures_.size = file_.size();
    if (status.ok() && file_.unsynced() == 0) figures_.saved_at = seconds_since_1970();
    failing_.store(!status.ok(), std::memory_order_release);
    clear_.store(status.ok() && pending_.size() < options_.most_waiting, std::memory_order_release);
  }
  room_.notify_all();
  for (Waiter& waiter : told) {
    waiter.told(status.ok() ? Status() : Status(misconf(status.error().message)));
  }
}

}  // namespace weir::kv
