#include "weir/framing/resp_command.hpp"

#include <algorithm>

#include "framing/resp_inline.hpp"
#include "weir/framing/resp.hpp"

namespace weir {

namespace {

/// Kept between two commands: more arguments than this are rare.
constexpr std::size_t arguments_to_keep = 1024;
constexpr std::size_t inline_to_keep = 4096;
/// A number and its CRLF.
constexpr std::size_t longest_number = 24;

}  // namespace

RespCommandReader::Outcome RespCommandReader::wrong(std::string words) {
  mistake_ = "Protocol error: " + std::move(words);
  return Outcome::mistake;
}

RespCommandReader::Outcome RespCommandReader::finish(std::string_view input) {
  command_.raw_ = input.substr(0, at_);
  at_ = searched_ = 0;
  return Outcome::command;
}

/// The number in the line whose first byte, its type, stands at `at`, which is moved behind the
/// line. -1 stands for every number below zero: none is of any use.
std::int64_t RespCommandReader::number_at(std::string_view input, std::size_t& at) const {
  const char* from = input.data() + at + 1;
  const char* const end = input.data() + input.size();
  // Nearly all: one to nine digits, CR, LF.
  std::int64_t value = 0;
  const char* digit = from;
  for (; digit != end && static_cast<unsigned char>(*digit - '0') < 10 && digit - from < 9;
       ++digit) {
    value = value * 10 + (*digit - '0');
  }
  if (end - digit >= 2 && digit[0] == '\r' && digit[1] == '\n' && digit != from &&
      (*from != '0' || digit - from == 1)) {
    at = static_cast<std::size_t>(digit + 2 - input.data());
    return value;
  }
  const std::size_t cr =
      input.substr(0, std::min(input.size(), at + 1 + limits_.line)).find('\r', at);
  if (cr == std::string_view::npos || cr + 1 == input.size()) return no_line;
  if (input[cr + 1] != '\n' || cr - at > longest_number) return no_number;
  const auto number = resp_integer(input.substr(at + 1, cr - at - 1));
  if (!number) return no_number;
  at = cr + 2;
  return std::max<std::int64_t>(*number, -1);
}

/// The line at at_ is no number, or has no end yet.
RespCommandReader::Outcome RespCommandReader::no_number_at(std::string_view input, bool count) {
  if (input.size() - at_ > limits_.line) {
    return wrong(count ? "too big mbulk count string" : "too big bulk count string");
  }
  return need(input.size() + 1);
}

RespCommandReader::Outcome RespCommandReader::read_multibulk(std::string_view input) {
  std::size_t at = at_;
  if (at == 0) {
    const std::int64_t count = number_at(input, at);
    if (count == no_line) return no_number_at(input, true);
    if (count == no_number) return wrong("invalid multibulk length");
    if (count > 0 && static_cast<std::uint64_t>(count) > limits_.arguments) {
      return wrong(limits_.unauthenticated ? "unauthenticated multibulk length"
                                           : "invalid multibulk length");
    }
    command_.inline_ = false;
    at_ = at;
    left_ = count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  for (; left_ != 0; --left_) {
    at = at_;
    if (at >= input.size()) return need(input.size() + 1);
    if (input[at] != '$') return wrong(std::string("expected '$', got '") + input[at] + "'");
    const std::int64_t size = number_at(input, at);
    if (size == no_line) return no_number_at(input, false);
    if (size < 0) return wrong("invalid bulk length");
    const auto bytes = static_cast<std::size_t>(size);
    if (bytes > limits_.bulk) {
      return wrong(limits_.unauthenticated ? "unauthenticated bulk length" : "invalid bulk length");
    }
    const std::size_t next = at + bytes + 2;
    if (next > limits_.total) return wrong("too big command");
    // The line is read again then: so what is announced costs nothing but its line.
    if (input.size() < next) return need(next);
    if (input[next - 2] != '\r' || input[next - 1] != '\n') {
      return wrong("expected CRLF behind a bulk string");
    }
    command_.pieces_.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(bytes)});
    at_ = next;
  }
  command_.base_ = input.data();
  return finish(input);
}

RespCommandReader::Outcome RespCommandReader::read_inline(std::string_view input) {
  const std::size_t end = input.substr(0, limits_.line + 1).find('\n', searched_);
  if (end == std::string_view::npos) {
    if (input.size() > limits_.line) return wrong("too big inline request");
    searched_ = input.size();
    return need(input.size() + 1);
  }
  const std::size_t size = end != 0 && input[end - 1] == '\r' ? end - 1 : end;
  std::vector<std::string_view> words;
  if (!split_inline(input.substr(0, size), words, inline_)) {
    return wrong("unbalanced quotes in request");
  }
  for (const std::string_view word : words) {
    command_.pieces_.push_back({static_cast<std::uint32_t>(word.data() - inline_.data()),
                                static_cast<std::uint32_t>(word.size())});
  }
  command_.base_ = inline_.data();
  command_.inline_ = true;
  at_ = end + 1;
  return finish(input);
}

void RespCommandReader::shrink() {
  if (command_.pieces_.capacity() > arguments_to_keep) {
    command_.pieces_.clear();
    command_.pieces_.shrink_to_fit();
  }
  if (inline_.capacity() > inline_to_keep) std::string().swap(inline_);
}

}  // namespace weir
