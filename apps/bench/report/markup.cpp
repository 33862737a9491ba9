#include "report/markup.hpp"

#include <cstdint>
#include <nlohmann/json.hpp>

namespace weir::bench::html {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD

std::string valid_utf8(std::string_view text) {
  using Json = nlohmann::json;
  const Json string = std::string(text);
  return Json::parse(string.dump(-1, ' ', false, Json::error_handler_t::replace))
      .get<std::string>();
}

bool is_in_xml(char letter) {
  const auto code = static_cast<unsigned char>(letter);
  return code >= ' ' || letter == '\n' || letter == '\t';
}

}  // namespace

std::string escape(std::string_view text) {
  std::string escaped;
  for (const char letter : valid_utf8(text)) {
    switch (letter) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        if (is_in_xml(letter)) {
          escaped += letter;
        } else {
          escaped += replacement;
        }
    }
  }
  return escaped;
}

std::string element(std::string_view name, std::string_view attributes, std::string_view inner) {
  std::string text = "<";
  text.append(name);
  if (!attributes.empty()) text.append(" ").append(attributes);
  return text.append(">").append(inner).append("</").append(name).append(">");
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t at) {
      return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : std::uint32_t{0};
    };
    const std::uint32_t three = byte(i) << 16U | byte(i + 1) << 8U | byte(i + 2);
    text += letters[three >> 18U];
    text += letters[three >> 12U & 63U];
    text += i + 1 < bytes.size() ? letters[three >> 6U & 63U] : '=';
    text += i + 2 < bytes.size() ? letters[three & 63U] : '=';
  }
  return text;
}

}  // namespace weir::bench::html
