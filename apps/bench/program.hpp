// run_program: the end of a bench of one thing, as main() answers it.
#pragma once

#include <exception>
#include <iostream>
#include <string_view>

#include "failure.hpp"
#include "system/interrupts.hpp"

namespace weir::bench {

/// Calls `body`: 0, or 128 and the number of the signal that interrupted it, or 1 behind a line on
/// standard error that says what failed.
template <class Body>
int run_program(std::string_view name, Body body) {
  try {
    body();
    return 0;
  } catch (const Interrupted& interrupted) {
    return 128 + interrupted.signal;
  } catch (const std::exception& failure) {
    std::cerr << name << ": " << failure.what() << '\n';
    return 1;
  }
}

}  // namespace weir::bench
