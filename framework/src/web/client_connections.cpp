// ClientCore: which connection carries which exchange, and when there is a new one.
#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "web/client_core.hpp"

namespace weir::http {

void ClientCore::on_connected(ClientWire& wire) {
  counters_.connects.add();
  wire.keep();
  ClientOrigin& origin = wire.origin();
  if (!origin.waiting.empty()) begin(origin, wire);
}

void ClientCore::on_not_connected(ClientWire& wire, const Error& error) {
  counters_.connect_failures.add();
  ClientOrigin& origin = wire.origin();
  bury(wire);
  if (origin.waiting.empty()) return;
  fail(*origin.waiting.front(), {error.message + "; it was not sent", error.code});
}

void ClientCore::begin(ClientOrigin& origin, ClientWire& wire) {
  ClientExchange& exchange = *origin.waiting.front();
  origin.waiting.pop_front();
  wire.begin(exchange);
}

void ClientCore::settle_wires() {
  const bool full = wires_ >= options_.connections && somebody_starves();
  for (auto& [name, origin] : origins_) {
    for (auto& wire : origin->wires) {
      if (!wire->exchange_over()) continue;
      wire->end_exchange();
      if (wire->state() != ClientWire::State::kept) continue;
      if (full) {
        wire->abort(CloseReason::closed);
      } else {
        wire->keep();
      }
    }
  }
}

/// Has an origin to wait for a connection that others keep busy?
bool ClientCore::somebody_starves() const {
  return std::ranges::any_of(origins_, [](const auto& origin) {
    return !origin.second->waiting.empty() && origin.second->wires.empty();
  });
}

void ClientCore::serve_waiting() {
  std::vector<ClientOrigin*> waiting;
  for (auto& [name, origin] : origins_) {
    if (!origin->waiting.empty()) waiting.push_back(origin.get());
  }
  // Who has waited longest is first, where there are not connections enough.
  std::ranges::sort(waiting, {},
                    [](const ClientOrigin* origin) { return origin->waiting.front()->id.number; });
  for (ClientOrigin* origin : waiting) serve(*origin);
  std::erase_if(origins_, [](const auto& origin) {
    return origin.second->waiting.empty() && origin.second->wires.empty();
  });
  std::size_t kept = 0;
  for (const auto& [name, origin] : origins_) {
    kept += static_cast<std::size_t>(std::ranges::count(
        origin->wires, ClientWire::State::kept, [](const auto& wire) { return wire->state(); }));
  }
  counters_.kept.subtract(counters_.kept.value());
  counters_.kept.add(kept);
}

void ClientCore::serve(ClientOrigin& origin) {
  while (!origin.waiting.empty()) {
    // The one that was used last: the others may then be idle long enough to be closed.
    ClientWire* best = nullptr;
    std::size_t connecting = 0;
    for (auto& wire : origin.wires) {
      if (wire->state() == ClientWire::State::connecting) ++connecting;
      if (wire->usable() && (best == nullptr || wire->kept_since() >= best->kept_since())) {
        best = wire.get();
      }
    }
    const bool fresh = origin.waiting.front()->fresh;
    if (best != nullptr && (!fresh || !best->used())) {
      begin(origin, *best);
      continue;
    }
    if (connecting >= origin.waiting.size()) return;
    if (origin.wires.size() >= std::max<std::size_t>(options_.connections_per_host, 1)) {
      if (best != nullptr) best->abort(CloseReason::closed);  // its place is for a new one
      return;
    }
    if (wires_ >= std::max<std::size_t>(options_.connections, 1)) return close_longest_kept();
    ++wires_;
    counters_.connections.add();
    origin.wires.push_back(std::make_unique<ClientWire>(*this, origin));
    origin.wires.back()->connect();
  }
}

void ClientCore::close_longest_kept() {
  ClientWire* oldest = nullptr;
  for (auto& [name, origin] : origins_) {
    for (auto& wire : origin->wires) {
      if (!wire->usable()) continue;
      if (oldest == nullptr || wire->kept_since() < oldest->kept_since()) oldest = wire.get();
    }
  }
  if (oldest != nullptr) oldest->abort(CloseReason::closed);
}

void ClientCore::bury(ClientWire& wire) {
  auto& wires = wire.origin().wires;
  const auto found = std::ranges::find(wires, &wire, [](const auto& each) { return each.get(); });
  if (found == wires.end()) return;
  buried_.push_back(std::move(*found));
  wires.erase(found);
  --wires_;
  counters_.connections.subtract();
  loop_end();
}

void ClientCore::on_closed(ClientWire& wire) {
  if (ClientExchange* exchange = wire.exchange(); exchange != nullptr) {
    wire.forget_exchange();
    exchange->wire = nullptr;
    exchange->origin = nullptr;
    end_closed(*exchange, wire);
  }
  bury(wire);
}

/// The connection has ended, and the response was not complete.
void ClientCore::end_closed(ClientExchange& exchange, const ClientWire& wire) {
  const std::string where = exchange.url.origin() + ": ";
  const CloseReason reason = wire.reason();
  const bool began = wire.protocol().began();
  if (wire.protocol().until_close() && reason == CloseReason::peer_ended) {
    return on_complete(exchange);
  }
  const bool late = reason == CloseReason::frame_timeout || reason == CloseReason::write_timeout;
  if (!began && !late && wire.used() && !exchange.retried && is_idempotent(exchange.method)) {
    counters_.retries.add();
    exchange.retried = exchange.fresh = true;
    return join(exchange, true);
  }
  fail(exchange, {where + "the connection ended " + (began ? "within" : "before") +
                      " the response: " + std::string(to_string(reason)),
                  late ? ETIMEDOUT : ECONNRESET});
}

}  // namespace weir::http
