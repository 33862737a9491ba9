#include "weir/framing/resp_reader.hpp"

#include <charconv>
#include <limits>

#include "framing/resp_inline.hpp"
#include "weir/framing/resp.hpp"

namespace weir {

namespace {

/// Takes the line that `rest` begins with, without its CRLF; nothing when there is none.
std::optional<std::string_view> take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\r');
  if (end == std::string_view::npos || rest.size() - end < 2) return std::nullopt;
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 2);
  return line;
}

/// Takes `size` bytes and the CRLF behind them.
std::optional<std::string_view> take_bulk(std::string_view& rest, std::int64_t size) {
  const auto bytes = static_cast<std::uint64_t>(size);
  if (size < 0 || rest.size() < 2 || bytes > rest.size() - 2) return std::nullopt;
  const std::string_view bulk = rest.substr(0, static_cast<std::size_t>(bytes));
  rest.remove_prefix(bulk.size() + 2);
  return bulk;
}

std::optional<RespType> type_of(char byte) {
  switch (byte) {
    case '+':
      return RespType::simple;
    case '-':
    case '!':
      return RespType::error;
    case ':':
      return RespType::integer;
    case '$':
      return RespType::bulk;
    case '_':
      return RespType::null;
    case '*':
      return RespType::array;
    case '#':
      return RespType::boolean;
    case ',':
      return RespType::real;
    case '(':
      return RespType::big;
    case '=':
      return RespType::verbatim;
    case '%':
      return RespType::map;
    case '~':
      return RespType::set;
    case '>':
      return RespType::push;
    case '|':
      return RespType::attribute;
    default:
      return std::nullopt;
  }
}

}  // namespace

double RespItem::real() const {
  if (text == "inf") return std::numeric_limits<double>::infinity();
  if (text == "-inf") return -std::numeric_limits<double>::infinity();
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  const std::string_view digits = text.starts_with('+') ? text.substr(1) : text;
  double value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

std::optional<RespItem> RespReader::next() {
  if (rest_.empty()) return std::nullopt;
  const char byte = rest_.front();
  const auto type = type_of(byte);
  const auto line = take_line(rest_);
  if (!type || !line) {
    rest_ = {};
    return std::nullopt;
  }
  RespItem item{.type = *type, .text = line->substr(1)};
  switch (*type) {
    case RespType::integer:
      item.integer = resp_integer(item.text).value_or(0);
      break;
    case RespType::boolean:
      item.integer = item.text == "t" ? 1 : 0;
      break;
    case RespType::error:
      if (byte == '-') break;
      [[fallthrough]];
    case RespType::bulk:
    case RespType::verbatim: {
      const std::int64_t size = resp_integer(item.text).value_or(-1);
      if (size < 0) return RespItem{};
      const auto bulk = take_bulk(rest_, size);
      if (!bulk) {
        rest_ = {};
        return std::nullopt;
      }
      item.text = *bulk;
      break;
    }
    case RespType::array:
    case RespType::map:
    case RespType::set:
    case RespType::push:
    case RespType::attribute: {
      const std::int64_t count = resp_integer(item.text).value_or(-1);
      if (count < 0) return RespItem{};
      const bool pairs = *type == RespType::map || *type == RespType::attribute;
      item.text = {};
      item.count = static_cast<std::size_t>(count) * (pairs ? 2 : 1);
      break;
    }
    default:
      break;
  }
  return item;
}

void RespReader::skip(const RespItem& item) {
  for (std::size_t left = item.count; left != 0; --left) {
    const auto inner = next();
    if (!inner) return;
    left += inner->count;
    if (inner->type == RespType::attribute) ++left;  // it is no element itself
  }
}

bool RespArguments::read(std::string_view payload) {
  arguments_.clear();
  if (!payload.starts_with('*')) {
    if (!payload.ends_with('\n')) return false;
    payload.remove_suffix(1);
    if (payload.ends_with('\r')) payload.remove_suffix(1);
    return split_inline(payload, arguments_, inline_);
  }
  const auto head = take_line(payload);
  const auto count = head ? resp_integer(head->substr(1)) : std::nullopt;
  if (!count) return false;
  for (std::int64_t left = *count; left > 0; --left) {
    const auto line = take_line(payload);
    if (!line || !line->starts_with('$')) return false;
    const auto bulk = take_bulk(payload, resp_integer(line->substr(1)).value_or(-1));
    if (!bulk) return false;
    arguments_.push_back(*bulk);
  }
  return true;
}

}  // namespace weir
