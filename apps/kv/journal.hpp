// Journal: where changes go that are to outlive the process. Whoever keeps them implements it.
//
// Threads: append() from any loop, with the locks held of all keys that the commands name: so the
// order in which it is called is the order in which each key changed. The others on a loop, without
// locks.
#pragma once

#include <string_view>

#include "weir/core/error.hpp"

namespace weir::kv {

class Journal {
 public:
  Journal() = default;
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  virtual ~Journal() = default;

  /// False: nothing of append() is of any use, and it is not called.
  [[nodiscard]] virtual bool keeps() const { return false; }
  /// Before a command that writes: an error is answered to the client as it is, "MISCONF ...", and
  /// the command is not run.
  [[nodiscard]] virtual Status writable() { return {}; }
  /// `commands`, one or more whole ones in RESP, have changed the keys. They belong together: all
  /// of them are kept or none.
  virtual void append(std::string_view commands) { static_cast<void>(commands); }
  /// After the commands of one read, where one was appended, and before their replies go out: what
  /// is to be kept before it is acknowledged is kept when this returns. On an error no reply goes
  /// out and the connection ends.
  [[nodiscard]] virtual Status commit() { return {}; }
};

}  // namespace weir::kv
