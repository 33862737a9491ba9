// replay: what a log says, done again at the start.
#pragma once

#include <cstdint>
#include <string>

#include "weir/core/error.hpp"
#include "weir/core/log.hpp"

namespace weir::kv {

class Service;

/// What was found in a log.
struct Replayed {
  std::uint64_t commands = 0;
  /// Bytes of it that are well, all of which were done.
  std::uint64_t size = 0;
  /// Bytes behind them, the beginning of what a crash cut short. They are cut off.
  std::uint64_t torn = 0;
};

/// Does the commands of the log at `path`, which may be missing, through the same table as those of
/// clients, with times as they are said, and cuts off its torn tail. On an error the file is as it
/// was: it names the file and the offset. Before anything is served and the journal keeps anything;
/// says in `log` how far it is from time to time.
[[nodiscard]] Result<Replayed> replay(Service& service, const std::string& path, const Log& log);

}  // namespace weir::kv
