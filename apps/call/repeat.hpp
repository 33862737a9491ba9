// Many calls of one method, so many at once, and what they took.
#pragma once

#include "call/options.hpp"
#include "weir/service/rpc_client.hpp"

namespace weir::call {

/// Prints a summary; answers the exit status of the worst that happened.
[[nodiscard]] int repeat(RpcClient& client, const Options& options);

}  // namespace weir::call
