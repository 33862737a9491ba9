#include "kv/flags.hpp"

#include <limits>

#include "common/values.hpp"

namespace weir::kv {

std::vector<app::Flag> Flags::all() {
  std::vector<app::Flag> flags;
  flags.push_back(
      {"--password", "TEXT", "what AUTH must say", "", [this](std::string_view value) -> Status {
         password_ = value;
         return {};
       }});
  flags.push_back({"--max-memory", "BYTES", "of keys and values; 0 is without a limit", "0",
                   [this](std::string_view value) -> Status {
                     if (value == "0") return {};
                     const auto size =
                         app::parse_size(value, std::numeric_limits<std::uint64_t>::max());
                     if (!size.ok()) return size.error();
                     max_memory_ = size.value();
                     return {};
                   }});
  flags.push_back({"--max-memory-policy", "NAME", "noeviction, allkeys-lru or volatile-ttl",
                   "noeviction", [this](std::string_view value) -> Status {
                     const auto policy = parse_eviction(value);
                     if (!policy) {
                       return Error{"expected noeviction, allkeys-lru or volatile-ttl"};
                     }
                     eviction_ = *policy;
                     return {};
                   }});
  flags.push_back({"--data", "DIR", "keeps data in a log there; without it, in memory alone", "",
                   [this](std::string_view value) -> Status {
                     data_ = value;
                     return {};
                   }});
  flags.push_back({"--fsync", "always|everysec|no",
                   "when the log is on the disk: before a change is answered, each second, or when "
                   "the system likes",
                   "everysec", [this](std::string_view value) -> Status {
                     const auto policy = parse_fsync(value);
                     if (!policy) return Error{"expected always, everysec or no"};
                     fsync_ = *policy;
                     return {};
                   }});
  return flags;
}

void Flags::apply(Settings& settings) const {
  if (!password_.empty()) settings.set_password(password_);
  settings.max_memory = max_memory_;
  settings.eviction = eviction_;
}

}  // namespace weir::kv
