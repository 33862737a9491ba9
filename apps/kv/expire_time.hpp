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

/// `text` as milliseconds since 1970; nothing after an error that names `command`. A time that is
/// not after 0 is an error.
[[nodiscard]] std::optional<Milliseconds> parse_expire(Context& context, std::string_view command,
                                                       std::string_view text, ExpireUnit unit);

/// Do they differ in the size of letters at most? `word` has small ones.
[[nodiscard]] bool same_word(std::string_view text, std::string_view word);

}  // namespace weir::kv
