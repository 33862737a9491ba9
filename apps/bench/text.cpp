// No locale and no streams: the same bytes everywhere.
#include "text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace weir::bench {

std::string fixed(double value, int digits) {
  std::array<char, 512> text{};  // the longest double has 309 digits before its point
  auto* const end = text.data() + text.size();
  const auto written = std::to_chars(text.data(), end, value, std::chars_format::fixed, digits);
  return {text.data(), written.ptr};
}

std::string percent(double share, int digits) { return fixed(share * 100, digits) + "%"; }

std::string grouped(double value) {
  const auto digits = fixed(value, 0);
  const std::size_t sign = digits.front() == '-' ? 1 : 0;
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > sign && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string plural(std::uint64_t n, const char* word) {
  return grouped(static_cast<double>(n)) + " " + word + (n == 1 ? "" : "s");
}

std::string bytes(double count) {
  constexpr double kibi = 1024;
  if (std::abs(count) < kibi) return fixed(count, 0) + " B";
  if (std::abs(count) < kibi * kibi) return fixed(count / kibi, 1) + " KiB";
  return fixed(count / kibi / kibi, 1) + " MiB";
}

std::string duration(double nanoseconds) {
  if (nanoseconds < 1e6) return fixed(nanoseconds / 1e3, 1) + " us";
  return nanoseconds < 1e9 ? fixed(nanoseconds / 1e6, 2) + " ms"
                           : fixed(nanoseconds / 1e9, 2) + " s";
}

std::string right(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + text;
}

std::string line(const std::string& name, const std::string& rest) {
  constexpr std::size_t width = 13;
  auto text = name;
  text.resize(std::max(width, name.size() + 1), ' ');
  return text + rest + "\n";
}

}  // namespace weir::bench
