#include "call/watch.hpp"

#include "common/output.hpp"

namespace weir::call {

ClientHooks Watch::hooks() {
  if (options_.watch.empty()) return {};
  ClientHooks hooks;
  hooks.on_state = [this, connected = false](ClientState state, const Error& error) mutable {
    if (state == ClientState::connected) connected = true;
    if (!connected || state == ClientState::connected) return;
    const std::lock_guard lock(mutex_);
    lost_ = true;
    why_ = error.message;
    changed_.notify_all();
  };
  return hooks;
}

void Watch::begin(RpcClient& client) {
  if (options_.watch.empty()) return;
  client.on_notification(options_.watch, [this](const nlohmann::json& params) {
    const std::lock_guard lock(mutex_);
    if (options_.repeat != 0 && printed_ == options_.repeat) return;
    app::print(params.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
    ++printed_;
    changed_.notify_all();
  });
}

int Watch::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock,
                [this] { return lost_ || (options_.repeat != 0 && printed_ == options_.repeat); });
  if (options_.repeat != 0 && printed_ == options_.repeat) return Exit::success;
  app::complain("weir-call", "the connection has ended" + (why_.empty() ? "" : ": " + why_));
  return Exit::no_answer;
}

}  // namespace weir::call
