// What messages carry: pseudo-random bytes, the same in every run and different in every message.
#pragma once

#include <cstddef>
#include <random>
#include <string>

namespace weir::bench {

class Payloads {
 public:
  explicit Payloads(unsigned seed = 20231) : random_(seed) {}

  // The next `size` bytes, valid until the next call.
  const std::string& next(std::size_t size) {
    text_.resize(size);
    for (auto& byte : text_) byte = static_cast<char>(random_() >> 16U);
    return text_;
  }
  // The same, of letters.
  const std::string& next_letters(std::size_t size) {
    text_.resize(size);
    for (auto& byte : text_) byte = static_cast<char>('a' + (random_() >> 16U) % 26);
    return text_;
  }

 private:
  std::minstd_rand random_;
  std::string text_;
};

}  // namespace weir::bench
