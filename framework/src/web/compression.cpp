#include "web/compression.hpp"

#include <algorithm>
#include <array>

#include "web/gzip.hpp"
#include "weir/http/accept_encoding.hpp"
#include "weir/http/headers.hpp"

namespace weir::http {

namespace {

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && same_name(text.substr(0, prefix.size()), prefix);
}

bool ends_with(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() &&
         same_name(text.substr(text.size() - suffix.size()), suffix);
}

/// Text in all its forms; pictures, sound and archives are compressed already.
bool compressible(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find_first_of("; \t"));
  constexpr std::array<std::string_view, 6> others{
      "application/json", "application/javascript",   "application/xml",
      "application/wasm", "application/x-javascript", "application/manifest+json"};
  return starts_with(type, "text/") || ends_with(type, "+json") || ends_with(type, "+xml") ||
         std::any_of(others.begin(), others.end(),
                     [type](std::string_view other) { return same_name(type, other); });
}

bool suits(const CompressOptions& options, const LentResponse& response) {
  if (!options.enabled || !response.compress || response.file != nullptr) return false;
  if (response.body.size() < options.min_body || response.body.size() > options.max_body) {
    return false;
  }
  // Ranges are of the bytes as they are.
  if (response.status == Status::partial_content) return false;
  bool text = compressible(response.content_type);
  for (const Header& each : response.headers) {
    if (same_name(each.name, "Content-Encoding")) return false;
    if (same_name(each.name, "Cache-Control") &&
        each.value.find("no-transform") != std::string_view::npos) {
      return false;
    }
    if (same_name(each.name, "Content-Type")) text = compressible(each.value);
  }
  return text;
}

}  // namespace

bool Compression::apply(const CompressOptions& options, const RequestHead& request,
                        LentResponse& response) {
  if (!suits(options, response)) return false;
  headers_.assign(response.headers.begin(), response.headers.end());
  headers_.push_back({"Vary", "Accept-Encoding"});
  constexpr std::array<std::string_view, 2> offered{"gzip", "identity"};
  const auto chosen = choose_encoding(request.headers, offered);
  if (chosen == std::size_t{0} && gzip(response.body, options.level, body_)) {
    headers_.push_back({"Content-Encoding", "gzip"});
    for (Header& each : headers_) {
      if (!same_name(each.name, "ETag") || !each.value.starts_with('"')) continue;
      weak_tag_ = "W/" + std::string(each.value);
      each.value = weak_tag_;
    }
    response.body = body_.view();
  }
  response.headers = headers_;
  return true;
}

}  // namespace weir::http
