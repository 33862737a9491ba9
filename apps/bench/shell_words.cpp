#include "shell_words.hpp"

#include <array>
#include <charconv>

namespace weir::bench {

std::string shell_words(const std::vector<std::string>& command) {
  std::string text;
  for (const std::string& word : command) {
    if (!text.empty()) text += ' ';
    const bool plain =
        !word.empty() && word.find_first_of(" \t\n'\"\\$`*?[]{}()<>|&;#~!") == std::string::npos;
    if (plain) {
      text += word;
      continue;
    }
    text += '\'';
    for (const char letter : word) letter == '\'' ? text += "'\\''" : text += letter;
    text += '\'';
  }
  return text;
}

std::string exact(double value) {
  std::array<char, 32> text{};
  const auto written = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), written.ptr};
}

}  // namespace weir::bench
