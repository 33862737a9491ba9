// Responses out: heads and chunks as bytes. Layer: http.
// Functions without state; what they append goes to the output in one piece or not at all.
//
//     HTTP/1.1 200 OK CR LF
//     Date: Sun, 06 Nov 1994 08:49:37 GMT CR LF       where a date is given
//     Content-Type: text/plain CR LF                  where a type is given
//     Name: value CR LF                               the caller's, checked
//     Content-Length: 5 CR LF                         or Transfer-Encoding, or neither
//     Connection: close CR LF                         where it is not what the version implies
//     CR LF
//
// The fields that say where a message ends are written here alone: Content-Length,
// Transfer-Encoding, Connection and Upgrade among the caller's are refused.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "weir/core/buffer.hpp"
#include "weir/core/error.hpp"
#include "weir/http/headers.hpp"
#include "weir/http/message.hpp"
#include "weir/http/request_head.hpp"
#include "weir/http/status.hpp"

namespace weir::http {

struct ResponseStart {
  Status status = Status::ok;
  /// Bytes of the body; nullopt where nobody knows yet. Of a response to HEAD: those that GET would
  /// have got.
  std::optional<std::uint64_t> content_length = 0;
  /// Text of the Date field (date.hpp); none is written where it is empty.
  std::string_view date{};
  /// Of the Content-Type field; none is written where it is empty.
  std::string_view content_type{};
  /// The protocol that 101 begins, or that 426 asks for: the Upgrade field.
  std::string_view upgrade{};
  /// Of the request. The status line says HTTP/1.1 to all (RFC 9110, section 2.5).
  Version version = Version::http_1_1;
  /// The connection goes on: what the request wished, and the server too.
  bool keep_alive = true;
  /// The request was HEAD, or CONNECT.
  bool to_head = false;
  bool to_connect = false;

  /// What a request says about its response.
  [[nodiscard]] static ResponseStart to(const RequestHead& request);
};

/// How the body of a response goes out, and whether another response may follow.
struct BodyPlan {
  /// length: as it is, content_length bytes. chunked: by write_chunk(). until_close: as it is, then
  /// the connection ends, for a client of 1.0 understands nothing else. none: not a byte, whatever
  /// there is.
  BodyKind body = BodyKind::none;
  bool keep_alive = true;
};

/// RFC 9112, sections 6.3 and 9.3.
[[nodiscard]] BodyPlan plan_of(const ResponseStart& start);

/// Appends the head, by plan_of(). An error names the field: no token as a name; a value with CR,
/// LF, NUL or another control byte; a field that is written here; a status that is none (100 to
/// 599).
weir::Status write_head(const ResponseStart& start, std::span<const Header> headers,
                        Buffer& output);

/// Appends one chunk. Of nothing, nothing: that would be the last one.
void write_chunk(std::string_view data, Buffer& output);
/// Appends the chunk of size 0, and the trailers; refuses what write_head() refuses, Host and
/// Expect.
weir::Status write_last_chunk(std::span<const Header> trailers, Buffer& output);
void write_last_chunk(Buffer& output);

}  // namespace weir::http
