// Response: what a handler answers to an HTTP request. Layer: web.
// A value that knows no connection; it goes to any thread.
//
//     return weir::http::text("hello");
//     return weir::http::Response{.status = Status::created}.with("Location", "/users/7");
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/http/status.hpp"
#include "weir/io/file_range.hpp"

namespace weir::http {

struct Response {
  Status status = Status::ok;
  /// Empty: none is said.
  std::string content_type{};
  std::string body{};
  /// Sent instead of `body` (Session::send_file).
  std::optional<FileRange> file{};
  /// In this order behind what the framework writes itself: Date, Content-Type, what says where the
  /// body ends, Connection. A name or a value that no header can have is answered with 500, and
  /// logged; what the framework writes is not to be among them.
  std::vector<std::pair<std::string, std::string>> headers{};
  /// The connection ends behind it.
  bool close = false;
  /// Never compressed where this is false, as it should be for a body that has a secret beside
  /// something that the client chose: the length of the compressed bytes tells of the secret.
  bool compress = true;
  /// The protocol that a response of 426 asks for (RFC 9110, section 15.5.22).
  std::string upgrade{};

  Response&& with(std::string name, std::string value) && {
    headers.emplace_back(std::move(name), std::move(value));
    return std::move(*this);
  }
};

[[nodiscard]] Response text(std::string body, Status status = Status::ok);
[[nodiscard]] Response html(std::string body, Status status = Status::ok);
/// `body` is JSON already.
[[nodiscard]] Response json_body(std::string body, Status status = Status::ok);
/// 303 by default: whatever was asked for, it is to be found by GET at `location` (RFC 9110,
/// section 15.4.4).
[[nodiscard]] Response redirect(std::string location, Status status = Status::see_other);

inline constexpr std::string_view plain_text = "text/plain; charset=utf-8";

}  // namespace weir::http
