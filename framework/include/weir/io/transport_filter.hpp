// TransportFilter: what stands between a socket and its connection, such as TLS. Layer: io.
// It makes a Transport that is the Sink of another one. One object serves all connections of a
// listener or a client.
//
//     socket --- Transport --- filter's Transport --- Connection
//
// Threads: wrap() on any loop, several at once.
#pragma once

#include <memory>
#include <string_view>

#include "weir/io/event_loop.hpp"
#include "weir/io/transport.hpp"

namespace weir {

class TransportFilter {
 public:
  virtual ~TransportFilter() = default;
  /// Puts itself before `inner`, on whose loop it is called. `host` is the name that a client was
  /// told to connect to; empty on a server. The transport keeps what it needs of the filter alive.
  [[nodiscard]] virtual Result<TransportPtr> wrap(TransportPtr inner, EventLoop& loop,
                                                  std::string_view host) const = 0;
};

using TransportFilterPtr = std::shared_ptr<const TransportFilter>;

}  // namespace weir
