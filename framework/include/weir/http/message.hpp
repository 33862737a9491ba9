// What heads of requests and of responses have in common, and what a parser answers. Layer: http.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir::http {

enum class Version : std::uint8_t { http_1_0, http_1_1 };

/// Where a body ends (RFC 9112, section 6.3).
enum class BodyKind : std::uint8_t {
  none,         // there is none
  length,       // after content_length bytes, which are at least one
  chunked,      // with the chunk of size 0 and the trailers
  until_close,  // with the connection; responses alone
};

/// What a parser made of the input, one part at a time:
///
///     need_more                the input is used up to `consumed`; more is needed to go on
///     head                     the head is complete and checked: the body may be believed
///     body                     `body` is the next piece of it, decoded, a view into the input
///     complete                 the message has ended; trailers were taken, if there were any
///     failed                   the parser's error() says why; the connection is to be closed
///
/// A message is `head`, any number of `body`, then `complete`, also when it has no body.
struct Parsed {
  enum class Kind : std::uint8_t { need_more, head, body, complete, failed };

  Kind kind = Kind::need_more;
  /// So many bytes of the input belong to what was answered and are not to be given again. Of
  /// need_more it may be 0: a head stays with the caller until it is complete.
  std::size_t consumed = 0;
  std::string_view body{};
};

/// Which field lines that decide about a message were seen; a parser's notes.
struct MessageFacts {
  std::uint64_t length = 0;
  Version version = Version::http_1_1;
  bool has_length = false;
  bool chunked = false;  // Transfer-Encoding, which is refused with any other value
  bool close = false;    // of Connection, as the next two
  bool keep_alive = false;
  bool connection_upgrade = false;
  bool upgrade = false;
  bool host = false;
  bool expects_continue = false;
};

}  // namespace weir::http
