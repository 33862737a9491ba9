// Times of expiry as commands say them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "kv/shard.hpp"

namespace weir::kv {

class Context;

/// What a number of EX, PX, EXAT and PXAT counts, and from when.
struct ExpireUnit {
  bool seconds;
  bool absolute;
};

/// The unit of "EX", "px", ...; nothing for another word.
[[nodiscard]] std::optional<ExpireUnit> expire_unit(std::string_view word);

/// Is a number that is not after 0 a time as well?
enum class Past : bool { refused, allowed };

/// `text` as milliseconds since 1970; nothing after an error that names `command`.
[[nodiscard]] std::optional<Milliseconds> parse_expire(Context& context, std::string_view command,
                                                       std::string_view text, ExpireUnit unit,
                                                       Past past = Past::refused);

/// Do they differ in the size of letters at most? `word` has small ones.
[[nodiscard]] bool same_word(std::string_view text, std::string_view word);

}  // namespace weir::kv
