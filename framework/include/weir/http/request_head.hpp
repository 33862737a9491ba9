// RequestHead: what a request says before its body. Layer: http.
// Owned by who calls the parser, usually one for a loop: it is used again for each request. All
// views point into the input that the parser was given, so they are good as long as that lies
// still; keep_in() makes a copy that lasts.
//
//     GET http://example.com:80/a/b?c=d HTTP/1.1
//         |______ target ______________|
//                |_authority__||path| |query
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "weir/http/headers.hpp"
#include "weir/http/message.hpp"

namespace weir::http {

/// RFC 9112, section 3.2.
enum class TargetForm : std::uint8_t {
  origin,     // /path?query
  absolute,   // http://host/path?query, as to a proxy
  authority,  // host:port, of CONNECT alone
  asterisk,   // *, of OPTIONS alone
};

struct RequestHead {
  /// A token, in the case that it came in: methods differ by it (RFC 9110, section 9.1).
  std::string_view method;
  /// As it came: visible ASCII without '#'.
  std::string_view target;
  /// Not decoded (see uri.hpp). "/" for an absolute target without a path, "*" for an asterisk,
  /// empty for an authority; begins with "/" otherwise.
  std::string_view path;
  /// Behind the first '?', not decoded; empty when there is none.
  std::string_view query;
  /// Whom the request is for, `host` or `host:port`: that of an absolute target or of CONNECT, or
  /// else the value of Host (RFC 9112, section 3.2.2). Empty where a 1.0 request names nobody, or
  /// Host is empty.
  std::string_view authority;
  std::uint64_t content_length = 0;
  TargetForm form = TargetForm::origin;
  Version version = Version::http_1_1;
  BodyKind body = BodyKind::none;
  /// After the response the connection may be used again: false after `Connection: close`, and for
  /// 1.0 without `Connection: keep-alive` (RFC 9112, section 9.3).
  bool keep_alive = true;
  /// The client waits for 100 before it sends the body (RFC 9110, section 10.1.1). Never of 1.0,
  /// and never without a body.
  bool expects_continue = false;
  /// `Connection: upgrade` with an Upgrade field, of 1.1 (RFC 9110, section 7.8).
  bool upgrade = false;
  Headers headers;
  /// Of a chunked body; they are there when the parser answers `complete`. Apart from the headers,
  /// for what comes late must not change what was decided (RFC 9110, section 6.5.1).
  Headers trailers;
  /// All bytes of the head.
  std::string_view bytes;

  /// Copies the bytes of the head to `storage` and points all views there; trailers are dropped.
  /// The copy is the caller's to keep as long as the head.
  void keep_in(std::string& storage);
  void clear();
};

}  // namespace weir::http
