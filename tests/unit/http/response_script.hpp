// What a ResponseParser makes of bytes, as text to compare; as request_script.hpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weir/http/limits.hpp"

namespace weir::test {

/// Methods of the requests that were sent, one after another.
using Methods = std::vector<std::string_view>;

struct Responses {
  /// Of each message: `code phrase`, its headers, its body and its trailers, each on a line of its
  /// own; at the end `failed`, where it failed.
  std::string text;
  std::string bodies;
  std::size_t heads = 0;
  std::size_t completed = 0;
  bool failed = false;
  std::string reason;
  std::size_t left = 0;  // bytes of the input behind a switch of protocols
};

/// The stream ends behind the last piece where `ends`.
[[nodiscard]] Responses read_response_pieces(const Methods& methods,
                                             const std::vector<std::string_view>& pieces, bool ends,
                                             const http::Limits& limits = {});

/// `input` whole, in two pieces cut at every place, and byte by byte, which must make no
/// difference.
[[nodiscard]] Responses read_responses(const Methods& methods, std::string_view input,
                                       bool ends = false, const http::Limits& limits = {});

}  // namespace weir::test
