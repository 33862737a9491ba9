// Kept: a Bench whose changes go to a log in a folder, where another one finds them again. Nothing
// has a thread: turn() is what the log's thread would do, and time is the loop's.
#pragma once

#include <string>
#include <vector>

#include "kv/append_log.hpp"
#include "kv/data_folder.hpp"
#include "kv/replay.hpp"
#include "unit/kv/bench.hpp"
#include "unit/kv/folder.hpp"

namespace weir::kv::test {

class Kept {
 public:
  explicit Kept(const Folder& folder, AppendLogOptions options = {}, std::size_t shards = 1)
      : folder_(DataFolder::open(folder.path(), disk).take()),
        journal(folder_, disk, threadless(options),
                Log(LogLevel::info,
                    [this](LogLevel, std::string_view line) { said.emplace_back(line); })),
        bench(shards, journal) {
    const auto done = replay(bench.service, folder_.log(), Log(LogLevel::off));
    BOOST_REQUIRE(done.ok());
    BOOST_REQUIRE(journal.open(done.value().size).ok());
  }

  void turn() { journal.turn(bench.loop.now()); }
  std::string say(std::string_view line) { return bench.say(line); }
  /// One step of a rewrite in each shard; false when it was the last one.
  bool step() { return bench.service.step_rewrite(0, 1) && bench.service.rewrite().active(); }

  std::vector<std::string> said;
  FaultyDisk disk;

 private:
  static AppendLogOptions threadless(AppendLogOptions options) {
    options.own_thread = false;
    return options;
  }
  DataFolder folder_;

 public:
  AppendLog journal;
  Bench bench;
};

/// What a start finds in `folder`: "a=1 b=2", in the order of keys, or "!" and the error.
[[nodiscard]] std::string found(const Folder& folder);
/// All keys and their values, the same way.
[[nodiscard]] std::string all_of(Service& service);

}  // namespace weir::kv::test
