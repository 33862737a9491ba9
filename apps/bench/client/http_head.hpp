// The head of an HTTP/1.1 response, as far as a client that trusts nobody needs it.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace weir::bench {

inline constexpr std::size_t longest_http_head = 16U << 10U;

// The size of the head that `text` begins with, its empty line included; nothing when it has not
// all come. Throws Failure past longest_http_head.
std::optional<std::size_t> http_head_size(std::string_view text);

// The status of a head, 200; 0 when the first line is none of HTTP/1.1.
unsigned http_status(std::string_view head);

// The value of the first field of that name, without blanks around it. Names in any case.
std::optional<std::string_view> http_field(std::string_view head, std::string_view name);

// In ASCII, without regard to case.
bool equals_ignoring_case(std::string_view left, std::string_view right);

}  // namespace weir::bench
