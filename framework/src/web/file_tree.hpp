// FileTree: files below a folder, and nothing else. Layer: web, private. Safe on all threads.
//
// A path is looked up by the system itself so that it cannot leave the folder, whatever is renamed
// or linked meanwhile (openat2(2), RESOLVE_BENEATH): links that stay inside are followed. Where the
// system cannot do that, each part is opened by itself, and no link is followed.
// A file is looked at before it is opened for reading: nothing but regular files and folders ever
// is, for opening a device may do something, and opening a pipe may wait.
#pragma once

#include <sys/stat.h>

#include <string>

#include "weir/core/error.hpp"
#include "weir/io/descriptor.hpp"

namespace weir::http {

class FileTree {
 public:
  /// The error names the folder.
  [[nodiscard]] static Result<FileTree> open(const std::string& root);

  struct Found {
    Descriptor file;  // for reading; folders too
    struct stat about {};
    int error = 0;  // ENOENT also for what is no file and no folder
  };
  /// `path` has no '/' in front and no ".." in it; empty is the folder itself.
  [[nodiscard]] Found find(const std::string& path) const;

 private:
  explicit FileTree(Descriptor root) : root_(std::move(root)) {}

  [[nodiscard]] Descriptor locate(const std::string& path) const;
  [[nodiscard]] Descriptor walk(const std::string& path) const;

  Descriptor root_;
  bool beneath_ = false;  // the system can keep a path inside
};

}  // namespace weir::http
