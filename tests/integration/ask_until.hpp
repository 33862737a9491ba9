// For what a server tells a little later than it happens: asks again until the answer says it.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "integration/deadline.hpp"

namespace weir::integration {

/// The first answer of `ask` that holds `words`; throws when none comes.
template <class Ask>
std::string ask_until(std::string_view words, Ask ask) {
  const Deadline deadline;
  for (;;) {
    std::string answer = ask();
    if (answer.find(words) != std::string::npos) return answer;
    if (deadline.passed()) {
      throw std::runtime_error("no '" + std::string(words) + "' in: " + answer);
    }
  }
}

}  // namespace weir::integration
