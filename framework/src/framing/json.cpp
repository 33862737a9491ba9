#include "weir/framing/json.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "core/text.hpp"
#include "framing/json_builder.hpp"

namespace weir {

namespace {

using Value = nlohmann::json;

constexpr std::size_t shown = 16;  // bytes of the text in an error
constexpr std::size_t longest_reason = 120;
constexpr int number_overflow = 406;  // nlohmann's number for it

/// Reads a text and says how far it came: a handler of nlohmann's parser is not told.
class Cursor {
 public:
  using value_type = char;
  using difference_type = std::ptrdiff_t;

  Cursor(const char* at, const char** furthest) : at_(at), furthest_(furthest) {}

  const char& operator*() const { return *at_; }
  Cursor& operator++() {
    *furthest_ = ++at_;
    return *this;
  }
  Cursor operator++(int) {
    const Cursor before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const Cursor&, const Cursor&) = default;

 private:
  const char* at_;
  const char** furthest_;
};

Error error_at(std::string_view text, std::size_t offset, std::string_view reason) {
  const std::size_t end = std::min(offset + 1, text.size());
  const std::size_t begin = end > shown ? end - shown : 0;
  return Error{"JSON at byte " + std::to_string(offset) + " near " +
               text::quoted(text.substr(begin, end - begin), shown) + ": " + std::string(reason)};
}

/// The words of nlohmann's exception that are its own: "...: syntax error while parsing array -
/// REASON; last read: 'the text'".
std::string reason_of(const nlohmann::detail::exception& mistake) {
  if (mistake.id == number_overflow) return "number that no double holds";
  const std::string_view what = mistake.what();
  constexpr std::string_view before = " - ";
  const std::size_t begin = what.find(before);
  if (begin == std::string_view::npos) return "no JSON";
  const std::string_view reason = what.substr(begin + before.size());
  return text::printable(reason.substr(0, reason.find("; last read: '")), longest_reason);
}

/// What nlohmann's parser calls for each piece of the text; the names are its. False stops it.
class Reader {
 public:
  Reader(std::string_view text, std::size_t depth) : text_(text), most_(depth) {
    builder_.begin(root_);
  }

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(std::int64_t value) { return add(value); }
  bool number_unsigned(std::uint64_t value) { return add(value); }
  bool number_float(double value, const std::string&) { return add(value); }
  bool string(std::string& value) { return add(std::move(value)); }
  bool binary(Value::binary_t&) { return false; }  // JSON has none

  bool start_array(std::size_t) { return open(Value::value_t::array); }
  bool start_object(std::size_t) { return open(Value::value_t::object); }
  bool key(const std::string& name) {
    builder_.key(name);
    return true;
  }
  bool end_array() { return close(); }
  bool end_object() { return close(); }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& mistake) {
    // It counts what it has read, the end of the text as one more byte.
    error_ = error_at(text_, position == 0 ? 0 : position - 1, reason_of(mistake));
    return false;
  }

  /// Where the parser's reading is told.
  const char** furthest() { return &furthest_; }
  Result<Value> take(bool parsed) {
    if (parsed) return std::move(root_);
    return std::move(error_);
  }

 private:
  template <class T>
  bool add(T&& value) {
    builder_.add(std::forward<T>(value));
    return true;
  }
  bool open(Value::value_t type) {
    if (builder_.depth() == most_) {
      const auto offset = static_cast<std::size_t>(furthest_ - text_.data()) - 1;
      error_ = error_at(text_, offset, "nested deeper than " + std::to_string(most_));
      return false;
    }
    builder_.open(type);
    return true;
  }
  bool close() {
    builder_.close();
    return true;
  }

  std::string_view text_;
  std::size_t most_;
  const char* furthest_ = text_.data();
  Value root_;
  JsonBuilder builder_;
  Error error_;
};

}  // namespace

Result<nlohmann::json> parse_json(std::string_view text, const JsonLimits& limits) {
  // nlohmann takes a zero byte for the end of the text, whatever follows; no document holds one.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return error_at(text, nul, "a zero byte");
  }
  Reader reader(text, limits.depth);
  const Cursor begin(text.data(), reader.furthest());
  const Cursor end(text.data() + text.size(), reader.furthest());
  return reader.take(Value::sax_parse(begin, end, &reader));
}

Result<std::string> json_text(const nlohmann::json& value) {
  try {
    return value.dump();
  } catch (const nlohmann::json::type_error& error) {
    // The one mistake that a value may hold; nlohmann names the byte and its place in the string.
    std::string_view what = error.what();
    if (const std::size_t words = what.find("] "); words != std::string_view::npos) {
      what.remove_prefix(words + 2);
    }
    return Error{"JSON value: " + text::printable(what, longest_reason)};
  }
}

}  // namespace weir
