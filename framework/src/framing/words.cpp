#include "framing/words.hpp"

namespace weir::framing_words {

std::string bytes(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " byte" : " bytes");
}

Error over_limit(std::size_t size, std::size_t maximum) {
  return Error{"message of " + bytes(size) + ", the limit is " + std::to_string(maximum)};
}

}  // namespace weir::framing_words
