#include "kv/lcs.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "kv/context.hpp"
#include "kv/expire_time.hpp"
#include "weir/framing/resp.hpp"

namespace weir::kv {

namespace {

/// Numbers in the table of one call: memory and time are bounded by it.
constexpr std::uint64_t most_cells = 64 * 1024 * 1024;

struct Options {
  bool length = false;
  bool positions = false;
  bool with_length = false;
  std::int64_t shortest = 0;
};

/// False after an error.
bool parse(Context& context, const Arguments& arguments, Options& options) {
  for (std::size_t i = 3; i < arguments.size(); ++i) {
    if (same_word(arguments[i], "idx")) {
      options.positions = true;
    } else if (same_word(arguments[i], "len")) {
      options.length = true;
    } else if (same_word(arguments[i], "withmatchlen")) {
      options.with_length = true;
    } else if (same_word(arguments[i], "minmatchlen") && i + 1 < arguments.size()) {
      const auto number = resp_integer(arguments[++i]);
      if (!number) {
        context.reply.not_integer();
        return false;
      }
      options.shortest = std::max<std::int64_t>(*number, 0);
    } else {
      context.reply.syntax_error();
      return false;
    }
  }
  if (options.length && options.positions) {
    context.reply.error("ERR If you want both the length and indexes, please just use IDX.");
    return false;
  }
  return true;
}

/// A piece that both have: `size` bytes that end before these places.
struct Match {
  std::size_t a_end;
  std::size_t b_end;
  std::size_t size;
};

struct Common {
  std::string text;
  std::vector<Match> matches;  // the last one first
};

/// Of each pair of beginnings the length, row by row; the way back through it is the answer.
Common common(std::string_view a, std::string_view b) {
  const std::size_t width = b.size() + 1;
  std::vector<std::uint32_t> cells((a.size() + 1) * width);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    const std::uint32_t* above = &cells[(i - 1) * width];
    std::uint32_t* row = &cells[i * width];
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = a[i - 1] == b[j - 1] ? above[j - 1] + 1 : std::max(above[j], row[j - 1]);
    }
  }
  Common found;
  std::size_t i = a.size();
  std::size_t j = b.size();
  while (i != 0 && j != 0) {
    if (a[i - 1] == b[j - 1]) {
      found.text += a[i - 1];
      const bool goes_on = !found.matches.empty() &&
                           found.matches.back().a_end - found.matches.back().size == i &&
                           found.matches.back().b_end - found.matches.back().size == j;
      if (!goes_on) found.matches.push_back({i, j, 0});
      ++found.matches.back().size;
      --i;
      --j;
    } else if (cells[(i - 1) * width + j] > cells[i * width + j - 1]) {
      --i;
    } else {
      --j;
    }
  }
  std::reverse(found.text.begin(), found.text.end());
  return found;
}

void answer_range(Reply& reply, std::size_t end, std::size_t size) {
  reply.array(2);
  reply.integer(end - size);
  reply.integer(end - 1);
}

}  // namespace

void lcs(Context& context, const Arguments& arguments) {
  const Entry* first = context.look_up(context.key(arguments[1]));
  const Entry* second = context.look_up(context.key(arguments[2]));
  if ((first != nullptr && first->type() != Type::string) ||
      (second != nullptr && second->type() != Type::string)) {
    return context.reply.error("ERR The specified keys must contain string values");
  }
  Options options;
  if (!parse(context, arguments, options)) return;
  const std::string_view a = first == nullptr ? std::string_view() : first->value();
  const std::string_view b = second == nullptr ? std::string_view() : second->value();
  if ((std::uint64_t{a.size()} + 1) * (std::uint64_t{b.size()} + 1) > most_cells) {
    return context.reply.error(
        "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len");
  }
  Common found = common(a, b);
  Reply& reply = context.reply;
  if (options.length) return reply.integer(found.text.size());
  if (!options.positions) return reply.bulk(found.text);
  std::erase_if(found.matches, [&](const Match& match) {
    return match.size < static_cast<std::size_t>(options.shortest);
  });
  reply.map(2);
  reply.bulk("matches");
  reply.array(found.matches.size());
  for (const Match& match : found.matches) {
    reply.array(options.with_length ? 3 : 2);
    answer_range(reply, match.a_end, match.size);
    answer_range(reply, match.b_end, match.size);
    if (options.with_length) reply.integer(match.size);
  }
  reply.bulk("len");
  reply.integer(found.text.size());
}

}  // namespace weir::kv
