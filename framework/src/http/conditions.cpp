#include "weir/http/conditions.hpp"

#include "weir/http/date.hpp"

namespace weir::http {

namespace {

/// A date this close to now may be that of two versions, or of another clock (RFC 9110, section
/// 8.8.2.2).
constexpr std::int64_t doubtful_seconds = 60;

/// Whether a list of tags, or `*`, has what there is now. All fields with that name are one list.
bool has_tag(const Headers& headers, std::string_view name, const Validators& current,
             bool (*same)(EntityTag, EntityTag)) {
  for (const Header& header : headers) {
    if (!same_name(header.name, name)) continue;
    if (header.value == "*") return current.exists;
    if (!current.exists || !current.tag.has_value()) continue;
    std::string_view list = header.value;
    while (const auto tag = take_entity_tag(list)) {
      if (same(*tag, *current.tag)) return true;
    }
  }
  return false;
}

/// The date of a field; nullopt where there is none, or several.
std::optional<std::int64_t> date_of(const Headers& headers, std::string_view name,
                                    std::int64_t now) {
  const Header* const field = headers.find(name);
  if (field == nullptr || headers.count(name) > 1) return std::nullopt;
  return parse_date(field->value, now);
}

}  // namespace

Condition evaluate(std::string_view method, const Headers& headers, const Validators& current,
                   std::int64_t now) {
  if (headers.find("If-Match") != nullptr) {
    if (!has_tag(headers, "If-Match", current, same_strongly)) {
      return Condition::precondition_failed;
    }
  } else if (const auto since = date_of(headers, "If-Unmodified-Since", now);
             since.has_value() && current.modified.has_value() && *current.modified > *since) {
    return Condition::precondition_failed;
  }
  const bool reads = method == "GET" || method == "HEAD";
  if (headers.find("If-None-Match") != nullptr) {
    if (has_tag(headers, "If-None-Match", current, same_weakly)) {
      return reads ? Condition::not_modified : Condition::precondition_failed;
    }
  } else if (const auto since = date_of(headers, "If-Modified-Since", now);
             reads && since.has_value() && current.modified.has_value() &&
             *current.modified <= *since) {
    return Condition::not_modified;
  }
  return Condition::proceed;
}

bool range_applies(const Headers& headers, const Validators& current, std::int64_t now) {
  const Header* const field = headers.find("If-Range");
  if (field == nullptr) return true;
  if (headers.count("If-Range") > 1 || !current.exists) return false;
  if (const auto tag = parse_entity_tag(field->value)) {
    return current.tag.has_value() && same_strongly(*tag, *current.tag);
  }
  const auto date = parse_date(field->value, now);
  return date.has_value() && current.modified == date && *date <= now - doubtful_seconds;
}

}  // namespace weir::http
