// The answers to one connection's JSON-RPC calls, in any order: counted by their lengths, checked
// by their numbers.
//
//   asked_:  | yes | yes | no | yes | ...    one place for each call of the script
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/script.hpp"

namespace weir::bench {

class RpcAnswers {
 public:
  explicit RpcAnswers(const Script& script) : script_(script), asked_(script.period()) {}

  // `count` calls from `position` of the script on were sent.
  void expect(std::size_t position, unsigned count);

  // How many answers `received` completes. Throws Failure for one that no call waits for, or with
  // the wrong result.
  unsigned take(std::span<const char> received);

 private:
  void check(std::string_view answer);

  const Script& script_;
  std::vector<bool> asked_;
  std::string rest_;  // the beginning of an answer
};

}  // namespace weir::bench
