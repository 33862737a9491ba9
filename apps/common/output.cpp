#include "common/output.hpp"

#include <unistd.h>

#include <cerrno>
#include <string>

namespace weir::app {

namespace {

void write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

void print(std::string_view text) { write_all(STDOUT_FILENO, text); }

void print_error(std::string_view text) { write_all(STDERR_FILENO, text); }

void complain(std::string_view program, std::string_view message) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string line(program);
  line.append(": ");
  for (const char byte : message) {
    const auto value = static_cast<unsigned char>(byte);
    if (value >= 0x20 && value != 0x7f) {
      line.push_back(byte);
    } else {
      line.append("\\x").append(1, digits[value >> 4U]).append(1, digits[value & 15U]);
    }
  }
  line.push_back('\n');
  write_all(STDERR_FILENO, line);
}

}  // namespace weir::app
