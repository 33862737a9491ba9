#include "progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "text.hpp"

namespace weir::bench {
namespace {

constexpr const char* wiped = "\r\x1b[K";  // to the beginning of the line, and clear it

}  // namespace

std::string progress_line(const char* what, double done, double messages_per_second) {
  static constexpr std::size_t width = 20;
  const auto share = std::clamp(done, 0.0, 1.0);
  const auto full = static_cast<std::size_t>(share * static_cast<double>(width));
  return std::string(what) + " [" + std::string(full, '#') + std::string(width - full, '.') + "] " +
         right(percent(share), 4) + "  " + grouped(messages_per_second) + " a second";
}

Progress::Progress(const char* what) : what_(what), is_terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (has_drawn_) std::cerr << wiped << std::flush;
}

void Progress::draw(double done, std::uint64_t messages) {
  if (!is_terminal_) return;
  const auto now = Clock::now();
  const auto seconds = std::chrono::duration<double>{now - last_}.count();
  const auto more = static_cast<double>(messages - messages_);
  if (has_drawn_) {
    std::cerr << wiped << progress_line(what_, done, more / std::max(seconds, 1e-9)) << std::flush;
  }
  has_drawn_ = true;
  last_ = now;
  messages_ = messages;
}

}  // namespace weir::bench
