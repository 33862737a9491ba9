#include "weir/framing/fixed.hpp"

#include <stdexcept>

#include "framing/words.hpp"

namespace weir {

FixedFraming::FixedFraming(std::size_t size) : size_(size) {
  if (size == 0) throw std::invalid_argument("weir::fixed: size 0, it takes 1 byte or more");
}

Status FixedFraming::refuse(std::string_view message) const {
  return Error{"message of " + framing_words::bytes(message.size()) + ", each is " +
               std::to_string(size_)};
}

}  // namespace weir
