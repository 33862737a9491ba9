#include "weir/service/server.hpp"

#include <charconv>

#include "core/text.hpp"
#include "service/server_core.hpp"

namespace weir {

Result<Threads> Threads::parse(std::string_view text) {
  if (text == "per-connection") return Threads{1, true};
  std::size_t count = 0;
  const auto* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc() || stopped != end || count < 1 || count > max_count) {
    return Error{"threads '" + text::printable(text) + "': expected a number from 1 to " +
                 std::to_string(max_count) + ", or per-connection"};
  }
  return Threads{count, false};
}

std::string Threads::to_string() const {
  return per_connection ? "per-connection" : std::to_string(count);
}

std::string DrainReport::to_string() const {
  return "drained: " + std::to_string(idle) + " idle, " + std::to_string(finished) + " finished, " +
         std::to_string(cut) + " cut";
}

Server::Server(ServerOptions options) : core_(std::make_unique<ServerCore>(std::move(options))) {}

Server::~Server() {
  core_->stop(Duration::zero());
  core_->wait();
}

Result<Endpoint> Server::listen(std::string_view endpoint, std::unique_ptr<ProtocolFactory> factory,
                                ListenerOptions options) {
  return core_->listen(endpoint, Service{.factory = std::move(factory)}, std::move(options));
}

Result<Endpoint> Server::listen(std::string_view endpoint, std::shared_ptr<ServedFactory> factory,
                                ListenerOptions options) {
  return core_->listen(endpoint, Service{.served = std::move(factory)}, std::move(options));
}

std::pair<std::shared_ptr<const SessionTypes>, std::size_t> Server::add_session_type(
    SessionType type) {
  return core_->add_session_type(type);
}

Status Server::start() { return core_->start(); }

int Server::run(Task on_ready) { return core_->run(std::move(on_ready)); }

void Server::stop(Duration deadline) { core_->stop(deadline); }

void Server::stop() { core_->stop(core_->options().drain); }

DrainReport Server::wait() { return core_->wait(); }

bool Server::stopped() const { return core_->stopped(); }

ServerStats Server::stats() const { return core_->stats(); }

Inspection& Server::inspect() { return core_->inspect(); }

}  // namespace weir
