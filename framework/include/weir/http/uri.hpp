// Percent-encoding and paths (RFC 3986, sections 2.1 and 5.2.4). Layer: http.
//
//     normal_path("/a/./b/../c%20d")   "/a/c d"
//     normal_path("/../x")             nothing: it climbs out
//     normal_path("/a%2fb")            nothing: an encoded slash is data to some and a slash to
//     others
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weir::http {

/// The bytes that `text` stands for. nullopt where a '%' is not followed by two hexadecimal digits,
/// or stands for NUL. Any other byte may come out, control bytes and what is no UTF-8 too.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

/// The same for a part of a query as forms write it, where '+' is a blank (WHATWG URL,
/// section 5.1).
[[nodiscard]] std::optional<std::string> form_decode(std::string_view text);

/// Everything but letters, digits and "-._~" escaped (RFC 3986, section 2.3): fit for one segment
/// of a path, or a name or value of a query. A NUL is escaped as well, though percent_decode()
/// refuses it.
[[nodiscard]] std::string percent_encode(std::string_view text);

/// The path that a target's path names, decoded, without "." and ".." segments, so that it can be
/// looked up below a folder; begins with "/", and keeps a "/" at its end: that of "/a/." and
/// "/a/b/.." is "/a/". Escapes are decoded before dots are looked at, so %2e is a dot. Empty
/// segments are kept: "//a" is not "/a".
///
/// nullopt for what should not be served: no "/" at the beginning; a ".." that climbs above the
/// root; a mistaken escape; an encoded slash; a NUL or a backslash, encoded or not.
[[nodiscard]] std::optional<std::string> normal_path(std::string_view path);

/// Goes through the parts of a query, `name=value` or `name` alone, which '&' separates; not
/// decoded. Empty parts are passed over.
///
///     QueryReader reader(head.query);
///     while (auto part = reader.next()) use(part->name, part->value);
class QueryReader {
 public:
  struct Part {
    std::string_view name;
    std::string_view value;
  };

  explicit QueryReader(std::string_view query) : rest_(query) {}
  [[nodiscard]] std::optional<Part> next();

 private:
  std::string_view rest_;
};

}  // namespace weir::http
