// The lists in the values of header fields (RFC 9110 5.6). Layer: websocket, sources only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::websocket {

[[nodiscard]] bool is_token(std::string_view word);
/// Of ASCII letters alone.
[[nodiscard]] bool same_ignoring_case(std::string_view a, std::string_view b);
[[nodiscard]] std::string lower(std::string_view text);
/// Without the spaces and tabs at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);
/// Cuts the first element off a list with commas; empty ones are passed over. Empty at the end.
[[nodiscard]] std::string_view next_element(std::string_view& list);

struct Parameter {
  std::string name;
  std::optional<std::string> value;
};
struct Extension {
  std::string name;
  std::vector<Parameter> parameters;
};

/// The value of Sec-WebSocket-Extensions (RFC 6455 9.1); nothing when it is malformed or has more
/// than 32 extensions or parameters together. A value in quotes comes without them.
[[nodiscard]] std::optional<std::vector<Extension>> parse_extensions(std::string_view list);

}  // namespace weir::websocket
