#include "weir/framing/framing.hpp"

namespace weir {

Decoded Decoded::too_large(std::uint64_t size, std::size_t maximum) {
  Decoded decoded(Kind::too_large, {}, 0);
  decoded.mistake_ = std::make_unique<std::string>(
      "frame of " + std::to_string(size) + " bytes, the limit is " + std::to_string(maximum));
  return decoded;
}

Decoded Decoded::endless(std::size_t maximum) {
  Decoded decoded(Kind::too_large, {}, 0);
  decoded.mistake_ = std::make_unique<std::string>("frame of more than " + std::to_string(maximum) +
                                                   " bytes, which is the limit");
  return decoded;
}

Decoded Decoded::malformed(std::string mistake) {
  Decoded decoded(Kind::malformed, {}, 0);
  decoded.mistake_ = std::make_unique<std::string>(std::move(mistake));
  return decoded;
}

}  // namespace weir
