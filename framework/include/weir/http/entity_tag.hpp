// Entity tags (RFC 9110, section 8.8.3). Layer: http.
//
//     "xyzzy"       strong: the same bytes
//     W/"xyzzy"     weak: as good as the same
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weir::http {

struct EntityTag {
  std::string_view opaque;  // without quotes
  bool weak = false;
};

/// nullopt for what is none; a view into `text`.
[[nodiscard]] std::optional<EntityTag> parse_entity_tag(std::string_view text);

/// Takes the next one of a list off its front, as If-Match has one; nullopt at the end, and where
/// what follows is none. A backslash in a tag is a byte like others, so ListReader is not for them.
[[nodiscard]] std::optional<EntityTag> take_entity_tag(std::string_view& list);

/// As a field has it; nullopt where `opaque` has a byte that no tag may have: a quote, a blank, a
/// control byte.
[[nodiscard]] std::optional<std::string> format_entity_tag(EntityTag tag);

/// Section 8.8.3.2: the same opaque part, and neither is weak.
[[nodiscard]] bool same_strongly(EntityTag one, EntityTag other);
/// The same opaque part.
[[nodiscard]] bool same_weakly(EntityTag one, EntityTag other);

}  // namespace weir::http
