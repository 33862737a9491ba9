#include "kv/fsync_policy.hpp"

namespace weir::kv {

std::string_view to_string(FsyncPolicy policy) {
  switch (policy) {
    case FsyncPolicy::always:
      return "always";
    case FsyncPolicy::never:
      return "no";
    default:
      return "everysec";
  }
}

std::optional<FsyncPolicy> parse_fsync(std::string_view text) {
  for (const FsyncPolicy policy :
       {FsyncPolicy::always, FsyncPolicy::every_second, FsyncPolicy::never}) {
    if (text == to_string(policy)) return policy;
  }
  return std::nullopt;
}

}  // namespace weir::kv
