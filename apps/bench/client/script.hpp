// The bytes that every connection sends, over and over, and expects back unchanged; or the calls of
// JSON-RPC, whose answers are found by their ids.
//
//   | m0 | m1 | m2 | ... | m(period-1) | m0 | m1 | ... | m(depth-1) |
//     ^ a connection begins at some message and goes round
//                                      ^ repeated, so that all that is in flight is one span
//
// Made once and shared by all connections and threads: sending is a pointer into it, checking a
// reply is one memcmp with it. All payloads differ, and the period is longer than what is in
// flight, so that a lost, doubled or swapped reply cannot pass.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "options.hpp"

namespace weir::bench {

class Script {
 public:
  Script(Protocol protocol, std::size_t size, unsigned depth);

  std::size_t message_bytes() const { return message_bytes_; }  // on the wire
  unsigned depth() const { return depth_; }
  std::size_t period() const { return period_; }  // in messages, all different
  bool is_echoed() const { return echoed_; }      // else RpcAnswers knows what comes back

  // The calls are add [id, added]; message n of the period has the id first_id + n. All have as
  // many digits, so all calls have one size.
  static constexpr std::uint64_t first_id = 100'000;
  static std::uint64_t result_of(std::uint64_t id) { return id + added; }
  static std::size_t call_size();

  // Where a connection begins, so that bytes which cross connections are seen.
  std::size_t start_of(unsigned connection) const { return connection % period_ * message_bytes_; }
  // What follows `bytes` bytes after `position`.
  std::size_t advance(std::size_t position, std::size_t bytes) const {
    return (position + bytes) % (period_ * message_bytes_);
  }
  // At least depth messages may be read from here.
  const char* at(std::size_t position) const { return bytes_.data() + position; }

 private:
  static constexpr std::uint64_t added = 7;

  static std::string call(std::uint64_t id);
  void fill_with_calls(std::size_t loop);

  bool echoed_;
  std::size_t message_bytes_;
  unsigned depth_;
  std::size_t period_;  // in messages
  std::vector<char> bytes_;
};

}  // namespace weir::bench
