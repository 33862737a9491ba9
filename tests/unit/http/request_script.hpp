// What a RequestParser makes of bytes, as text to compare: whole, or in pieces that come one by
// one, each time in memory of their own, so that a view that is too old shows under a sanitizer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weir/http/limits.hpp"
#include "weir/http/status.hpp"

namespace weir::test {

struct Requests {
  /// Of each message: `METHOD target HTTP/1.x`, its headers, its body and its trailers, each on a
  /// line of its own; at the end `failed CODE`, where it failed.
  std::string text;
  std::string bodies;     // of all messages
  std::size_t heads = 0;  // that were answered
  std::size_t completed = 0;
  http::Status status = http::Status::ok;  // of the failure
  std::string reason;
  bool idle = false;  // at the end
};

[[nodiscard]] Requests read_pieces(const std::vector<std::string_view>& pieces,
                                   const http::Limits& limits = {});

/// `input` as one piece; the same in two pieces, cut at every place, and byte by byte, which must
/// make no difference.
[[nodiscard]] Requests read_requests(std::string_view input, const http::Limits& limits = {});

/// `lines`, each with CRLF behind it.
[[nodiscard]] std::string lines_of(const std::vector<std::string_view>& lines);

}  // namespace weir::test
