// Field lines, from the first to the empty line behind the last: of a head and of trailers.
// Layer: http, its sources only. RFC 9112, section 5, without what section 5.2 lets go.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/bytes.hpp"
#include "weir/http/body_parser.hpp"
#include "weir/http/status.hpp"

namespace weir::http {

enum class Scanned : std::uint8_t { more, done, failed };

struct FieldLimits {
  std::size_t line;     // bytes of a line without its end
  std::size_t section;  // bytes of all of it
  std::size_t count;    // field lines
};

/// Where a line that begins at `line` has ended, CRLF and all, or is too long; at most `section`.
constexpr std::size_t end_of_window(std::size_t line, std::size_t max, std::size_t section) {
  const std::size_t room = section - line;
  return room > 2 && max < room - 2 ? line + max + 2 : section;
}

/// "<what> of more than 4 bytes".
[[nodiscard]] std::string beyond(std::string_view what, std::uint64_t limit);

/// What is wrong with a line whose name ends at `byte`.
[[nodiscard]] std::string_view mistake_of_name(bool empty, char byte);
/// What is wrong with a value that has `byte`.
[[nodiscard]] std::string_view mistake_of_value(char byte);

/// Goes on at scan.scanned. `take(name, value)` answers whether it goes on and has called
/// `fail(status, reason)` where it does not. Of done, scan.scanned is behind the empty line.
template <class Take, class Fail>
Scanned scan_fields(FieldScan& scan, std::string_view input, const FieldLimits& limits, Take&& take,
                    Fail&& fail) {
  const char* const begin = input.data();
  const char* at = begin + scan.scanned;
  for (;;) {
    // Behind `stop` nothing is looked at before the limits were: so the answer does not depend on
    // how much more has come.
    const std::size_t line_stop = end_of_window(scan.line, limits.line, limits.section);
    const std::size_t stop_at = std::min(input.size(), line_stop);
    const char* const stop = begin + stop_at;
    const char* const line = begin + scan.line;
    const auto out_of_bytes = [&](const char* reached) {
      if (stop_at < line_stop) {
        scan.scanned = static_cast<std::uint32_t>(reached - begin);
        return Scanned::more;
      }
      fail(Status::request_header_fields_too_large, stop_at == limits.section
                                                        ? beyond("header section", limits.section)
                                                        : beyond("header line", limits.line));
      return Scanned::failed;
    };
    const auto refuse = [&](std::string_view reason) {
      fail(Status::bad_request, reason);
      return Scanned::failed;
    };

    if (scan.colon == 0) {
      at = bytes::skip_token(at, stop);
      if (at == stop) return out_of_bytes(at);
      if (at == line && *at == '\r') {
        if (at + 1 == stop) return out_of_bytes(at);
        if (at[1] != '\n') return refuse("CR without LF in the head");
        scan.scanned = static_cast<std::uint32_t>(at + 2 - begin);
        return Scanned::done;
      }
      if (at == line || *at != ':') return refuse(mistake_of_name(at == line, *at));
      if (++scan.fields > limits.count) {
        fail(Status::request_header_fields_too_large,
             "more than " + std::to_string(limits.count) + " header lines");
        return Scanned::failed;
      }
      scan.colon = static_cast<std::uint32_t>(at - begin);
      ++at;
    }
    at = bytes::skip_value(at, stop);
    if (at == stop) return out_of_bytes(at);
    if (*at != '\r') return refuse(mistake_of_value(*at));
    if (at + 1 == stop) return out_of_bytes(at);
    if (at[1] != '\n') return refuse("CR without LF in the head");
    const char* const colon = begin + scan.colon;
    const std::string_view name(line, static_cast<std::size_t>(colon - line));
    const std::string_view value(colon + 1, static_cast<std::size_t>(at - colon - 1));
    if (!take(name, bytes::trimmed(value))) return Scanned::failed;
    at += 2;
    scan.line = static_cast<std::uint32_t>(at - begin);
    scan.colon = 0;
  }
}

}  // namespace weir::http
