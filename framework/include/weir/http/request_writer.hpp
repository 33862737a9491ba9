// Requests out: heads as bytes; their chunks are those of response_writer.hpp. Layer: http.
//
//     GET /path?query HTTP/1.1 CR LF
//     Host: example.com CR LF
//     Name: value CR LF                      the caller's, checked
//     Content-Length: 5 CR LF                or Transfer-Encoding, or neither
//     Connection: close CR LF                where it is not kept, or an upgrade is asked for
//     CR LF
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "weir/core/buffer.hpp"
#include "weir/core/error.hpp"
#include "weir/http/headers.hpp"

namespace weir::http {

struct RequestStart {
  std::string_view method = "GET";
  /// In one of the four forms of RFC 9112, section 3.2, escaped already (uri.hpp).
  std::string_view target = "/";
  /// `host` or `host:port`; empty where the target names none.
  std::string_view host{};
  /// Bytes of the body; nullopt is a chunked one. Of 0, POST, PUT and PATCH say so (RFC 9110,
  /// section 8.6), the others say nothing.
  std::optional<std::uint64_t> content_length = 0;
  /// A protocol to change to, for the Upgrade field.
  std::string_view upgrade{};
  bool keep_alive = true;
  /// The body waits for 100 (RFC 9110, section 10.1.1); only with a body.
  bool expect_continue = false;
};

/// Appends the head, in one piece or not at all. An error names what is wrong: a method that is no
/// token, a target that is none, a host that is none, a field that is refused as in
/// response_writer.hpp; Host and Expect are written here as well. CONNECT has no body.
weir::Status write_head(const RequestStart& start, std::span<const Header> headers, Buffer& output);

}  // namespace weir::http
