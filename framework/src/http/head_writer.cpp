#include "http/head_writer.hpp"

#include <string>

#include "core/text.hpp"
#include "http/bytes.hpp"

namespace weir::http {

namespace {

bool is_reserved(std::string_view name, Reserved reserved) {
  switch (name.size()) {
    case 4:
      return (reserved.date && bytes::token_is(name, "date")) ||
             (reserved.request && bytes::token_is(name, "host"));
    case 6:
      return reserved.request && bytes::token_is(name, "expect");
    case 7:
      return bytes::token_is(name, "upgrade");
    case 10:
      return bytes::token_is(name, "connection");
    case 14:
      return bytes::token_is(name, "content-length");
    case 17:
      return bytes::token_is(name, "transfer-encoding");
    default:
      return false;
  }
}

}  // namespace

weir::Status check_field(const Header& header, Reserved reserved) {
  const auto [name, value] = header;
  const char* const end_of_name = name.data() + name.size();
  if (name.empty() || bytes::skip_token(name.data(), end_of_name) != end_of_name) {
    return Error{"header name that is no token: " + text::quoted(name, 40)};
  }
  if (bytes::skip_value(value.data(), value.data() + value.size()) != value.data() + value.size()) {
    return Error{"value of header " + std::string(name) +
                 " with a control byte: " + text::quoted(value, 40)};
  }
  if (is_reserved(name, reserved)) {
    return Error{"header " + std::string(name) + " is written by weir, where it is due"};
  }
  return {};
}

}  // namespace weir::http
