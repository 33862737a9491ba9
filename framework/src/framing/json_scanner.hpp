// JsonScanner: the pieces of a JSON text, in their order, without a copy of any. Layer: framing,
// sources only.
// For JSON-RPC, where most of a frame is read to be compared and thrown away: nlohmann's parser
// copies each byte twice and asks for memory at every text. What is a document (RFC 8259) and what
// is none is decided as nlohmann does it; a test compares the two.
//
// A Visitor is told of each piece, and stops the scan by answering false:
//
//     bool literal(nlohmann::json value);          null, true, false
//     bool number(std::string_view text);          as it is written
//     bool string(std::string_view value, std::string_view text);   and with its quotes and escapes
//     bool key(std::string_view name);
//     bool open(nlohmann::json::value_t type);     an array or an object begins
//     bool close();
//
// Views are good for the call. `position()` is behind the piece that is told of.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "weir/framing/json.hpp"

namespace weir {

/// What does not depend on the visitor; keeps its memory from text to text.
class JsonText {
 public:
  /// How far it came.
  [[nodiscard]] std::size_t position() const { return at_; }

 protected:
  void begin(std::string_view text);
  void skip_blanks() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
      ++at_;
    }
  }
  /// 0 at the end: no piece begins with a zero byte.
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char wanted) {
    if (peek() != wanted) return false;
    ++at_;
    return true;
  }
  bool take_word(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  /// Behind its first quote. Leaves the value in value_.
  bool take_string();
  bool take_number();
  [[nodiscard]] std::string_view since(std::size_t from) const {
    return text_.substr(from, at_ - from);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string_view value_;    // of the last string: in text_, or in decoded_
  std::vector<char> closes_;  // what ends each array and object that is open

 private:
  bool take_escape();
  bool take_code_unit(unsigned& unit);
  bool take_beyond_ascii();

  std::string decoded_;
};

template <class Visitor>
class JsonScanner : public JsonText {
 public:
  /// True for one document with nothing but blanks around it, when the visitor stopped nowhere.
  bool scan(std::string_view text, Visitor& visitor) {
    begin(text);
    for (;;) {
      if (!take_value(visitor)) return false;
      while (closes()) {
        if (!visitor.close()) return false;
      }
      if (closes_.empty()) return at_ == text_.size();
      if (!take(',')) return false;
      if (closes_.back() == '}' && !take_key(visitor)) return false;
    }
  }

 private:
  /// What has no value in it, and the beginnings of all that has.
  bool take_value(Visitor& visitor) {
    for (;;) {
      skip_blanks();
      if (take('[')) {
        closes_.push_back(']');
        if (!visitor.open(nlohmann::json::value_t::array)) return false;
        skip_blanks();
        if (peek() == ']') return true;
      } else if (take('{')) {
        closes_.push_back('}');
        if (!visitor.open(nlohmann::json::value_t::object)) return false;
        skip_blanks();
        if (peek() == '}') return true;
        if (!take_key(visitor)) return false;
      } else {
        return take_scalar(visitor);
      }
    }
  }
  bool take_scalar(Visitor& visitor) {
    const std::size_t from = at_;
    if (take('"')) return take_string() && visitor.string(value_, since(from));
    if (take_word("true")) return visitor.literal(true);
    if (take_word("false")) return visitor.literal(false);
    if (take_word("null")) return visitor.literal(nullptr);
    return take_number() && visitor.number(since(from));
  }
  bool take_key(Visitor& visitor) {
    skip_blanks();
    if (!take('"') || !take_string() || !visitor.key(value_)) return false;
    skip_blanks();
    return take(':');
  }
  /// The array or object under way ends here.
  bool closes() {
    skip_blanks();
    if (closes_.empty() || !take(closes_.back())) return false;
    closes_.pop_back();
    return true;
  }
};

/// The number that the text says, as nlohmann has it: 64 bits where it is whole and they hold it,
/// else a double. Discarded where no double holds it.
[[nodiscard]] nlohmann::json json_number(std::string_view text);

}  // namespace weir
