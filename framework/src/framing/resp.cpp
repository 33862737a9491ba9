#include "weir/framing/resp.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>

#include "framing/resp_inline.hpp"

namespace weir {

namespace {

/// The line that begins at `at`: where its CRLF stands, or what to answer while it has none.
struct Line {
  std::size_t end = 0;
  std::optional<Decoded> unfinished{};
};

Line find_line(std::string_view input, std::size_t at, std::size_t& searched, std::size_t most) {
  const std::size_t from = std::max(at, searched);
  const std::size_t cr = input.substr(0, at + most + 1).find('\r', from);
  if (cr == std::string_view::npos) {
    searched = input.size();
    if (input.size() - at > most) {
      return {0, Decoded::malformed("line of more than " + std::to_string(most) + " bytes")};
    }
    return {0, Decoded::need(input.size() + 1)};
  }
  searched = cr;
  if (cr + 1 == input.size()) return {0, Decoded::need(cr + 2)};
  if (input[cr + 1] != '\n') return {0, Decoded::malformed("CR without LF")};
  return {cr};
}

/// What to answer of a bulk string whose `size` bytes begin at `begin`; nothing when it is
/// complete.
std::optional<Decoded> check_bulk(std::string_view input, std::size_t begin, std::int64_t size,
                                  const RespOptions& options, std::size_t max) {
  const auto bytes = static_cast<std::uint64_t>(size);
  if (bytes > options.bulk) {
    return Decoded::malformed("bulk string of " + std::to_string(bytes) + " bytes, the limit is " +
                              std::to_string(options.bulk));
  }
  if (bytes > max || begin + bytes + 2 > max) return Decoded::too_large(begin + bytes + 2, max);
  const std::size_t end = begin + static_cast<std::size_t>(bytes);
  if (input.size() < end + 2) return Decoded::need(end + 2);
  if (input[end] != '\r' || input[end + 1] != '\n') {
    return Decoded::malformed("no CRLF behind a bulk string");
  }
  return std::nullopt;
}

Decoded too_many(std::int64_t count, std::size_t most) {
  return Decoded::malformed("command or reply of " + std::to_string(count) +
                            " elements, the limit is " + std::to_string(most));
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string_view without_sign(std::string_view text) {
  return text.starts_with('-') || text.starts_with('+') ? text.substr(1) : text;
}

/// [+-] digits [. digits] [eE [+-] digits], inf, -inf or nan.
bool is_real(std::string_view text) {
  if (text == "inf" || text == "-inf" || text == "nan") return true;
  text = without_sign(text);
  if (const std::size_t e = text.find_first_of("eE"); e != std::string_view::npos) {
    if (!is_digits(without_sign(text.substr(e + 1)))) return false;
    text = text.substr(0, e);
  }
  if (const std::size_t point = text.find('.'); point != std::string_view::npos) {
    if (!is_digits(text.substr(point + 1))) return false;
    text = text.substr(0, point);
  }
  return is_digits(text);
}

Status refuse_reply(const Decoded& decoded, std::string_view what) {
  using Kind = Decoded::Kind;
  if (decoded.kind() == Kind::too_large || decoded.kind() == Kind::malformed) {
    return Error{std::string(what) + ": " + decoded.mistake()};
  }
  return Error{"not exactly one " + std::string(what)};
}

}  // namespace

std::optional<std::int64_t> resp_integer(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (text.empty() || text.size() > 19) return std::nullopt;
  if (text[0] == '0') return text.size() == 1 && !negative ? std::optional(0) : std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    const auto digit = static_cast<unsigned char>(c - '0');
    if (digit > 9) return std::nullopt;
    value = value * 10 + digit;
  }
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (value > most + (negative ? 1 : 0)) return std::nullopt;
  return static_cast<std::int64_t>(negative ? 0 - value : value);
}

// --- commands
// --------------------------------------------------------------------------------------

Decoded RespCommandFraming::decode(std::string_view input) {
  Decoded decoded = input.starts_with('*') ? scan(input) : decode_inline(input);
  if (decoded.kind() != Decoded::Kind::need_more) at_ = searched_ = left_ = 0;
  return decoded;
}

Decoded RespCommandFraming::decode_inline(std::string_view input) {
  const std::size_t most = std::min(options_.line, limit_.max());
  const std::size_t end = input.substr(0, most + 2).find('\n', searched_);
  if (end == std::string_view::npos) {
    searched_ = std::min(input.size(), most + 2);
    if (input.size() > most + 1) return Decoded::endless(most);
    return Decoded::need(input.size() + 1);
  }
  const std::size_t size = end != 0 && input[end - 1] == '\r' ? end - 1 : end;
  if (size > most) return Decoded::endless(most);
  if (!is_inline(input.substr(0, size))) {
    return Decoded::malformed("unbalanced quotes or a NUL in an inline command");
  }
  return Decoded::frame(input.substr(0, end + 1), end + 1);
}

Decoded RespCommandFraming::scan(std::string_view input) {
  if (at_ == 0) {
    Line line = find_line(input, 0, searched_, options_.line);
    if (line.unfinished) return *std::move(line.unfinished);
    const auto count = resp_integer(input.substr(1, line.end - 1));
    if (!count) return Decoded::malformed("invalid length of an array");
    at_ = line.end + 2;
    if (*count <= 0) return Decoded::frame(input.substr(0, at_), at_);
    if (static_cast<std::uint64_t>(*count) > options_.elements) {
      return too_many(*count, options_.elements);
    }
    left_ = static_cast<std::size_t>(*count);
    // "$0", CRLF, CRLF is the least that each of them takes.
    if (at_ + left_ * 6 > limit_.max()) return Decoded::too_large(at_ + left_ * 6, limit_.max());
  }
  for (; left_ != 0; --left_) {
    if (at_ >= limit_.max()) return Decoded::endless(limit_.max());
    if (at_ >= input.size()) return Decoded::need(input.size() + 1);
    if (input[at_] != '$') return Decoded::malformed("expected '$'");
    Line line = find_line(input, at_, searched_, options_.line);
    if (line.unfinished) return *std::move(line.unfinished);
    const auto size = resp_integer(input.substr(at_ + 1, line.end - at_ - 1));
    if (!size || *size < 0) return Decoded::malformed("invalid length of a bulk string");
    if (auto open = check_bulk(input, line.end + 2, *size, options_, limit_.max())) {
      return *std::move(open);
    }
    at_ = line.end + 2 + static_cast<std::size_t>(*size) + 2;
  }
  return Decoded::frame(input.substr(0, at_), at_);
}

Status RespCommandFraming::encode(std::string_view reply, Buffer& output) const {
  RespReplyFraming replies(options_);
  replies.limit_ = limit_;
  const Decoded decoded = replies.scan(reply);
  if (decoded.kind() != Decoded::Kind::frame || decoded.consumed() != reply.size()) {
    return refuse_reply(decoded, "reply");
  }
  output.append(reply);
  return {};
}

// --- replies
// ---------------------------------------------------------------------------------------

RespReplyFraming::RespReplyFraming(const RespOptions& options)
    : options_(options), limit_(options.max) {
  if (options.depth > RespOptions::most_depth) {
    throw std::invalid_argument("a depth of RESP over " + std::to_string(RespOptions::most_depth));
  }
}

Decoded RespReplyFraming::decode(std::string_view input) {
  Decoded decoded = scan(input);
  if (decoded.kind() != Decoded::Kind::need_more)
    at_ = searched_ = announced_ = missing_ = depth_ = 0;
  return decoded;
}

Decoded RespReplyFraming::scan(std::string_view input) {
  for (;;) {
    if (at_ >= limit_.max()) return Decoded::endless(limit_.max());
    Line line = find_line(input, at_, searched_, options_.line);
    if (line.unfinished) {
      // Who sees the first byte of what is no reply need not wait for its line.
      if (at_ < input.size() &&
          std::string_view("+-:$*_#,(!=%~>|").find(input[at_]) == std::string_view::npos) {
        return Decoded::malformed("no type of a reply");
      }
      return *std::move(line.unfinished);
    }
    const char type = input[at_];
    const std::string_view text = input.substr(at_ + 1, line.end - at_ - 1);
    const std::size_t next = line.end + 2;
    bool complete = true;
    switch (type) {
      case '$':
      case '!':
      case '=': {
        const auto size = resp_integer(text);
        if (!size || *size < (type == '$' ? -1 : type == '=' ? 4 : 0)) {
          return Decoded::malformed("invalid length of a bulk string");
        }
        if (*size >= 0) {
          if (auto open = check_bulk(input, next, *size, options_, limit_.max())) {
            return *std::move(open);
          }
          if (type == '=' && input[next + 3] != ':') {
            return Decoded::malformed("verbatim string without a format");
          }
          at_ = next + static_cast<std::size_t>(*size) + 2;
        } else {
          at_ = next;
        }
        break;
      }
      case '*':
      case '%':
      case '~':
      case '>':
      case '|': {
        const auto count = resp_integer(text);
        if (!count || *count < (type == '*' ? -1 : 0)) {
          return Decoded::malformed("invalid length of an array");
        }
        if (auto refused = open(type, *count)) return *std::move(refused);
        at_ = next;
        // "_", CRLF is the least that each of them takes.
        if (const std::size_t least = at_ + missing_ * 3; least > limit_.max()) {
          return Decoded::too_large(least, limit_.max());
        }
        complete = *count <= 0 && type != '|';
        break;
      }
      default:
        if (const char* mistake = line_mistake(type, text)) return Decoded::malformed(mistake);
        at_ = next;
    }
    if (complete && complete_value()) {
      if (at_ > limit_.max()) return Decoded::too_large(at_, limit_.max());
      return Decoded::frame(input.substr(0, at_), at_);
    }
  }
}

/// What is wrong with a value that is one line; nullptr when nothing is.
const char* RespReplyFraming::line_mistake(char type, std::string_view text) const {
  switch (type) {
    case '+':
    case '-':
      return text.find('\n') == std::string_view::npos ? nullptr : "LF in a simple string";
    case ':':
      return resp_integer(text) ? nullptr : "invalid integer";
    case '_':
      return text.empty() ? nullptr : "invalid null";
    case '#':
      return text == "t" || text == "f" ? nullptr : "invalid boolean";
    case ',':
      return is_real(text) ? nullptr : "invalid double";
    case '(':
      return is_digits(without_sign(text)) ? nullptr : "invalid big number";
    default:
      return "no type of a reply";
  }
}

/// `count` values of `type` follow, or pairs of them.
std::optional<Decoded> RespReplyFraming::open(char type, std::int64_t count) {
  if (count <= 0) return std::nullopt;
  auto values = static_cast<std::uint64_t>(count);
  if (values <= options_.elements && (type == '%' || type == '|')) values *= 2;
  if (values > options_.elements - announced_) return too_many(count, options_.elements);
  announced_ += static_cast<std::size_t>(values);
  missing_ += static_cast<std::size_t>(values);
  if (depth_ == options_.depth) {
    return Decoded::malformed("nested deeper than " + std::to_string(options_.depth));
  }
  levels_[depth_++] = {static_cast<std::uint32_t>(values), type == '|'};
  return std::nullopt;
}

/// A value ended, and with it those whose last one it is. True when it was the whole reply.
bool RespReplyFraming::complete_value() {
  while (depth_ != 0) {
    Level& level = levels_[depth_ - 1];
    --missing_;
    if (--level.left != 0) return false;
    --depth_;
    if (level.attribute) return false;
  }
  return true;
}

Status RespReplyFraming::encode(std::string_view command, Buffer& output) const {
  RespCommandFraming commands(options_);
  commands.limit_ = limit_;
  if (!command.starts_with('*')) return Error{"a command is an array of bulk strings"};
  const Decoded decoded = commands.scan(command);
  if (decoded.kind() != Decoded::Kind::frame || decoded.consumed() != command.size()) {
    return refuse_reply(decoded, "command");
  }
  output.append(command);
  return {};
}

}  // namespace weir
