// Answers whose every byte is known beforehand, kept as a script: one memcmp a recv.
//
//   answers:  ... checked | expected          | not asked for yet | ...
//                         ^ position_         ^ position_ + what messages in flight have left
#pragma once

#include "client/dialect.hpp"

namespace weir::bench {

class ExactAnswers : public Answers {
 public:
  // `expected` has one answer for each message of what is sent. `payload`: bytes that one carries.
  ExactAnswers(const Script& expected, std::size_t first, std::size_t payload)
      : expected_(expected),
        message_(first),
        position_(expected.start_of(first)),
        payload_(payload) {}

  Taken take(std::span<const char> received, std::uint64_t started) override;

 private:
  void check(std::span<const char> received, std::size_t outstanding) const;

  const Script& expected_;
  std::size_t message_;  // of the script, the first without its whole answer
  std::size_t position_;
  std::size_t partial_ = 0;  // bytes of that answer which came already
  std::size_t payload_;
  std::uint64_t answered_ = 0;
};

}  // namespace weir::bench
