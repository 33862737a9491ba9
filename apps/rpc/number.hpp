// Number: a JSON number as a caller wrote it: a whole one stays whole and exact, any other is a
// double.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <variant>

namespace weir::rpc {

struct Number {
  std::variant<std::int64_t, double> value;
};

/// Throws what nlohmann_json throws for a wrong type when it is no number, or a whole one beyond 64
/// bits.
void from_json(const nlohmann::json& json, Number& number);
void to_json(nlohmann::json& json, const Number& number);

/// Whole where both are and the result fits into 64 bits; else in doubles. A result that is no
/// number, or that JSON has no form for, is a Refusal.
[[nodiscard]] Number add(Number a, Number b);
[[nodiscard]] Number subtract(Number a, Number b);
[[nodiscard]] Number multiply(Number a, Number b);
[[nodiscard]] Number divide(Number a, Number b);

}  // namespace weir::rpc
