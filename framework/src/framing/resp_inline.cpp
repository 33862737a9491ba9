#include "framing/resp_inline.hpp"

#include <cstddef>

namespace weir {

namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

char unescaped(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'b':
      return '\b';
    case 'a':
      return '\a';
    default:
      return c;
  }
}

/// Walks over one word at a time, and gives its bytes to a sink.
class InlineWords {
 public:
  explicit InlineWords(std::string_view line) : line_(line) {}

  /// At the first byte of a word?
  bool at_word() {
    while (at_ < line_.size() && is_space(line_[at_])) ++at_;
    return at_ < line_.size();
  }
  /// False for a mistake.
  template <class Sink>
  bool word(Sink sink) {
    while (at_ < line_.size() && !is_space(line_[at_])) {
      const char c = line_[at_++];
      if (c == '"' || c == '\'') {
        if (!quoted(c, sink)) return false;
      } else {
        sink(c);
      }
    }
    return true;
  }

 private:
  template <class Sink>
  bool quoted(char quote, Sink sink) {
    while (at_ < line_.size()) {
      const char c = line_[at_++];
      if (c == quote) return at_ == line_.size() || is_space(line_[at_]);
      const bool escapes = c == '\\' && at_ != line_.size();
      if (escapes && quote == '"') {
        escape(sink);
      } else if (escapes && line_[at_] == '\'') {
        sink(line_[at_++]);
      } else {
        sink(c);
      }
    }
    return false;
  }
  template <class Sink>
  void escape(Sink sink) {
    const char c = line_[at_++];
    if (c == 'x' && line_.size() - at_ >= 2 && hex(line_[at_]) >= 0 && hex(line_[at_ + 1]) >= 0) {
      sink(static_cast<char>(hex(line_[at_]) * 16 + hex(line_[at_ + 1])));
      at_ += 2;
    } else {
      sink(unescaped(c));
    }
  }

  std::string_view line_;
  std::size_t at_ = 0;
};

}  // namespace

bool split_inline(std::string_view line, std::vector<std::string_view>& arguments,
                  std::string& storage) {
  if (line.find('\0') != std::string_view::npos) return false;
  storage.clear();
  storage.reserve(line.size());  // no word grows by losing its quotes: nothing moves
  InlineWords words(line);
  while (words.at_word()) {
    const std::size_t begin = storage.size();
    if (!words.word([&storage](char c) { storage.push_back(c); })) return false;
    arguments.emplace_back(storage.data() + begin, storage.size() - begin);
  }
  return true;
}

bool is_inline(std::string_view line) {
  if (line.find('\0') != std::string_view::npos) return false;
  InlineWords words(line);
  while (words.at_word()) {
    if (!words.word([](char) {})) return false;
  }
  return true;
}

}  // namespace weir
