#include "weir/framing/resp_command.hpp"

#include <algorithm>

#include "framing/resp_inline.hpp"
#include "weir/framing/resp.hpp"

namespace weir {

namespace {

/// A number and its CRLF.
constexpr std::size_t longest_number = 24;

}  // namespace

RespCommandReader::Outcome RespCommandReader::wrong(std::string_view words) {
  mistake_.assign("Protocol error: ").append(words);
  return Outcome::mistake;
}

void RespCommandReader::set_limits(const RespCommandLimits& limits) {
  limits_ = limits;
  pieces_.resize(next_);
  whole_ = next_;
  at_ = left_ = searched_ = 0;
}

/// What begins behind the commands that are whole.
RespCommandReader::Outcome RespCommandReader::read_one(std::string_view input) {
  if (at_ == 0) {
    if (input.empty()) return need(1);
    if (pieces_.size() != whole_) pieces_.resize(whole_);
    pieces_.push_back({});
    if (input.front() != '*') return read_inline(input);
  }
  return read_multibulk(input);
}

/// The one that is begun is whole: at_ is its end.
RespCommandReader::Outcome RespCommandReader::finish() {
  const std::size_t arguments = pieces_.size() - whole_ - 1;
  pieces_[whole_] = {static_cast<std::uint32_t>(at_), static_cast<std::uint32_t>(arguments)};
  whole_ = pieces_.size();
  at_ = searched_ = 0;
  return Outcome::command;
}

/// The next one of those that are whole, with which `input` begins.
void RespCommandReader::take(std::string_view input) {
  const Piece head = pieces_[next_];
  command_.inline_ = input.front() != '*';
  command_.base_ = command_.inline_ ? inline_.data() : input.data();
  command_.pieces_ = pieces_.data() + next_ + 1;
  command_.size_ = head.size;
  command_.raw_ = input.substr(0, head.begin);
  next_ += 1 + head.size;
}

/// False where none is whole; read() finds out why.
bool RespCommandReader::read_whole(std::string_view input) {
  if (input.empty() || input.front() != '*') return false;
  if (read_one(input) != Outcome::command) return false;
  take(input);
  return true;
}

/// The number in the line whose first byte, its type, stands at `at`, which is moved behind the
/// line. -1 stands for every number below zero: none is of any use.
inline std::int64_t RespCommandReader::number_at(std::string_view input, std::size_t& at) const {
  // Nearly all: one or two digits, CR, LF.
  if (input.size() - at < 5) return any_number_at(input, at);
  const char* const digits = input.data() + at + 1;
  const auto first = static_cast<unsigned char>(digits[0] - '0');
  const auto second = static_cast<unsigned char>(digits[1] - '0');
  if (first < 10 && digits[1] == '\r' && digits[2] == '\n') {
    at += 4;
    return first;
  }
  if (first - 1U < 9 && second < 10 && digits[2] == '\r' && digits[3] == '\n') {
    at += 5;
    return first * 10 + second;
  }
  return any_number_at(input, at);
}

std::int64_t RespCommandReader::any_number_at(std::string_view input, std::size_t& at) const {
  const char* from = input.data() + at + 1;
  const char* const end = input.data() + input.size();
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

RespCommandReader::Outcome RespCommandReader::wrong_type(char type) {
  return wrong(std::string("expected '$', got '") + type + "'");
}

RespCommandReader::Outcome RespCommandReader::wrong_size(std::int64_t size) {
  const bool stricter = size >= 0 && limits_.unauthenticated;
  return wrong(stricter ? "unauthenticated bulk length" : "invalid bulk length");
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
    at_ = at;
    left_ = count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  for (; left_ != 0; --left_) {
    at = at_;
    if (at >= input.size()) return need(input.size() + 1);
    if (input[at] != '$') return wrong_type(input[at]);
    const std::int64_t size = number_at(input, at);
    if (size == no_line) return no_number_at(input, false);
    const auto bytes = static_cast<std::size_t>(size);
    if (size < 0 || bytes > limits_.bulk) return wrong_size(size);
    const std::size_t next = at + bytes + 2;
    if (next > limits_.total) return wrong("too big command");
    // The line is read again then: so what is announced costs nothing but its line.
    if (input.size() < next) return need(next);
    if (input[next - 2] != '\r' || input[next - 1] != '\n') {
      return wrong("expected CRLF behind a bulk string");
    }
    pieces_.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(bytes)});
    at_ = next;
  }
  return finish();
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
    pieces_.push_back({static_cast<std::uint32_t>(word.data() - inline_.data()),
                       static_cast<std::uint32_t>(word.size())});
  }
  at_ = end + 1;
  return finish();
}

void RespCommandReader::give_back() {
  if (is_ahead() || at_ != 0 || searched_ != 0) return;
  next_ = whole_ = 0;
  command_ = {};
  std::vector<Piece>().swap(pieces_);
  std::string().swap(inline_);
}

}  // namespace weir
