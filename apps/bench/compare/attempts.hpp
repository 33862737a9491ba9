// A window in which nothing came says nothing of the server: it is measured again.
#pragma once

#include "failure.hpp"

namespace weir::bench {

inline constexpr unsigned most_attempts = 3;  // at a round

// What `measure` answers, asked again where it throws EmptyWindow; the last one goes through.
template <class Measure>
auto measure_again(Measure measure) {
  for (unsigned attempt = 1;; ++attempt) {
    try {
      return measure();
    } catch (const EmptyWindow&) {
      if (attempt == most_attempts) throw;
    }
  }
}

}  // namespace weir::bench
