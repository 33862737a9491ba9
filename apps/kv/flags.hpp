// The flags of weir-kv, beside those of every server.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/flags.hpp"
#include "kv/settings.hpp"

namespace weir::kv {

/// Outlives the App that it gives its flags to.
class Flags {
 public:
  [[nodiscard]] std::vector<app::Flag> all();
  void apply(Settings& settings) const;

 private:
  std::string password_;
  std::uint64_t max_memory_ = 0;
  Eviction eviction_ = Eviction::none;
};

}  // namespace weir::kv
