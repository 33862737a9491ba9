#include "rpc/number.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "weir/session/failure.hpp"

namespace weir::rpc {

namespace {

double as_double(const Number& number) {
  return std::visit([](auto value) { return static_cast<double>(value); }, number.value);
}

Number finite(double value) {
  if (!std::isfinite(value)) throw Refusal("the result is out of range");
  return {value};
}

/// `exact(a, b, &result)` says whether the result did not fit.
template <class Exact, class Rounded>
Number compute(const Number& a, const Number& b, Exact exact, Rounded rounded) {
  const auto* whole_a = std::get_if<std::int64_t>(&a.value);
  const auto* whole_b = std::get_if<std::int64_t>(&b.value);
  std::int64_t result = 0;
  if (whole_a != nullptr && whole_b != nullptr && !exact(*whole_a, *whole_b, &result)) {
    return {result};
  }
  return finite(rounded(as_double(a), as_double(b)));
}

}  // namespace

void from_json(const nlohmann::json& json, Number& number) {
  const auto* whole = json.get_ptr<const nlohmann::json::number_integer_t*>();
  const auto* big = json.get_ptr<const nlohmann::json::number_unsigned_t*>();
  if (whole != nullptr && (big == nullptr || *whole >= 0)) {
    number.value = *whole;
  } else if (json.is_number()) {
    number.value = json.get<double>();
  } else {
    throw nlohmann::json::type_error::create(302, "expected a number", &json);
  }
}

void to_json(nlohmann::json& json, const Number& number) {
  std::visit([&json](auto value) { json = value; }, number.value);
}

Number add(Number a, Number b) {
  return compute(
      a, b, [](auto x, auto y, auto* sum) { return __builtin_add_overflow(x, y, sum); },
      [](double x, double y) { return x + y; });
}

Number subtract(Number a, Number b) {
  return compute(
      a, b, [](auto x, auto y, auto* result) { return __builtin_sub_overflow(x, y, result); },
      [](double x, double y) { return x - y; });
}

Number multiply(Number a, Number b) {
  return compute(
      a, b, [](auto x, auto y, auto* result) { return __builtin_mul_overflow(x, y, result); },
      [](double x, double y) { return x * y; });
}

Number divide(Number a, Number b) {
  if (as_double(b) == 0) throw Refusal("division by zero");
  return compute(
      a, b,
      [](std::int64_t x, std::int64_t y, std::int64_t* result) {
        if (y == -1 || x % y != 0) return true;  // in doubles
        *result = x / y;
        return false;
      },
      [](double x, double y) { return x / y; });
}

}  // namespace weir::rpc
