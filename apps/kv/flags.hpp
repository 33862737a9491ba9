// The flags of weir-kv, beside those of every server.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/flags.hpp"
#include "kv/append_log.hpp"
#include "kv/fsync_policy.hpp"
#include "kv/settings.hpp"

namespace weir::kv {

/// Outlives the App that it gives its flags to.
class Flags {
 public:
  [[nodiscard]] std::vector<app::Flag> all();
  void apply(Settings& settings) const;
  /// Where data is kept; empty: nowhere.
  [[nodiscard]] const std::string& data() const { return data_; }
  [[nodiscard]] AppendLogOptions append_log() const { return {.policy = fsync_}; }

 private:
  std::string password_;
  std::string data_;
  FsyncPolicy fsync_ = FsyncPolicy::every_second;
  std::uint64_t max_memory_ = 0;
  Eviction eviction_ = Eviction::none;
};

}  // namespace weir::kv
