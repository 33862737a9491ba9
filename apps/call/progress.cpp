#include "call/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "common/output.hpp"

namespace weir::call {

namespace {

std::size_t terminal_width() {
  constexpr std::size_t usual = 80;
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return usual;
  return size.ws_col;
}

}  // namespace

Progress::Progress(std::size_t total) : total_(total), terminal_(::isatty(STDOUT_FILENO) == 1) {}

Progress::~Progress() {
  if (shown_) app::print("\r\x1b[K");
}

void Progress::show(std::size_t done) {
  if (!terminal_) return;
  shown_ = true;
  // The last column stays free: a character there may begin the next line.
  app::print("\r" + draw(done, total_, terminal_width() - 1) + "\x1b[K");
}

std::string Progress::draw(std::size_t done, std::size_t total, std::size_t width) {
  constexpr std::size_t widest_bar = 40;
  const std::size_t percent = total == 0 ? 100 : done * 100 / total;
  std::string numbers =
      " " + std::to_string(percent) + "% " + std::to_string(done) + "/" + std::to_string(total);
  if (width < numbers.size() + 4) return numbers.substr(0, width);
  const std::size_t bar = std::min(widest_bar, width - numbers.size() - 2);
  const std::size_t filled = total == 0 ? bar : bar * done / total;
  return "[" + std::string(filled, '#') + std::string(bar - filled, '.') + "]" + numbers;
}

}  // namespace weir::call
