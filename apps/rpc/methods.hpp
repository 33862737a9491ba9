// The methods of weir-rpc, in one table.
//
//     add, subtract, multiply, divide   [a, b] or {"a": ..., "b": ...}, numbers
//     echo                              anything; answers it
//     time                              answers {"unix": seconds, "utc": text}
//     slow                              [ms] or {"ms": ...}: answers after so long (1000)
//     fail                              always; {"code": ..., "message": ...} in these words
//     subscribe                         {"interval_ms": ...} (1000): notifications "tick" from now
//     on unsubscribe                       no more of them; answers whether there were any
#pragma once

#include "rpc/ticks.hpp"
#include "weir/routing/json.hpp"
#include "weir/service/server.hpp"

namespace weir::rpc {

/// Before the server starts. The handlers keep nothing of `server` but the state of its sessions.
void add_methods(JsonRouter& router, Server& server);

}  // namespace weir::rpc
