#include "weir/framing/any.hpp"

namespace weir {

void AnyFraming::set_default_max(std::size_t max) {
  const auto set = [max](auto& framing) {
    if constexpr (requires { framing.set_default_max(max); }) framing.set_default_max(max);
  };
  std::visit(set, framing_);
}

Decoded AnyFraming::decode(std::string_view input) {
  return std::visit([input](auto& framing) { return framing.decode(input); }, framing_);
}

Status AnyFraming::encode(std::string_view message, Buffer& output) const {
  const auto encode = [&](const auto& framing) { return framing.encode(message, output); };
  return std::visit(encode, framing_);
}

}  // namespace weir
