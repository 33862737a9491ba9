#include "kv/log_file.hpp"

#include <cerrno>
#include <system_error>

namespace weir::kv {

namespace {

Error failed(int code) { return {std::generic_category().message(code), code}; }

}  // namespace

Status LogFile::append(std::string_view bytes) {
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const ssize_t taken = disk_->write(file_.get(), rest);
    if (taken <= 0) {
      const int code = taken < 0 ? errno : EIO;
      // Nothing of a command may stay: what comes next would stand in its middle.
      if (rest.size() != bytes.size() &&
          disk_->truncate(file_.get(), static_cast<off_t>(size_)) != 0) {
        broken_ = true;
      }
      return failed(code);
    }
    rest.remove_prefix(static_cast<std::size_t>(taken));
  }
  size_ += bytes.size();
  return {};
}

Status LogFile::sync() {
  if (unsynced() == 0) return {};
  if (disk_->sync(file_.get()) != 0) {
    broken_ = true;
    return failed(errno);
  }
  synced_ = size_;
  return {};
}

}  // namespace weir::kv
