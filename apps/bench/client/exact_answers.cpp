#include "client/exact_answers.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include "failure.hpp"

namespace weir::bench {

Taken ExactAnswers::take(std::span<const char> received, std::uint64_t started) {
  const auto in_flight = static_cast<std::size_t>(started - answered_);
  check(received, expected_.bytes_of(message_, in_flight) - partial_);
  position_ = expected_.advance(position_, received.size());
  partial_ += received.size();
  Taken taken;
  for (auto size = expected_.bytes_of(message_, 1); partial_ >= size && taken.messages < in_flight;
       size = expected_.bytes_of(message_, 1)) {
    partial_ -= size;
    message_ = expected_.message_after(message_, 1);
    ++taken.messages;
  }
  answered_ += taken.messages;
  taken.payload = taken.messages * payload_;
  return taken;
}

void ExactAnswers::check(std::span<const char> received, std::size_t outstanding) const {
  const auto size = std::min(received.size(), outstanding);
  const char* expected = expected_.at(position_);
  if (std::memcmp(received.data(), expected, size) != 0) {
    auto offset =
        partial_ + static_cast<std::size_t>(
                       std::mismatch(expected, expected + size, received.data()).first - expected);
    std::size_t number = 0;
    while (offset >= expected_.bytes_of(message_, number + 1)) ++number;
    offset -= expected_.bytes_of(message_, number);
    throw Failure("reply " + std::to_string(answered_ + number + 1) +
                  " is not what its message asks for, from byte " + std::to_string(offset) + " on");
  }
  if (received.size() > outstanding) {
    throw Failure("the server sent " + std::to_string(received.size() - outstanding) +
                  " bytes more than it was asked for");
  }
}

}  // namespace weir::bench
