// Where a person finds the chat: what to type for a browser and for a terminal.
#pragma once

#include <string>

#include "weir/core/endpoint.hpp"

namespace weir::chat {

/// "http://127.0.0.1:8080/"; the endpoint itself where a browser cannot go there.
[[nodiscard]] std::string address_for_browsers(const Endpoint& endpoint);
/// "nc 127.0.0.1 7002"
[[nodiscard]] std::string command_for_terminals(const Endpoint& endpoint);

}  // namespace weir::chat
