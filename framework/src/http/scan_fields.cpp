#include "http/scan_fields.hpp"

namespace weir::http {

std::string beyond(std::string_view what, std::uint64_t limit) {
  std::string text(what);
  return text.append(" of more than ").append(std::to_string(limit)).append(" bytes");
}

std::string_view mistake_of_name(bool empty, char byte) {
  if (empty) {
    if (byte == ':') return "header line without a name";
    if (bytes::is_blank(byte)) return "header line that is folded, which RFC 9112 no longer allows";
    if (byte == '\n') return "header line that ends with LF alone";
  } else {
    if (bytes::is_blank(byte)) return "blank between the name of a header and its colon";
    if (byte == '\r' || byte == '\n') return "header line without a colon";
  }
  return "header name with a byte that is not part of a token";
}

std::string_view mistake_of_value(char byte) {
  if (byte == '\n') return "header line that ends with LF alone";
  if (byte == '\0') return "header value with a NUL";
  return "header value with a control byte";
}

}  // namespace weir::http
