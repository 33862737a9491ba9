// Client: what a connection has said of itself, and what it is in the middle of. Its loop's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kv/clients.hpp"
#include "kv/key_waiters.hpp"

namespace weir {
class Connection;
}

namespace weir::kv {

struct Command;

/// From MULTI to EXEC.
struct Transaction {
  struct Queued {
    const Command* command;
    std::string bytes;  // in RESP
  };
  bool open = false;
  bool failed = false;  // a command was refused: EXEC will be as well
  std::vector<Queued> commands{};
  std::size_t bytes = 0;
};

/// What WATCH watches.
struct Watched {
  std::vector<std::string> keys{};
  WatchFlag changed{};  // nullptr: nothing
};

class Client {
 public:
  enum class Replies : std::uint8_t { on, off, skip_next, skip };

  explicit Client(bool authenticated_from_start) : authenticated(authenticated_from_start) {}

  std::shared_ptr<ClientRecord> record{};
  Connection* connection = nullptr;
  int protocol = 2;
  bool authenticated;
  Replies replies = Replies::on;
  /// Up to where the journal must be before what is held of its replies goes out.
  std::uint64_t held_until = 0;
  Transaction transaction{};
  Watched watched{};
  std::vector<std::string> channels{};  // that it subscribes to
  std::vector<std::string> patterns{};
  /// While it waits for a list.
  std::shared_ptr<PopWaiter> waiter{};

  [[nodiscard]] bool subscribed() const { return !channels.empty() || !patterns.empty(); }
  void set_protocol(int version) {
    protocol = version;
    record->protocol.store(version, std::memory_order_relaxed);
  }
};

}  // namespace weir::kv
