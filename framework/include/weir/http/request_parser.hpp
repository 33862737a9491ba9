// RequestParser: requests of HTTP/1.1 and 1.0 from the bytes of one connection. Layer: http.
// One for a connection, used for all its requests; it keeps about 150 bytes and no part of the
// input. Not thread-safe.
//
//     RequestHead head;                                  one for a loop will do
//     for (std::size_t used = 0;;) {
//       const Parsed part = parser.next(input.substr(used), head);
//       used += part.consumed;
//       ...                                              head, body..., complete, head, ...
//       if (part.kind == need_more) break;               call again with input.substr(used) and
//       more
//     }
//
// Strict, for what two readers take differently is how requests are smuggled (RFC 9112, section
// 11.2). Refused before a byte of the body is believed: Content-Length with Transfer-Encoding, or
// either of them twice; any transfer coding but `chunked`, and that one on 1.0; no Host, or two, or
// one that is no host; lines that end with a lone LF or CR; folded lines; blanks before a colon;
// names that are no token; control bytes anywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "weir/http/body_parser.hpp"
#include "weir/http/limits.hpp"
#include "weir/http/message.hpp"
#include "weir/http/request_head.hpp"
#include "weir/http/status.hpp"

namespace weir::http {

class RequestParser {
 public:
  /// A longer method is answered with 501 (RFC 9112, section 3).
  static constexpr std::size_t max_method = 32;

  /// `limits` outlives the parser.
  explicit RequestParser(const Limits& limits) : limits_(&limits), body_(limits) {}

  /// What comes next. `input` is what was not consumed yet: while a head is incomplete it stays
  /// with the caller, and comes again with more behind it. Looks at no byte more than twice,
  /// however the bytes are cut, and answers the same however they are.
  ///
  /// `head` is filled when `head` is answered, and is any other time of no meaning, but for its
  /// trailers when `complete` is; it need not be the same one each time.
  ///
  /// After `failed` it answers `failed` for ever. After a request with keep_alive == false the
  /// input is consumed and dropped: it is no request (RFC 9112, section 9.6). Who takes the
  /// connection over, after CONNECT or an upgrade, stops calling when `complete` is answered.
  [[nodiscard]] Parsed next(std::string_view input, RequestHead& head);

  /// Of the request whose head was answered last: a body over `max` bytes fails with 413, where
  /// that is less than Limits::body, as for a route that takes less than others. Before any of the
  /// body was asked for; with a content_length it fails at once.
  void limit_body(std::uint64_t max) { body_.limit(max); }

  /// Of `failed`.
  [[nodiscard]] const ParseError& error() const { return *error_; }
  /// Between two requests: no byte of the next one was seen. The end of the stream is no mistake
  /// here.
  [[nodiscard]] bool idle() const { return place_ == Place::method && !begun_; }
  /// The last request of the connection was complete; see next().
  [[nodiscard]] bool ended() const { return place_ == Place::ended; }

 private:
  enum class Place : std::uint8_t { method, target, version, fields, body, ended, failed };

  Parsed next_head(std::string_view input, RequestHead& head);
  bool skip_empty_lines(std::string_view input, std::size_t& skipped);
  bool scan_head(std::string_view input, RequestHead& head);
  bool scan_request_line(std::string_view input, RequestHead& head);
  std::size_t scan_version(std::string_view rest);
  bool more_of_line(std::string_view input, std::size_t stop, const char* reached);
  bool take_target(RequestHead& head);
  bool take_absolute(RequestHead& head);
  bool take_field(std::string_view name, std::string_view value, RequestHead& head);
  bool take_host(std::string_view value, RequestHead& head);
  bool take_expect(std::string_view value);
  bool finish_head(RequestHead& head);
  bool fail(Status status, std::string_view reason);
  bool refuse(const std::optional<ParseError>& mistake);
  bool refuse_method(std::string_view input, char byte);
  bool refuse_target(char byte);
  void restart_head();

  const Limits* limits_;
  std::unique_ptr<ParseError> error_;
  BodyParser body_;
  MessageFacts facts_;
  FieldScan scan_;
  std::uint32_t method_end_ = 0;
  std::uint32_t target_end_ = 0;
  std::uint32_t empty_lines_ = 0;
  Place place_ = Place::method;
  bool begun_ = false;  // bytes of a request were seen
  bool last_ = false;   // no request follows this one
};

}  // namespace weir::http
