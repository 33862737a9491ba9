// Journal: where changes go that are to outlive the process. Whoever keeps them implements it.
//
// Threads: append() and append_snapshot() from any loop, with the locks held of all keys that the
// commands name: so the order in which they are called is the order in which each key changed. The
// others on a loop, without locks, unless they say otherwise.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "weir/core/error.hpp"
#include "weir/core/task.hpp"

namespace weir::kv {

/// What INFO and CONFIG say of a journal.
struct JournalFigures {
  std::string folder{};
  std::string policy{};         // "always", "everysec", "no"
  std::string failure{};        // why nothing is kept now; empty: all is well
  std::uint64_t size = 0;       // bytes of the log
  std::uint64_t base_size = 0;  // of these, when it was begun or read last
  std::uint64_t waiting = 0;    // bytes that are not written yet
  std::int64_t saved_at = 0;    // seconds since 1970: all up to then is on the disk
  std::uint64_t rewrites = 0;   // logs begun anew that became whole
  bool rewriting = false;
  bool last_rewrite_failed = false;
};

class Journal {
 public:
  /// What was appended so far, as a number that grows.
  using Mark = std::uint64_t;
  using Told = UniqueFunction<void(Status)>;

  Journal() = default;
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  virtual ~Journal() = default;

  /// False: nothing of append() is of any use, and it is not called.
  [[nodiscard]] virtual bool keeps() const { return false; }
  /// Before a command that writes: an error is answered to the client as it is, "MISCONF ...", and
  /// the command is not run. May wait where changes come faster than they can be kept.
  [[nodiscard]] virtual Status writable() { return {}; }
  /// `commands`, one or more whole ones in RESP, have changed the keys. They belong together: all
  /// of them are kept or none.
  virtual void append(std::string_view commands) { static_cast<void>(commands); }

  /// awaited() may answer something else than 0.
  [[nodiscard]] virtual bool holds_replies() const { return false; }
  /// Behind the commands of one read and before their replies go out. 0: they may go out at once.
  /// Else they wait until when_kept() tells: somebody may see in them what is not kept yet.
  /// `appended`: one of the commands has changed something.
  [[nodiscard]] virtual Mark awaited(bool appended) {
    static_cast<void>(appended);
    return 0;
  }
  /// Calls `told` once, from any thread, also inside this call: all up to `mark` is kept, or, with
  /// an error, it is not known whether it is and no reply may say so.
  virtual void when_kept(Mark mark, Told told) {
    static_cast<void>(mark);
    told({});
  }

  /// Writes all that was appended to the disk, and waits for it.
  [[nodiscard]] virtual Status save() { return Error{"ERR nothing is kept on disk"}; }
  /// From any thread.
  [[nodiscard]] virtual JournalFigures figures() const { return {}; }

  // Beginning anew (snapshot.hpp): the journal keeps a second log, of entries and of what changes
  // meanwhile, that takes the place of the first one when it is whole.

  /// It has grown enough for that.
  [[nodiscard]] virtual bool wants_snapshot() const { return false; }
  /// With all locks: from now on all goes to the second log as well. An error says why not now.
  [[nodiscard]] virtual Status begin_snapshot() { return Error{"ERR nothing is kept on disk"}; }
  /// With the lock of the shard: commands that make entries of it what they are now.
  virtual void append_snapshot(std::string_view commands) { static_cast<void>(commands); }
  /// False: those that came are still on their way to the disk; better come again a little later.
  [[nodiscard]] virtual bool takes_snapshot() const { return false; }
  /// All entries have come.
  virtual void end_snapshot() {}
};

}  // namespace weir::kv
