// What strangers type, made fit to be shown to others: UTF-8 without anything that steers a
// terminal or turns the reading direction of what stands beside it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weir::chat {

/// A message: its lines are kept, tabs are blanks, bytes that are no UTF-8 become U+FFFD. Empty
/// where nothing is left. Not shortened.
[[nodiscard]] std::string clean_text(std::string_view text);
/// A nickname: the same in one line, each run of blanks is one.
[[nodiscard]] std::string clean_nick(std::string_view text);
/// A room: the same without blanks, '#' in front and capital letters of ASCII.
[[nodiscard]] std::string clean_room(std::string_view text);

/// Names that a person takes for the same have the same key: capital letters of ASCII are small.
[[nodiscard]] std::string name_key(std::string_view name);

/// Characters (code points) of UTF-8.
[[nodiscard]] std::size_t count_characters(std::string_view text);

/// An id that a client made: 8 to 64 of A-Z a-z 0-9 - _
[[nodiscard]] bool is_id(std::string_view id);

/// 128 bits that nobody can foresee, as such an id.
[[nodiscard]] std::string random_id();

}  // namespace weir::chat
