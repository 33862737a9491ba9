// ResponseParser: responses from the bytes of one connection of a client. Layer: http.
// One for a connection; as strict as RequestParser, for who believes a wrong end of a response
// gives the next one to the wrong request. Not thread-safe.
//
//     parser.expect("GET");                      when a request was sent, or its turn has come
//     ...next()...                               (head, complete) of each 1xx, then the final one:
//     ...                                        head, body..., complete
//     parser.expect("HEAD");
//
// Refused, with 502: all that RequestParser refuses in field lines and chunks; a length or a coding
// in 1xx or 204; bytes that no request asked for.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "weir/http/body_parser.hpp"
#include "weir/http/limits.hpp"
#include "weir/http/message.hpp"
#include "weir/http/response_head.hpp"
#include "weir/http/status.hpp"

namespace weir::http {

class ResponseParser {
 public:
  /// `limits` outlives the parser.
  explicit ResponseParser(const Limits& limits) : limits_(&limits), body_(limits) {}

  /// The next response answers a request with this method: to HEAD none has a body, to CONNECT a
  /// success has none. Called once for each request, when idle() is true.
  void expect(std::string_view method);

  /// As RequestParser::next(). Where nothing is expected, an empty input needs more, and any other
  /// has failed. After a head with `switches` and its `complete` the rest of the stream is another
  /// protocol's: stop calling. After a last response (keep_alive == false) input is dropped.
  [[nodiscard]] Parsed next(std::string_view input, ResponseHead& head);

  /// The stream has ended: `complete` where that is how the body ends, `need_more` where no
  /// response was due, `failed` in all other places.
  [[nodiscard]] Parsed end();

  /// Of `failed`; its status is 502.
  [[nodiscard]] const ParseError& error() const { return *error_; }
  /// No response is due.
  [[nodiscard]] bool idle() const { return place_ == Place::idle; }

 private:
  enum class Place : std::uint8_t { idle, start, phrase, fields, body, ended, failed };
  enum class Asked : std::uint8_t { other, head, connect };

  Parsed next_head(std::string_view input, ResponseHead& head);
  Parsed next_body(std::string_view input, ResponseHead& head);
  bool scan_head(std::string_view input, ResponseHead& head);
  bool scan_status_line(std::string_view input, ResponseHead& head);
  bool scan_start(std::string_view input);
  bool more_of_line(std::string_view input, std::size_t stop, const char* reached);
  bool take_field(std::string_view name, std::string_view value);
  bool finish_head(ResponseHead& head);
  bool decide_body(ResponseHead& head);
  bool fail(std::string_view reason);
  void restart_head();

  const Limits* limits_;
  std::unique_ptr<ParseError> error_;
  BodyParser body_;
  MessageFacts facts_;
  FieldScan scan_;
  std::uint32_t interim_ = 0;  // how many came for this request
  std::uint16_t code_ = 0;
  Place place_ = Place::idle;
  Place after_ = Place::idle;  // when the response under way is complete
  Asked asked_ = Asked::other;
};

}  // namespace weir::http
