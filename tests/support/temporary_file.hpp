// A file of its own, removed at the end.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <string_view>

#include "weir/io/file_range.hpp"

namespace weir::test {

class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view content) {
    char name[] = "/tmp/weir-file-XXXXXX";
    const Descriptor file(::mkstemp(name));
    if (!file.valid()) throw std::runtime_error("no file for the test");
    path_ = name;
    while (!content.empty()) {
      const ssize_t written = ::write(file.get(), content.data(), content.size());
      if (written <= 0) throw std::runtime_error("the file for the test cannot be written");
      content.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { ::unlink(path_.c_str()); }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] FileRange range(std::uint64_t offset = 0,
                                std::uint64_t length = FileRange::to_end) const {
    return FileRange::open(path_, offset, length).take();
  }
  void shrink(std::uint64_t size) const {
    if (::truncate(path_.c_str(), static_cast<off_t>(size)) != 0) {
      throw std::runtime_error("the file for the test cannot be cut");
    }
  }

 private:
  std::string path_;
};

}  // namespace weir::test
