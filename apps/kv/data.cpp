#include "kv/data.hpp"

#include <chrono>
#include <csignal>
#include <utility>

#include "kv/replay.hpp"

namespace weir::kv {

Status Data::open(const std::string& path, const AppendLogOptions& options) {
  // A file that may grow no more is an error of write(2) then, and no reason to end.
  static_cast<void>(std::signal(SIGXFSZ, SIG_IGN));
  auto folder = DataFolder::open(path, disk_);
  if (!folder.ok()) return folder.error();
  folder_ = std::make_unique<DataFolder>(folder.take());
  append_log_ = std::make_unique<AppendLog>(*folder_, disk_, options, log_);
  return {};
}

Status Data::load(Service& service) {
  if (append_log_ == nullptr) return {};
  const auto began = std::chrono::steady_clock::now();
  auto replayed = replay(service, folder_->log(), log_);
  if (!replayed.ok()) return replayed.error();
  const Replayed& done = replayed.value();
  if (Status opened = append_log_->open(done.size); !opened.ok()) return opened;
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - began);
  log_.write(LogLevel::info, folder_->log() + ": " + std::to_string(done.commands) +
                                 " commands in " + std::to_string(done.size) + " bytes read in " +
                                 std::to_string(took.count()) + " ms");
  return {};
}

Status Data::close() { return append_log_ == nullptr ? Status() : append_log_->close(); }

}  // namespace weir::kv
