#include "weir/http/accept_encoding.hpp"

#include "http/bytes.hpp"
#include "weir/http/tokens.hpp"

namespace weir::http {

namespace {

constexpr unsigned full_weight = 1000;

bool same_coding(std::string_view asked, std::string_view offered) {
  if (same_name(asked, "x-gzip")) asked = "gzip";
  if (same_name(asked, "x-compress")) asked = "compress";
  return same_name(asked, offered);
}

constexpr std::string_view field = "Accept-Encoding";

/// What the client says of one coding.
unsigned weight_of(const Headers& headers, std::string_view coding) {
  std::optional<unsigned> any;
  std::optional<unsigned> own;
  const auto take = [&](std::string_view element) {
    const std::string_view name = trim(element.substr(0, element.find(';')));
    const auto q = parameter(element, "q");
    const auto weight = q.has_value() ? parse_weight(*q) : full_weight;
    if (!weight.has_value() || !is_token(name)) return;
    if (name == "*") {
      any = any.value_or(*weight);
    } else if (same_coding(name, coding)) {
      own = own.value_or(*weight);
    }
  };
  for (const Header& header : headers) {
    if (!same_name(header.name, field)) continue;
    ListReader reader(header.value);
    while (const auto element = reader.next()) take(*element);
  }
  if (own.has_value()) return *own;
  // Nobody has to name identity: it has the least weight there is, so that it is taken where
  // nothing that was asked for is offered, and is refused by `*;q=0` or by its name alone.
  if (coding == "identity") return any == 0U ? 0 : 1;
  return any.value_or(0);
}

}  // namespace

std::optional<unsigned> parse_weight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text.front() != '0' && text.front() != '1')) {
    return std::nullopt;
  }
  unsigned weight = text.front() == '1' ? full_weight : 0;
  if (text.size() == 1) return weight;
  if (text[1] != '.') return std::nullopt;
  unsigned unit = 100;
  for (const char digit : text.substr(2)) {
    if (!bytes::is_digit(digit)) return std::nullopt;
    weight += static_cast<unsigned>(digit - '0') * unit;
    unit /= 10;
  }
  if (weight > full_weight) return std::nullopt;
  return weight;
}

std::optional<std::size_t> choose_encoding(const Headers& headers,
                                           std::span<const std::string_view> offered) {
  const bool asked = headers.find(field) != nullptr;
  std::optional<std::size_t> best;
  unsigned best_weight = 0;
  for (std::size_t index = 0; index < offered.size(); ++index) {
    const unsigned weight = asked ? weight_of(headers, offered[index])
                                  : static_cast<unsigned>(offered[index] == "identity");
    if (weight <= best_weight) continue;
    best = index;
    best_weight = weight;
  }
  return best;
}

}  // namespace weir::http
