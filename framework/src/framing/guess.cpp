// describe_input: what a stream that fits no framing looks like. Guesses end with a question mark,
// because a few bytes prove nothing.
#include "core/text.hpp"
#include "framing/words.hpp"
#include "weir/framing/framing.hpp"

namespace weir {

namespace {

using namespace std::string_view_literals;

struct Signature {
  std::string_view begin;
  std::string_view name;
};

// The first that fits is named, so what is special stands before what is general.
constexpr Signature signatures[] = {
    {"PRI * HTTP/2.0"sv, "an HTTP/2 client"sv},
    {"GET "sv, "an HTTP request"sv},
    {"POST "sv, "an HTTP request"sv},
    {"PUT "sv, "an HTTP request"sv},
    {"HEAD "sv, "an HTTP request"sv},
    {"DELETE "sv, "an HTTP request"sv},
    {"OPTIONS "sv, "an HTTP request"sv},
    {"PATCH "sv, "an HTTP request"sv},
    {"CONNECT "sv, "an HTTP request"sv},
    {"HTTP/1."sv, "an HTTP response"sv},
    {"\x16\x03"sv, "a TLS ClientHello"sv},
    {"SSH-2.0"sv, "an SSH peer"sv},
    {"Content-Length: "sv, "a message of a language client"sv},
    {"PROXY "sv, "a PROXY protocol header, version 1"sv},
    {"\r\n\r\n\0\r\nQUIT\n"sv, "a PROXY protocol header, version 2"sv},
    {"\x1f\x8b"sv, "gzip data"sv},
    {"{"sv, "JSON text"sv},
    {"["sv, "JSON text"sv},
};

/// Four bytes are enough: a length has no more when it is refused.
bool fits(std::string_view input, std::string_view begin) {
  return input.starts_with(begin) || (input.size() >= 4 && begin.starts_with(input));
}

/// A Redis command is an array of bulk strings: `*2 CR LF $4 CR LF ...`.
bool is_resp(std::string_view input) {
  if (!input.starts_with('*')) return false;
  const std::size_t digits = input.find_first_not_of("0123456789", 1);
  return digits != std::string_view::npos && digits > 1 &&
         input.substr(digits).starts_with("\r\n$");
}

std::string_view guess(std::string_view input) {
  if (is_resp(input)) return "a Redis client";
  for (const Signature& each : signatures) {
    if (fits(input, each.begin)) return each.name;
  }
  return {};
}

}  // namespace

std::string describe_input(std::string_view input) {
  if (input.empty()) return "it is empty";
  std::string text = "it begins " + text::quoted(input, 16);
  if (const auto name = guess(input); !name.empty()) text.append("; ").append(name).append("?");
  return text;
}

}  // namespace weir
