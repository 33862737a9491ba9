// SessionState: what a connection and the handles to it share, also after its end.
// Layer: session, private.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "io/mailbox.hpp"
#include "weir/core/socket_address.hpp"
#include "weir/io/transport.hpp"
#include "weir/session/observer.hpp"
#include "weir/session/per_session.hpp"

namespace weir {

class Connection;
class MessageEncoder;

struct SessionState {
  std::shared_ptr<Mailbox> mailbox;
  Connection* connection = nullptr;      // the loop's thread only; nullptr after the end
  SessionObserver* observers = nullptr;  // the loop's thread only
  std::atomic<std::size_t> queued{0};    // bytes in the connection's queue
  std::atomic<std::size_t> held{0};      // and those of them that take memory
  std::atomic<std::size_t> posted{0};    // bytes on their way from other threads to the loop
  std::atomic<std::uint32_t> posted_messages{0};  // and how many messages they are
  std::atomic<bool> ended{false};
  std::atomic<bool> overflowed{false};  // one message was too many: no later one may follow it
  std::size_t high_watermark = 0;
  std::atomic<std::size_t> max_queued{0};
  std::uint64_t id = 0;
  SocketAddress peer;
  std::unique_ptr<const TransportSecurity> security;  // nullptr where there is none
  std::unique_ptr<SessionValues> values;              // the loop's thread only; nullptr where none
  std::shared_ptr<const MessageEncoder> encoder;      // nullptr: only the connection can encode

  SessionState() = default;
  SessionState(const SessionState&) = delete;
  SessionState& operator=(const SessionState&) = delete;
  ~SessionState() { tell_observers(); }

  /// The connection has ended.
  void tell_observers();
  /// It was under pressure and is no more.
  void tell_drained() const;
};

}  // namespace weir
