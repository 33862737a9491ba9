// Notifications, printed as they come.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>

#include "call/options.hpp"
#include "weir/service/rpc_client.hpp"

namespace weir::call {

/// Made before the connection, so that no notification is missed; outlives the client.
class Watch {
 public:
  explicit Watch(const Options& options) : options_(options) {}

  /// What the client is to tell.
  [[nodiscard]] ClientHooks hooks();
  void begin(RpcClient& client);
  /// Until so many were printed as --repeat says, or the connection ends. Answers the exit status.
  [[nodiscard]] int wait();

 private:
  const Options& options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t printed_ = 0;
  bool lost_ = false;
  std::string why_;
};

}  // namespace weir::call
