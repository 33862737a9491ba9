// Pieces of HTML. The page is XML as well, so that any parser can read it.
#pragma once

#include <string>
#include <string_view>

namespace weir::bench::html {

// For text, and for attributes in double quotes. What is not UTF-8, or no character of XML, becomes
// a replacement character.
std::string escape(std::string_view text);

// <name attributes>inner</name>; `attributes` and `inner` are markup already.
std::string element(std::string_view name, std::string_view attributes, std::string_view inner);

std::string base64(std::string_view bytes);  // RFC 4648, section 4

}  // namespace weir::bench::html
