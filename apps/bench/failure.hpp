// The ways in which a run ends early. Bad flags never get this far: see flags.hpp.
#pragma once

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

namespace weir::bench {

// Something of the run went wrong; what() is the one line that the user reads.
struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Nothing came in a window: another one may say more. On a busy machine a short one can pass while
// the server or the load waits for a processor.
struct EmptyWindow : Failure {
  using Failure::Failure;
};

// A file that was named is not what it was named for: as wrong as a bad flag.
struct BadFile : Failure {
  using Failure::Failure;
};

// SIGINT or SIGTERM came.
struct Interrupted {
  int signal;
};

inline std::string error_text(int error) { return std::system_category().message(error); }

// For the calls that only fail when the machine is out of something.
[[noreturn]] inline void fail_with_errno(const std::string& what) {
  throw Failure(what + ": " + error_text(errno));
}

}  // namespace weir::bench
