#include "kv/glob.hpp"

#include <cstddef>
#include <utility>

namespace weir::kv {

namespace {

/// Does the class that begins behind a '[' at `at` have `c`? Moves `at` behind its end; a class
/// that does not end does with the pattern.
bool class_has(std::string_view pattern, std::size_t& at, char c) {
  const bool inverted = at < pattern.size() && pattern[at] == '^';
  if (inverted) ++at;
  bool found = false;
  while (at < pattern.size() && pattern[at] != ']') {
    if (pattern[at] == '\\' && at + 1 < pattern.size()) {
      ++at;
      found = found || pattern[at] == c;
    } else if (at + 2 < pattern.size() && pattern[at + 1] == '-') {
      char low = pattern[at];
      char high = pattern[at + 2];
      if (low > high) std::swap(low, high);
      found = found || (c >= low && c <= high);
      at += 2;
    } else {
      found = found || pattern[at] == c;
    }
    ++at;
  }
  if (at < pattern.size()) ++at;
  return found != inverted;
}

/// Does what stands at `at`, which is no '*', match `c`? Moves `at` behind it.
bool one_matches(std::string_view pattern, std::size_t& at, char c) {
  const char p = pattern[at++];
  if (p == '?') return true;
  if (p == '[') return class_has(pattern, at, c);
  if (p == '\\' && at < pattern.size()) return pattern[at++] == c;
  return p == c;
}

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  // The last '*' takes one byte more whenever what follows it does not match: an earlier one need
  // not be tried again.
  std::size_t star = std::string_view::npos;
  std::size_t star_text = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = ++p;
      star_text = t;
      continue;
    }
    if (p < pattern.size() && one_matches(pattern, p, text[t])) {
      ++t;
      continue;
    }
    if (star == std::string_view::npos) return false;
    p = star;
    t = ++star_text;
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace weir::kv
