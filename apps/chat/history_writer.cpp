#include "chat/history_writer.hpp"

#include <iterator>
#include <utility>

#include "chat/packet.hpp"

namespace weir::chat {

HistoryWriter::HistoryWriter(HistoryFile file, Log log,
                             UniqueFunction<void(std::string)> on_condition)
    : file_(std::move(file)), log_(std::move(log)), on_condition_(std::move(on_condition)) {}

HistoryWriter::~HistoryWriter() {
  pool_.reset();
  write_waiting();
  if (const Status synced = file_.sync(); !synced.ok()) {
    log_.write(LogLevel::warning, synced.error().message);
  }
}

void HistoryWriter::add(const Message& message) {
  std::string line = encode_line(message) + "\n";
  const std::lock_guard lock(mutex_);
  waiting_bytes_ += line.size();
  waiting_.push_back(std::move(line));
  while (waiting_bytes_ > most_waiting) {
    waiting_bytes_ -= waiting_.front().size();
    waiting_.pop_front();
    ++dropped_;
  }
  schedule();
}

void HistoryWriter::retry() {
  // Even when nothing waits: a write that is failing right now holds what will wait again.
  const std::lock_guard lock(mutex_);
  schedule();
}

std::uint64_t HistoryWriter::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

void HistoryWriter::schedule() {
  if (!scheduled_) scheduled_ = pool_->submit([this] { write(); });
}

void HistoryWriter::write() {
  {
    const std::lock_guard lock(mutex_);
    scheduled_ = false;
  }
  if (!write_waiting()) return;
  if (!file_.is_long()) return;
  const Status compacted = file_.compact();
  if (!compacted.ok()) ill(compacted.error());
}

bool HistoryWriter::write_waiting() {
  std::deque<std::string> lines;
  {
    const std::lock_guard lock(mutex_);
    lines = std::exchange(waiting_, {});
    waiting_bytes_ = 0;
  }
  if (lines.empty()) return true;
  std::string bytes;
  for (const std::string& line : lines) bytes += line;
  const Status written = file_.append(bytes);
  if (written.ok()) {
    well();
    return true;
  }
  {
    const std::lock_guard lock(mutex_);
    waiting_bytes_ += bytes.size();
    waiting_.insert(waiting_.begin(), std::make_move_iterator(lines.begin()),
                    std::make_move_iterator(lines.end()));
  }
  ill(written.error());
  return false;
}

void HistoryWriter::well() {
  if (!std::exchange(ill_, false)) return;
  log_.write(LogLevel::info, "the history is written again; messages that were lost meanwhile: " +
                                 std::to_string(dropped()));
  on_condition_("");
}

void HistoryWriter::ill(const Error& error) {
  if (std::exchange(ill_, true)) return;
  log_.write(LogLevel::warning, error.message + "; chatting goes on, and it is tried again");
  on_condition_(error.message);
}

}  // namespace weir::chat
