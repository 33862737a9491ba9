// LogFile: a file that grows at its end, by whole appends. Used by one thread at a time.
#pragma once

#include <cstdint>
#include <string_view>

#include "kv/disk.hpp"
#include "weir/core/error.hpp"
#include "weir/io/descriptor.hpp"

namespace weir::kv {

class LogFile {
 public:
  LogFile() = default;
  /// `file` is open for appending and has `size` bytes. `disk` outlives it.
  LogFile(Disk& disk, Descriptor file, std::uint64_t size)
      : disk_(&disk), file_(std::move(file)), size_(size), synced_(size) {}

  [[nodiscard]] bool open() const { return file_.valid(); }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// What was appended since the last sync().
  [[nodiscard]] std::uint64_t unsynced() const { return size_ - synced_; }

  /// All of them or, on an error, none: what a short write left is cut off. broken() says whether
  /// even that failed. The error is the system's text alone, "No space left on device".
  Status append(std::string_view bytes);
  /// After an error it is broken(): the kernel may have dropped what it could not write, and say of
  /// the same pages next time that all is well.
  Status sync();
  /// What is in the file is not known any more: nothing may be appended.
  [[nodiscard]] bool broken() const { return broken_; }

 private:
  Disk* disk_ = nullptr;
  Descriptor file_;
  std::uint64_t size_ = 0;
  std::uint64_t synced_ = 0;
  bool broken_ = false;
};

}  // namespace weir::kv
