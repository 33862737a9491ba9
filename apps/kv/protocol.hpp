// serve: a Service on the connections of a server.
//
//     weir::kv::Journal journal;
//     weir::kv::Service service({.threads = 1}, journal);
//     server.listen("tcp://127.0.0.1:6380", weir::kv::serve(service, {.parts = 1}));
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "weir/session/protocol.hpp"

namespace weir::kv {

class Service;

struct ServeOptions {
  /// Loops of the server; of all its listeners one alone looks after the keys, with parts over 0.
  std::size_t parts = 0;
  /// The endpoint, for CLIENT LIST.
  std::string local{};
};

/// `service` outlives what serves it.
[[nodiscard]] std::unique_ptr<ProtocolFactory> serve(Service& service, ServeOptions options);

}  // namespace weir::kv
