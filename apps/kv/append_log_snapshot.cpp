// AppendLog, the second log: entries and what changes meanwhile, until it takes the first one's
// place.
#include <cerrno>
#include <utility>

#include "kv/append_log.hpp"

namespace weir::kv {

Status AppendLog::begin_snapshot() {
  const std::lock_guard lock(mutex_);
  if (stage_ != Stage::none) {
    return Error{"ERR Background append only file rewriting already in progress"};
  }
  stage_ = Stage::collecting;
  wanted_.store(false, std::memory_order_relaxed);
  wake();
  return {};
}

void AppendLog::append_snapshot(std::string_view commands) {
  const std::lock_guard lock(mutex_);
  if (stage_ == Stage::none) return;
  snapshot_pending_.append(commands);
  if (snapshot_pending_.size() >= options_.write_size) wake();
}

bool AppendLog::takes_snapshot() const {
  const std::lock_guard lock(mutex_);
  return snapshot_pending_.size() < options_.snapshot_waiting;
}

void AppendLog::end_snapshot() {
  const std::lock_guard lock(mutex_);
  if (stage_ == Stage::collecting) stage_ = Stage::complete;
  wake();
}

/// `complete`: the second log is whole with what was taken for this turn.
void AppendLog::write_snapshot(TimePoint now, Mark upto, bool complete) {
  if (!snapshot_failed_) {
    const Status added = add_to_snapshot(upto, complete);
    if (!added.ok()) drop_snapshot(added.error().message);
  }
  snapshot_writing_.clear();
  if (!snapshot_failed_ || !complete) return;
  // Only now may another one begin: every entry has been visited by this one (rewrite.hpp).
  snapshot_failed_ = false;
  snapshot_after_ = now + options_.rewrite_pause;
  const std::lock_guard lock(mutex_);
  stage_ = Stage::none;
  snapshot_pending_ = {};
}

Status AppendLog::add_to_snapshot(Mark upto, bool complete) {
  if (!fresh_.open()) {
    Descriptor file(disk_.open_append(folder_.fresh_log()));
    if (!file.valid()) return system_error("cannot open " + folder_.fresh_log(), errno);
    // One that could not be removed may be left of an earlier attempt.
    if (disk_.truncate(file.get(), 0) != 0) {
      return system_error("cannot empty " + folder_.fresh_log(), errno);
    }
    fresh_ = LogFile(disk_, std::move(file), 0);
  }
  if (Status written = fresh_.append(snapshot_writing_); !written.ok()) return written;
  if (!complete && fresh_.unsynced() < options_.snapshot_sync) return {};
  if (Status synced = fresh_.sync(); !synced.ok()) return synced;
  return complete ? replace_file(upto) : Status();
}

/// The second log becomes the first: it has all that was appended up to `upto`, on the disk.
Status AppendLog::replace_file(Mark upto) {
  if (disk_.rename(folder_.fresh_log(), folder_.log()) != 0) {
    return system_error("cannot rename " + folder_.fresh_log(), errno);
  }
  const bool named = disk_.sync_folder(folder_.descriptor()) == 0;
  const int code = errno;
  const std::uint64_t before = file_.size();
  file_ = std::exchange(fresh_, LogFile());
  writing_ = {};
  base_size_ = file_.size();
  {
    const std::lock_guard lock(mutex_);
    stage_ = Stage::none;
    snapshot_pending_ = {};
    figures_.base_size = base_size_;
    figures_.last_rewrite_failed = false;
    ++figures_.rewrites;
  }
  if (!named) {
    // After a crash either of the two may be there.
    const Error failed = system_error("cannot sync the folder " + folder_.path(), code);
    enter(Condition::broken, failed.message);
    tell(kept_.load(std::memory_order_relaxed), failed);
    return {};
  }
  log_.write(LogLevel::info, folder_.log() + " was begun anew: " + std::to_string(base_size_) +
                                 " bytes rather than " + std::to_string(before));
  enter(Condition::well, {});
  tell(upto, {});
  return {};
}

/// The first log stays as it is. What is still to come of the second one is dropped.
void AppendLog::drop_snapshot(const std::string& reason) {
  log_.write(LogLevel::warning,
             "the new log is given up, " + folder_.log() + " stays as it is: " + reason);
  fresh_ = LogFile();
  // What cannot be removed now is at the next start.
  static_cast<void>(disk_.remove(folder_.fresh_log()));
  snapshot_failed_ = true;
  const std::lock_guard lock(mutex_);
  figures_.last_rewrite_failed = true;
}

void AppendLog::consider_snapshot(TimePoint now) {
  const bool grown = file_.size() >= options_.rewrite_minimum &&
                     file_.size() >= options_.rewrite_growth * base_size_;
  const bool due = (grown || condition_ == Condition::broken) && now >= snapshot_after_;
  const std::lock_guard lock(mutex_);
  wanted_.store(due && stage_ == Stage::none, std::memory_order_relaxed);
}

}  // namespace weir::kv
