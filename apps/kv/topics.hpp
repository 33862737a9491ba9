// Topics: who subscribes to which channels and patterns, and messages to them. Any thread.
//
//     channel "news"  -> client 3, client 7        a message is written once for each protocol and
//     pattern "n*"    -> client 7                  sent to each client's session: on its own loop
//                                                  at once, to another one as a post
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "kv/clients.hpp"

namespace weir::kv {

class Topics {
 public:
  using Subscriber = std::shared_ptr<ClientRecord>;

  void subscribe(std::string_view channel, const Subscriber& client);
  void unsubscribe(std::string_view channel, std::uint64_t client);
  void subscribe_pattern(std::string_view pattern, const Subscriber& client);
  void unsubscribe_pattern(std::string_view pattern, std::uint64_t client);

  /// Answers to how many it was sent, one that hears it twice counted twice.
  std::size_t publish(std::string_view channel, std::string_view message);

  /// Channels that somebody subscribes to; those that `pattern` matches.
  [[nodiscard]] std::vector<std::string> channels(std::string_view pattern) const;
  [[nodiscard]] std::size_t subscribers(std::string_view channel) const;
  [[nodiscard]] std::size_t patterns() const;

 private:
  // Trees, for strangers choose the names.
  using Members = std::map<std::uint64_t, Subscriber>;
  using Names = std::map<std::string, Members, std::less<>>;
  static void add(Names& names, std::string_view name, const Subscriber& client);
  static void remove(Names& names, std::string_view name, std::uint64_t client);

  mutable std::mutex mutex_;
  Names channels_;
  Names patterns_;
};

}  // namespace weir::kv
