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

weir::Status check_value(std::string_view name, std::string_view value) {
  if (bytes::all_of_value(value)) return {};
  return Error{"value of header " + std::string(name) +
               " with a control byte: " + text::quoted(value, 40)};
}

weir::Status check_field(const Header& header, Reserved reserved) {
  const auto [name, value] = header;
  if (name.empty() || !bytes::all(bytes::token, name)) {
    return Error{"header name that is no token: " + text::quoted(name, 40)};
  }
  if (auto status = check_value(name, value); !status.ok()) return status;
  if (is_reserved(name, reserved)) {
    return Error{"header " + std::string(name) + " is written by weir, where it is due"};
  }
  return {};
}

}  // namespace weir::http
