#include "weir/http/entity_tag.hpp"

#include <algorithm>
#include <cstddef>

namespace weir::http {

namespace {

bool is_opaque(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char byte) {
    const auto code = static_cast<unsigned char>(byte);
    return code == 0x21 || (code >= 0x23 && code != 0x7f);
  });
}

}  // namespace

std::optional<EntityTag> parse_entity_tag(std::string_view text) {
  const bool weak = text.starts_with("W/");
  if (weak) text.remove_prefix(2);
  if (text.size() < 2 || !text.starts_with('"') || !text.ends_with('"')) return std::nullopt;
  const std::string_view opaque = text.substr(1, text.size() - 2);
  if (!is_opaque(opaque)) return std::nullopt;
  return EntityTag{opaque, weak};
}

std::optional<EntityTag> take_entity_tag(std::string_view& list) {
  list.remove_prefix(std::min(list.find_first_not_of(", \t"), list.size()));
  const std::size_t open = list.find('"');
  const std::size_t close = open == std::string_view::npos ? open : list.find('"', open + 1);
  if (close == std::string_view::npos) return std::nullopt;
  const std::string_view rest = list.substr(close + 1);
  const std::size_t next = rest.find_first_not_of(" \t");
  if (next != std::string_view::npos && rest[next] != ',') return std::nullopt;
  const auto tag = parse_entity_tag(list.substr(0, close + 1));
  if (tag.has_value()) list = rest;
  return tag;
}

std::optional<std::string> format_entity_tag(EntityTag tag) {
  if (!is_opaque(tag.opaque)) return std::nullopt;
  std::string text = tag.weak ? "W/\"" : "\"";
  return text.append(tag.opaque).append("\"");
}

bool same_strongly(EntityTag one, EntityTag other) {
  return !one.weak && !other.weak && one.opaque == other.opaque;
}

bool same_weakly(EntityTag one, EntityTag other) { return one.opaque == other.opaque; }

}  // namespace weir::http
