// Clients: everybody who is connected, for CLIENT LIST and KILL and for messages to subscribers.
// A record is its client's and outlives it where somebody still holds it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "kv/shard.hpp"
#include "weir/session/session.hpp"

namespace weir::kv {

struct Command;

/// What others may know of a client. Written by its loop, read from anywhere.
struct ClientRecord {
  std::uint64_t id = 0;
  Session session{};
  std::string local{};  // the endpoint
  Milliseconds since = 0;
  std::atomic<int> protocol{2};
  std::atomic<const Command*> last{nullptr};
  std::atomic<Milliseconds> last_at{0};
  std::atomic<std::size_t> channels{0};
  std::atomic<std::size_t> patterns{0};
  std::atomic<int> queued{-1};  // commands behind MULTI
  std::atomic<bool> no_evict{false};
  std::atomic<bool> blocked{false};

  [[nodiscard]] std::string name() const;
  void set_name(std::string_view name);

 private:
  mutable std::mutex mutex_;
  std::string name_;
};

/// One line of CLIENT LIST, without its end.
[[nodiscard]] std::string describe(const ClientRecord& client, Milliseconds now);

class Clients {
 public:
  /// A record with an id that nobody had before.
  [[nodiscard]] std::shared_ptr<ClientRecord> add(const Session& session, Milliseconds now);
  void remove(std::uint64_t id);
  [[nodiscard]] std::size_t size() const;
  /// In the order of coming. Calls nothing of Clients.
  template <class Visit>
  void each(Visit visit) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, record] : records_) visit(*record);
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::uint64_t, std::shared_ptr<ClientRecord>> records_;
  std::uint64_t next_ = 1;
};

}  // namespace weir::kv
