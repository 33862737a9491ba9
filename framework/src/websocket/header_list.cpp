#include "websocket/header_list.hpp"

#include <algorithm>

namespace weir::websocket {

namespace {

char lower_letter(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool is_token_letter(char letter) {
  const bool alphanumeric = (letter >= '0' && letter <= '9') ||
                            (lower_letter(letter) >= 'a' && lower_letter(letter) <= 'z');
  return alphanumeric || (letter != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(letter) !=
                                                std::string_view::npos);
}

bool is_space(char letter) { return letter == ' ' || letter == '\t'; }

/// Reads a list from its beginning.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  /// Passes over spaces; then: is there nothing left?
  [[nodiscard]] bool at_end() {
    skip_spaces();
    return text_.empty();
  }
  /// Takes `mark`, with spaces before it, if it is next.
  [[nodiscard]] bool take(char mark) {
    skip_spaces();
    if (text_.empty() || text_.front() != mark) return false;
    text_.remove_prefix(1);
    return true;
  }
  /// A token, with spaces before it; empty when there is none.
  [[nodiscard]] std::string_view token() {
    skip_spaces();
    const auto end = std::find_if_not(text_.begin(), text_.end(), is_token_letter);
    const std::string_view word = text_.substr(0, static_cast<std::size_t>(end - text_.begin()));
    text_.remove_prefix(word.size());
    return word;
  }
  /// A token, also one in quotes, which must be one when they are gone (RFC 6455 9.1).
  [[nodiscard]] std::optional<std::string> value() {
    if (!take('"')) {
      const std::string_view word = token();
      if (word.empty()) return std::nullopt;
      return std::string(word);
    }
    std::string word;
    while (!text_.empty() && text_.front() != '"') {
      if (text_.front() == '\\') text_.remove_prefix(1);
      if (text_.empty()) return std::nullopt;
      word += text_.front();
      text_.remove_prefix(1);
    }
    if (!take('"') || !is_token(word)) return std::nullopt;
    return word;
  }

 private:
  void skip_spaces() {
    while (!text_.empty() && is_space(text_.front())) text_.remove_prefix(1);
  }

  std::string_view text_;
};

}  // namespace

bool is_token(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), is_token_letter);
}

bool same_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower_letter(x) == lower_letter(y); });
}

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::transform(lowered.begin(), lowered.end(), lowered.begin(), lower_letter);
  return lowered;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view next_element(std::string_view& list) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    const std::string_view element = trimmed(list.substr(0, comma));
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    if (!element.empty()) return element;
  }
  return {};
}

std::optional<std::vector<Extension>> parse_extensions(std::string_view list) {
  constexpr std::size_t most = 32;
  std::vector<Extension> extensions;
  std::size_t parts = 0;
  Scanner scanner(list);
  while (!scanner.at_end()) {
    if (scanner.take(',')) continue;
    if (++parts > most) return std::nullopt;
    Extension& extension = extensions.emplace_back(Extension{std::string(scanner.token()), {}});
    if (extension.name.empty()) return std::nullopt;
    while (scanner.take(';')) {
      if (++parts > most) return std::nullopt;
      Parameter& parameter =
          extension.parameters.emplace_back(Parameter{std::string(scanner.token()), {}});
      if (parameter.name.empty()) return std::nullopt;
      if (!scanner.take('=')) continue;
      parameter.value = scanner.value();
      if (!parameter.value) return std::nullopt;
    }
    if (!scanner.at_end() && !scanner.take(',')) return std::nullopt;
  }
  return extensions;
}

}  // namespace weir::websocket
