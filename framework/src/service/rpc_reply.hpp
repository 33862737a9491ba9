// What a JSON-RPC server sends, taken apart. Layer: service, private.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "weir/service/rpc_client.hpp"

namespace weir {

/// The id of a response to one of our requests, all of which are numbered; nothing for anything
/// else. Looks at every byte, but makes no value of it.
[[nodiscard]] std::optional<std::uint64_t> response_id(std::string_view text);

/// The result or the error of a response (JSON-RPC 2.0, section 5).
[[nodiscard]] RpcResult<nlohmann::json> parse_response(std::string_view text);

}  // namespace weir
