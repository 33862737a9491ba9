#include "kv/expire_time.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "kv/context.hpp"
#include "weir/framing/resp.hpp"

namespace weir::kv {

bool same_word(std::string_view text, std::string_view word) {
  return std::equal(text.begin(), text.end(), word.begin(), word.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
  });
}

std::optional<ExpireUnit> expire_unit(std::string_view word) {
  if (same_word(word, "ex")) return ExpireUnit{.seconds = true, .absolute = false};
  if (same_word(word, "px")) return ExpireUnit{.seconds = false, .absolute = false};
  if (same_word(word, "exat")) return ExpireUnit{.seconds = true, .absolute = true};
  if (same_word(word, "pxat")) return ExpireUnit{.seconds = false, .absolute = true};
  return std::nullopt;
}

std::optional<Milliseconds> parse_expire(Context& context, std::string_view command,
                                         std::string_view text, ExpireUnit unit, Past past) {
  constexpr Milliseconds most = std::numeric_limits<Milliseconds>::max();
  const auto number = resp_integer(text);
  if (!number) {
    context.reply.not_integer();
    return std::nullopt;
  }
  Milliseconds when = *number;
  bool valid = (past == Past::allowed || when > 0) &&
               (!unit.seconds || (when <= most / 1000 && when >= -(most / 1000)));
  if (valid && unit.seconds) when *= 1000;
  if (valid && !unit.absolute) {
    valid = when <= most - context.now;
    if (valid) when += context.now;
  }
  if (valid) return when;
  context.reply.error("ERR invalid expire time in '" + std::string(command) + "' command");
  return std::nullopt;
}

}  // namespace weir::kv
