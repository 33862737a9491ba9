// Strings that are numbers: INCR and its kin.
#include "kv/numbers.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "kv/command.hpp"
#include "kv/context.hpp"
#include "weir/framing/resp.hpp"

namespace weir::kv {

std::optional<std::int64_t> sum(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  if (__builtin_add_overflow(a, b, &result)) return std::nullopt;
  return result;
}

std::optional<long double> parse_real(std::string_view text) {
  constexpr std::size_t longest = 255;
  if (text.empty() || text.size() > longest || std::isspace(static_cast<unsigned char>(text[0]))) {
    return std::nullopt;
  }
  const std::string digits(text);
  char* end = nullptr;
  errno = 0;
  const long double value = std::strtold(digits.c_str(), &end);
  const bool overflow = errno == ERANGE && (std::isinf(value) || value == 0);
  if (end != digits.c_str() + digits.size() || overflow || std::isnan(value)) return std::nullopt;
  return value;
}

std::string real_text(long double value) {
  // The largest long double has 4933 digits before its point.
  std::string text(5100, '\0');
  const int size = std::snprintf(text.data(), text.size(), "%.17Lf", value);
  text.resize(static_cast<std::size_t>(size));
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text == "-0" ? "0" : text;
}

Span span_of(std::int64_t first, std::int64_t last, std::size_t size) {
  const auto length = static_cast<std::int64_t>(size);
  if (first < 0) first = std::max<std::int64_t>(first + length, 0);
  if (last < 0) last += length;
  last = std::min(last, length - 1);
  if (last < 0 || first > last) return {0, 0};
  return {static_cast<std::size_t>(first), static_cast<std::size_t>(last - first + 1)};
}

namespace {

/// Its time of expiry stays.
void store_text(Context& context, const Key& key, Entry* found, std::string_view text) {
  Entry* entry = context.shard(key).resize(key, found, text.size(), context.now);
  std::memcpy(entry->value_bytes(), text.data(), text.size());
  entry->changed_in_place = false;
  context.changed(key);
}

void add(Context& context, std::string_view name, std::int64_t by) {
  const Key key = context.key(name);
  Entry* found = context.find(key);
  if (!context.is(found, Type::string)) return;
  const auto before =
      found == nullptr ? std::optional<std::int64_t>(0) : resp_integer(found->value());
  if (!before) return context.reply.not_integer();
  const auto after = sum(*before, by);
  if (!after) return context.reply.error("ERR increment or decrement would overflow");
  char digits[24];
  const char* end = std::to_chars(digits, digits + sizeof digits, *after).ptr;
  store_text(context, key, found, {digits, static_cast<std::size_t>(end - digits)});
  context.reply.integer(*after);
}

void incr(Context& context, const Arguments& arguments) { add(context, arguments[1], 1); }

void decr(Context& context, const Arguments& arguments) { add(context, arguments[1], -1); }

void incrby(Context& context, const Arguments& arguments) {
  const auto by = resp_integer(arguments[2]);
  if (!by) return context.reply.not_integer();
  add(context, arguments[1], *by);
}

void decrby(Context& context, const Arguments& arguments) {
  const auto by = resp_integer(arguments[2]);
  if (!by) return context.reply.not_integer();
  if (*by == std::numeric_limits<std::int64_t>::min()) {
    return context.reply.error("ERR decrement would overflow");
  }
  add(context, arguments[1], -*by);
}

void incrbyfloat(Context& context, const Arguments& arguments) {
  const Key key = context.key(arguments[1]);
  Entry* found = context.find(key);
  if (!context.is(found, Type::string)) return;
  const auto before = found == nullptr ? std::optional<long double>(0) : parse_real(found->value());
  const auto by = parse_real(arguments[2]);
  if (!before || !by) return context.reply.error("ERR value is not a valid float");
  const long double after = *before + *by;
  if (std::isnan(after) || std::isinf(after)) {
    return context.reply.error("ERR increment would produce NaN or Infinity");
  }
  const std::string text = real_text(after);
  store_text(context, key, found, text);
  context.journal_as("SET", key.text, text, "KEEPTTL");
  context.reply.bulk(text);
}

constexpr std::uint32_t changes = writes | grows | fast;

constexpr Command number_table[] = {
    {"decr", 2, changes, 1, 1, 1, decr,
     "Decrements the integer value of a key by one. Uses 0 as initial value if the key doesn't "
     "exist."},
    {"decrby", 3, changes, 1, 1, 1, decrby,
     "Decrements a number from the integer value of a key. Uses 0 as initial value if the key "
     "doesn't exist."},
    {"incr", 2, changes, 1, 1, 1, incr,
     "Increments the integer value of a key by one. Uses 0 as initial value if the key doesn't "
     "exist."},
    {"incrby", 3, changes, 1, 1, 1, incrby,
     "Increments the integer value of a key by a number. Uses 0 as initial value if the key "
     "doesn't exist."},
    {"incrbyfloat", 3, changes, 1, 1, 1, incrbyfloat,
     "Increment the floating point value of a key by a number. Uses 0 as initial value if the key "
     "doesn't exist."},
};

}  // namespace

std::span<const Command> number_commands() { return number_table; }

}  // namespace weir::kv
