// A bar on standard error, for people: drawn only when that is a terminal, and gone at the end.
//
//   measuring [##########..........]  51%  123,456 a second
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace weir::bench {

// One line of `done` (0 to 1), without its carriage return.
std::string progress_line(const char* what, double done, double messages_per_second);

class Progress {
 public:
  explicit Progress(const char* what);
  ~Progress();  // wipes it
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // How often to draw; far too seldom to be measured.
  static constexpr std::chrono::milliseconds interval{200};

  bool is_drawn() const { return is_terminal_; }
  // `messages` so far, from any beginning.
  void draw(double done, std::uint64_t messages);

 private:
  using Clock = std::chrono::steady_clock;

  const char* what_;
  bool is_terminal_;
  bool has_drawn_ = false;
  Clock::time_point last_ = Clock::now();
  std::uint64_t messages_ = 0;
};

}  // namespace weir::bench
