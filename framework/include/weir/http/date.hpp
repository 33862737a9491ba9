// Dates of HTTP (RFC 9110, section 5.6.7). Layer: http. Seconds are those of Unix time; nothing
// here reads a clock.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::http {

/// `Sun, 06 Nov 1994 08:49:37 GMT`, without an end.
using DateBytes = std::array<char, 29>;

/// Years 0 to 9999; what is outside is written as the nearest second that is not.
[[nodiscard]] DateBytes format_date(std::int64_t seconds);

/// All three forms that section 5.6.7 names, with the case of its names; nullopt for what is none.
/// A year of two digits is one of the 100 that end 50 years after `now`. The day of
/// the week is not compared with the date; second 60 is the first of the next minute.
[[nodiscard]] std::optional<std::int64_t> parse_date(std::string_view text, std::int64_t now);

/// The text of the Date field, made once a second. Owned by one loop.
class DateText {
 public:
  /// Good until the next call with another second.
  [[nodiscard]] std::string_view at(std::int64_t seconds) {
    if (seconds != seconds_ || text_[0] == '\0') {
      text_ = format_date(seconds);
      seconds_ = seconds;
    }
    return {text_.data(), text_.size()};
  }

 private:
  std::int64_t seconds_ = 0;
  DateBytes text_{};
};

}  // namespace weir::http
