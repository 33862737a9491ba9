// DataFolder: the directory of --data, locked for one process, and the names in it.
#pragma once

#include <string>
#include <utility>

#include "kv/disk.hpp"
#include "weir/core/error.hpp"
#include "weir/io/descriptor.hpp"

namespace weir::kv {

class DataFolder {
 public:
  /// Makes it where it is not there, locks it until it is destroyed, and removes a log that was
  /// begun and never became whole. The error names it.
  static Result<DataFolder> open(const std::string& path, Disk& disk);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] int descriptor() const { return folder_.get(); }
  [[nodiscard]] std::string log() const { return path_ + "/appendonly.aof"; }
  /// What is to take its place.
  [[nodiscard]] std::string fresh_log() const { return log() + ".new"; }

 private:
  DataFolder(std::string path, Descriptor folder)
      : path_(std::move(path)), folder_(std::move(folder)) {}

  std::string path_;
  Descriptor folder_;
};

}  // namespace weir::kv
