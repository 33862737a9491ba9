// How long a test waits for another process before it says that nothing came. Never an assertion
// about speed: generous enough for a machine that does ten other things.
#pragma once

#include <chrono>

namespace weir::integration {

// The programs under test are built like the tests: a sanitizer here is a sanitizer there.
#ifdef __SANITIZE_ADDRESS__
inline constexpr bool address_sanitized = true;
#else
inline constexpr bool address_sanitized = false;
#endif
#ifdef __SANITIZE_THREAD__
inline constexpr bool thread_sanitized = true;
#else
inline constexpr bool thread_sanitized = false;
#endif
inline constexpr bool sanitized = address_sanitized || thread_sanitized;

inline constexpr std::chrono::seconds safety_limit{sanitized ? 120 : 30};

class Deadline {
 public:
  [[nodiscard]] bool passed() const { return std::chrono::steady_clock::now() >= end_; }
  /// For poll(2): milliseconds, 0 when it has passed.
  [[nodiscard]] int poll_timeout() const {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end_ - std::chrono::steady_clock::now());
    return left.count() > 0 ? static_cast<int>(left.count()) : 0;
  }

 private:
  std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::now() + safety_limit;
};

}  // namespace weir::integration
