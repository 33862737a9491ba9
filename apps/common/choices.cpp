#include "common/choices.hpp"

#include <algorithm>

#include "weir/framing/parse.hpp"
#include "weir/io/backend.hpp"

namespace weir::app {

Result<std::string> parse_backend(std::string_view name) {
  const auto known = backends();
  if (std::find(known.begin(), known.end(), name) != known.end()) return std::string(name);
  std::string expected = "expected ";
  for (std::size_t i = 0; i < known.size(); ++i) {
    expected.append(i == 0 ? "" : i + 1 == known.size() ? " or " : ", ").append(known[i]);
  }
  return Error{std::move(expected)};
}

Flag framing_flag(FramingChoice& choice, std::string known, std::string fallback) {
  return {"--framing", "FRAMING", std::move(known), std::move(fallback),
          [&choice](std::string_view text) -> Status {
            auto parsed = parse_framing(text);
            if (!parsed.ok()) return parsed.error();
            choice = {parsed.take(), std::string(text)};
            return {};
          }};
}

}  // namespace weir::app
