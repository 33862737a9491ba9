#include "report/words.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "compare/figure_text.hpp"
#include "text.hpp"

namespace weir::bench::html {
namespace {

struct Scaled {
  double value;
  const char* unit;
};

Scaled scaled_time(double nanoseconds) {
  const double size = std::abs(nanoseconds);
  if (size < 1e3) return {nanoseconds, " ns"};
  if (size < 1e6) return {nanoseconds / 1e3, " µs"};
  return size < 1e9 ? Scaled{nanoseconds / 1e6, " ms"} : Scaled{nanoseconds / 1e9, " s"};
}

Scaled scaled_bytes(double count) {
  constexpr double kibi = 1024;
  const double size = std::abs(count);
  if (size < kibi) return {count, " B"};
  return size < kibi * kibi ? Scaled{count / kibi, " KiB"} : Scaled{count / kibi / kibi, " MiB"};
}

Scaled scaled_figure(Figure figure, double value) {
  switch (figure) {
    case Figure::cpu:
      return scaled_time(value);
    case Figure::memory:
    case Figure::binary_size:
      return scaled_bytes(value);
    case Figure::compile_time:
      return scaled_time(value * 1e9);
    case Figure::instructions:
    case Figure::system_calls:
    case Figure::allocations:
      break;
  }
  return {value, ""};
}

}  // namespace

std::string digits(double value) {
  const double size = std::abs(value);
  if (size == 0) return "0";
  if (size >= 1000) return grouped(value);
  if (size >= 100) return fixed(value, 0);
  if (size >= 10) return fixed(value, 1);
  return fixed(value, size >= 1 ? 2 : 3);
}

std::string time_words(double nanoseconds) {
  const Scaled scaled = scaled_time(nanoseconds);
  return digits(scaled.value) + scaled.unit;
}

std::string figure_words(Figure figure, double value) {
  const Scaled scaled = scaled_figure(figure, value);
  const bool whole_bytes = std::string_view(scaled.unit) == " B";
  return (whole_bytes ? fixed(value, 0) : digits(scaled.value)) + scaled.unit;
}

std::string ratio_words(double ratio) {
  return (ratio < 1 ? fixed(ratio, 2) : digits(ratio)) + "×";
}

std::string beside_words(std::string_view name, double value) {
  if (name.ends_with("_share") || name.ends_with("_busy")) return percent(value, 1);
  if (name.ends_with("_ns")) return time_words(value);
  if (name.ends_with("_bytes")) return bytes(value);
  return digits(value);
}

std::string tick_words(double value) {
  if (std::abs(value) >= 1000) return grouped(value);
  std::array<char, 32> text{};
  const auto written =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, 4);
  return {text.data(), written.ptr};
}

std::string time_tick(double nanoseconds) {
  const Scaled scaled = scaled_time(nanoseconds);
  return tick_words(scaled.value) + scaled.unit;
}

std::string figure_tick(Figure figure, double value) {
  const Scaled scaled = scaled_figure(figure, value);
  return tick_words(scaled.value) + scaled.unit;
}

std::string unit_words(const Row& row) { return unit_text(row.figure) + " per " + row.per; }

std::string place_words(const Row& row) { return row.chart + ", " + row.title; }

std::string shortened(const std::string& text, std::size_t most) {
  std::size_t letters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
    if (begins && ++letters == most && i + 1 < text.size()) return text.substr(0, i) + "…";
  }
  return text;
}

double time_at(const Entry& entry, double percent) {
  double time = -1;
  double nearest = 0;
  for (const auto& [at, value] : entry.latency) {
    if (at < percent || (time >= 0 && at >= nearest)) continue;
    nearest = at;
    time = value;
  }
  return time;
}

bool is_weir(const Entry& entry) { return entry.role == Role::weir; }
bool is_floor(const Entry& entry) { return entry.role == Role::floor; }
std::string name_words(const Entry& entry) {
  return is_floor(entry) ? entry.name + " (floor)" : entry.name;
}
bool is_base(const Row& row, const Entry& entry) { return entry.name == row.base; }
bool has_result(const Entry& entry) { return entry.is_measured() && entry.no_result.empty(); }

}  // namespace weir::bench::html
