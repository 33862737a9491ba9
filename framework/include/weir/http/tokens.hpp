// Tokens, quoted strings and lists, of which most field values are made (RFC 9110, section 5.6).
// Layer: http. Nothing here allocates but unquoted() and quoted().
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weir::http {

/// One byte or more of what names are made of (section 5.6.2).
[[nodiscard]] bool is_token(std::string_view text);

/// Without the blanks, spaces and tabs, around it.
[[nodiscard]] std::string_view trim(std::string_view text);

/// Goes through the elements of a list, which commas separate (section 5.6.1), or through the
/// parameters of one, which semicolons do. A separator in a quoted string is none; blanks around an
/// element are no part of it; empty elements are passed over, as a recipient must.
///
///     ListReader reader("gzip;q=0.5, \"a,b\" ,,c");       gzip;q=0.5   "a,b"   c
class ListReader {
 public:
  explicit ListReader(std::string_view list, char separator = ',')
      : rest_(list), separator_(separator) {}

  /// nullopt at the end. A quoted string that is not closed goes on to the end of the list.
  [[nodiscard]] std::optional<std::string_view> next();

 private:
  std::string_view rest_;
  char separator_;
};

/// Whether a list of tokens has `token`, which does not differ by case.
[[nodiscard]] bool list_has(std::string_view list, std::string_view token);

/// What a quoted string says, without its quotes and escapes; nullopt where `text` is none, from
/// its first byte to its last (section 5.6.4).
[[nodiscard]] std::optional<std::string> unquoted(std::string_view text);

/// `text` as a quoted string; nullopt where it has a control byte but a tab, which none can say.
[[nodiscard]] std::optional<std::string> quoted(std::string_view text);

/// The value of a parameter such as q or charset in `text`, which begins with what the parameters
/// belong to: `text/html; charset=utf-8` (section 5.6.6). As it stands, so perhaps a quoted string.
/// nullopt where there is none with that name, which does not differ by case; the first of several.
[[nodiscard]] std::optional<std::string_view> parameter(std::string_view text,
                                                        std::string_view name);

}  // namespace weir::http
