// A protocol of weir-bench and the bytes that answer it, without a socket: what is expected may be
// cut anywhere, and anything else is an error.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "client/dialect.hpp"
#include "options.hpp"

namespace weir::test {

/// Options of a protocol with messages of `size` bytes, `depth` at once.
[[nodiscard]] bench::LoadOptions shaped(bench::Protocol protocol, std::size_t size = 5,
                                        unsigned depth = 3);

/// The bytes of message `number` of what connection 0 sends.
[[nodiscard]] std::string sent(const bench::Dialect& dialect, std::size_t number);

/// What came of bytes: the messages and the payload that they completed, or what was said of them.
struct Result {
  std::uint64_t messages = 0;
  std::size_t payload = 0;
  std::string failure;
};

/// The answer to the opening of a WebSocket.
extern const std::string upgraded;

/// Hands `pieces` to the answers of connection 0, which has started `started` messages, after its
/// opening; with 0, they answer the opening.
[[nodiscard]] Result take(const bench::Dialect& dialect, std::uint64_t started,
                          const std::vector<std::string_view>& pieces);

/// Checks that `answers` are taken as `messages` messages with `payload` bytes in all, whole, cut
/// at every byte, and byte by byte, and that more is an error.
void expect_answers(const bench::Dialect& dialect, std::string_view answers, unsigned messages,
                    std::size_t payload);

/// Checks that `answers` are refused, whole and byte by byte, with words that
/// have `why` in them.
void expect_failure(const bench::Dialect& dialect, std::string_view answers, std::uint64_t started,
                    std::string_view why);

}  // namespace weir::test
