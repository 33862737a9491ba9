// Data: what --data needs, in one place: the folder, the disk, the log, and its replay.
//
//     Data data(log);
//     data.open(path, options);      // locks the folder
//     Service service(..., data.journal());
//     data.load(service);            // what was kept is there again, and changes are kept
//     ...                            // serve
//     data.close();
#pragma once

#include <memory>
#include <string>

#include "kv/append_log.hpp"
#include "kv/data_folder.hpp"
#include "kv/disk.hpp"
#include "kv/journal.hpp"
#include "weir/core/log.hpp"

namespace weir::kv {

class Service;

/// Of main, on its thread. Outlives the Service.
class Data {
 public:
  explicit Data(Log log) : log_(std::move(log)) {}

  /// Errors name the folder.
  Status open(const std::string& path, const AppendLogOptions& options);
  /// One that keeps nothing, unless it is open.
  [[nodiscard]] Journal& journal() { return append_log_ ? *append_log_ : none_; }
  /// Before anything is served; nothing happens unless it is open.
  Status load(Service& service);
  /// When nothing is served any more: what waits is written. The error says what may be lost.
  Status close();

 private:
  Log log_;
  Disk disk_;
  Journal none_;
  std::unique_ptr<DataFolder> folder_;
  std::unique_ptr<AppendLog> append_log_;
};

}  // namespace weir::kv
