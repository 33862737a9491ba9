#include "report/scale.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace weir::bench::html {
namespace {

constexpr std::size_t fewest_ticks = 3;
constexpr std::size_t most_ticks = 6;
constexpr double room = 0.06;  // of the axis, beyond the outermost values

// Of a logarithm; no double has one beyond these.
int whole(double exponent) { return static_cast<int>(std::clamp(exponent, -1100.0, 1100.0)); }

// Every n-th, so that at most most_ticks are left.
std::vector<double> thinned(const std::vector<double>& ticks) {
  const std::size_t step = (ticks.size() + most_ticks - 1) / most_ticks;
  std::vector<double> left;
  for (std::size_t i = 0; i < ticks.size(); i += std::max<std::size_t>(step, 1)) {
    left.push_back(ticks[i]);
  }
  return left;
}

std::vector<double> decimal_ticks(double low, double high, const std::vector<double>& mantissas) {
  std::vector<double> ticks;
  for (int power = whole(std::log10(low)) - 1; power <= whole(std::log10(high)) + 1; ++power) {
    for (const double mantissa : mantissas) {
      const double tick = mantissa * std::pow(10, power);
      if (tick >= low && tick <= high) ticks.push_back(tick);
    }
  }
  return ticks;
}

std::vector<double> linear_ticks(double low, double high) {
  const double rough = (high - low) / (most_ticks - 1);
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double mantissa : {1.0, 2.0, 5.0}) {
    if (mantissa * power >= rough) {
      step = mantissa * power;
      break;
    }
  }
  std::vector<double> ticks;
  const double first = std::ceil(low / step);
  for (std::size_t i = 0; i < 2 * most_ticks; ++i) {
    const double tick = (first + static_cast<double>(i)) * step;
    if (tick <= high) ticks.push_back(tick);
  }
  return ticks;
}

}  // namespace

Scale::Scale(double low, double high, double from, double to, bool is_log)
    : low_(low), high_(high), from_(from), to_(to), is_log_(is_log) {}

Scale Scale::logarithmic(double low, double high, double from, double to) {
  return {low, high, from, to, true};
}

Scale Scale::linear(double low, double high, double from, double to) {
  return {low, high, from, to, false};
}

Scale Scale::around(const std::vector<double>& values, double from, double to) {
  if (values.empty()) return linear(0, 1, from, to);
  const auto [low, high] = std::ranges::minmax(values);
  if (low <= 0) return linear(0, high > 0 ? high * (1 + room) : 1, from, to);
  // Half an octave at least: a flat line is to look flat.
  const double wide = std::max(high / low, std::sqrt(2.0));
  const double beyond = std::pow(wide, room) * std::sqrt(wide / (high / low));
  return logarithmic(low / beyond, high * beyond, from, to);
}

double Scale::operator()(double value) const {
  const double share = is_log_ ? std::log(std::max(value, low_) / low_) / std::log(high_ / low_)
                               : (value - low_) / (high_ - low_);
  return from_ + std::clamp(share, 0.0, 1.0) * (to_ - from_);
}

std::vector<double> Scale::ticks() const {
  if (!is_log_) return linear_ticks(low_, high_);
  const std::vector<std::vector<double>> sets = {{1}, {1, 3}, {1, 2, 5}, {1, 1.5, 2, 3, 4, 5, 7}};
  for (const auto& mantissas : sets) {
    auto ticks = decimal_ticks(low_, high_, mantissas);
    if (ticks.size() >= fewest_ticks) return thinned(ticks);
  }
  return linear_ticks(low_, high_);
}

std::vector<double> Scale::binary_ticks() const {
  if (!is_log_) return linear_ticks(low_, high_);
  std::vector<double> ticks;
  for (int power = whole(std::log2(low_)) - 1; power <= whole(std::log2(high_)) + 1; ++power) {
    const double tick = std::exp2(power);
    if (tick >= low_ && tick <= high_) ticks.push_back(tick);
  }
  return ticks.size() < 2 ? linear_ticks(low_, high_) : thinned(ticks);
}

}  // namespace weir::bench::html
