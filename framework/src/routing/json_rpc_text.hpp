// The messages of JSON-RPC 2.0 as text, their members in the order of the specification's examples.
// Layer: routing, private. All append.
#pragma once

#include <string>
#include <string_view>

#include "weir/session/failure.hpp"

namespace weir::rpc_text {

/// The id where nobody can say whom it answers.
inline constexpr std::string_view no_id = "null";

/// `result` and `id` are JSON.
void append_result(std::string& output, std::string_view result, std::string_view id);
void append_failure(std::string& output, const Failure& failure, std::string_view id);
/// What is no JSON at all.
void append_parse_error(std::string& output);

}  // namespace weir::rpc_text
