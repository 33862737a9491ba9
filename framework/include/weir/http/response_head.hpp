// ResponseHead: what a response says before its body. Layer: http.
// Owned by who calls the parser, and used again; its views point into the parser's input. As
// RequestHead, with the same keep_in().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "weir/http/headers.hpp"
#include "weir/http/message.hpp"
#include "weir/http/status.hpp"

namespace weir::http {

struct ResponseHead {
  /// 100 to 999; one that has no name means what the first digit says (RFC 9110, section 15).
  Status status = Status::ok;
  /// The phrase behind it, which means nothing to a program; often empty.
  std::string_view phrase;
  /// Of BodyKind::length; of a response to HEAD, or of 304, what the sender says of a body that
  /// does not come.
  std::uint64_t content_length = 0;
  Version version = Version::http_1_1;
  BodyKind body = BodyKind::none;
  /// The connection may be used for another request when this response is complete.
  bool keep_alive = true;
  /// 1xx but 101: the final response follows.
  bool interim = false;
  /// 101, or a success of CONNECT: what follows the head is another protocol's.
  bool switches = false;
  Headers headers;
  /// Of a chunked body; they are there when the parser answers `complete`.
  Headers trailers;
  /// All bytes of the head.
  std::string_view bytes;

  /// Copies the bytes of the head to `storage` and points all views there; trailers are dropped.
  void keep_in(std::string& storage);
  void clear();
};

}  // namespace weir::http
