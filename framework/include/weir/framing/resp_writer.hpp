// RespWriter: commands and replies of RESP as bytes. Layer: framing.
//
//     std::string out;
//     weir::RespWriter write(out);
//     write.command({"SET", "key", "value"});   *3 $3 SET $3 key $5 value
//     write.array(2).integer(1).bulk("hi");     *2 :1 $2 hi
//
// Appends to a std::string or to a weir::Buffer, which outlives it. What is opened with a count
// must be followed by so many values; a map by twice as many.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <string_view>

namespace weir {

template <class Output>
class RespWriter {
 public:
  explicit RespWriter(Output& output) : output_(output) {}

  // RESP2

  /// A CR or LF in it is written as a space, as redis-server does.
  RespWriter& simple(std::string_view text) { return line('+', text); }
  /// The same. Begins with a code: "ERR unknown command".
  RespWriter& error(std::string_view text) { return line('-', text); }
  RespWriter& integer(std::int64_t value) { return number(':', value); }
  RespWriter& bulk(std::string_view bytes) { return blob('$', bytes); }
  RespWriter& null_bulk() { return raw("$-1\r\n"); }
  RespWriter& null_array() { return raw("*-1\r\n"); }
  RespWriter& array(std::size_t count) { return head('*', count); }

  // RESP3, for a client that has said HELLO 3

  RespWriter& null() { return raw("_\r\n"); }
  RespWriter& boolean(bool value) { return raw(value ? "#t\r\n" : "#f\r\n"); }
  /// The shortest text that is read as the same double.
  RespWriter& real(double value) {
    char digits[32];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
    if (value != value) return raw(",nan\r\n");  // never "-nan"
    return line(',', {digits, static_cast<std::size_t>(end - digits)});
  }
  /// Digits, with a sign before them or without.
  RespWriter& big(std::string_view digits) { return line('(', digits); }
  RespWriter& bulk_error(std::string_view bytes) { return blob('!', bytes); }
  /// `format` is three bytes: "txt", "mkd".
  RespWriter& verbatim(std::string_view format, std::string_view bytes) {
    head('=', format.size() + 1 + bytes.size());
    output_.append(format);
    output_.push_back(':');
    return body(bytes);
  }
  RespWriter& map(std::size_t pairs) { return head('%', pairs); }
  RespWriter& set(std::size_t count) { return head('~', count); }
  RespWriter& push(std::size_t count) { return head('>', count); }
  RespWriter& attribute(std::size_t pairs) { return head('|', pairs); }

  /// A command and its arguments.
  RespWriter& command(std::initializer_list<std::string_view> arguments) {
    array(arguments.size());
    for (const std::string_view each : arguments) bulk(each);
    return *this;
  }

 private:
  static constexpr std::size_t longest_number = 24;  // with its type and CRLF
  static constexpr bool has_room = requires(Output & output) {
    output.prepare(1), output.commit(1);
  };

  RespWriter& raw(std::string_view bytes) {
    output_.append(bytes);
    return *this;
  }
  RespWriter& body(std::string_view bytes) {
    output_.append(bytes);
    return raw("\r\n");
  }
  RespWriter& blob(char type, std::string_view bytes) {
    if constexpr (has_room) {  // one look at the room for all of it
      char* const begin = output_.prepare(bytes.size() + longest_number + 2);
      char* at = put_number(begin, type, bytes.size());
      if (!bytes.empty()) std::memcpy(at, bytes.data(), bytes.size());
      at += bytes.size();
      *at++ = '\r';
      *at++ = '\n';
      output_.commit(static_cast<std::size_t>(at - begin));
      return *this;
    }
    head(type, bytes.size());
    return body(bytes);
  }
  RespWriter& head(char type, std::size_t count) { return number(type, count); }
  template <std::integral Number>
  RespWriter& number(char type, Number value) {
    char text[longest_number];
    char* const end = put_number(text, type, value);
    return raw({text, static_cast<std::size_t>(end - text)});
  }
  /// Answers its end.
  template <std::integral Number>
  static char* put_number(char* at, char type, Number value) {
    char* end = std::to_chars(at + 1, at + longest_number - 2, value).ptr;
    *at = type;
    *end++ = '\r';
    *end++ = '\n';
    return end;
  }
  RespWriter& line(char type, std::string_view text) {
    output_.push_back(type);
    for (;;) {
      const std::size_t end = text.find_first_of("\r\n");
      output_.append(text.substr(0, end));
      if (end == std::string_view::npos) return raw("\r\n");
      output_.push_back(' ');
      text.remove_prefix(end + 1);
    }
  }

  Output& output_;
};

}  // namespace weir
