// Disk: the calls of the system that a log on disk is made of: a seam, so that a test may have a
// full disk or one that fails at any call.
//
// Threads: any; it keeps nothing. All answer 0 or more, or -1 with errno, and are never
// interrupted.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

namespace weir::kv {

class Disk {
 public:
  Disk() = default;
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;
  virtual ~Disk() = default;

  /// For appending; made, for its owner alone, where it is not there.
  [[nodiscard]] virtual int open_append(const std::string& path);
  /// Bytes taken, which may be fewer than there are.
  [[nodiscard]] virtual ssize_t write(int file, std::string_view bytes);
  /// What was written is on the disk, with the file's size.
  [[nodiscard]] virtual int sync(int file);
  [[nodiscard]] virtual int truncate(int file, off_t size);
  [[nodiscard]] virtual int rename(const std::string& from, const std::string& to);
  /// The names in the directory are on the disk.
  [[nodiscard]] virtual int sync_folder(int folder);
  [[nodiscard]] virtual int remove(const std::string& path);
};

}  // namespace weir::kv
