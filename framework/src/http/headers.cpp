#include "weir/http/headers.hpp"

#include <algorithm>

#include "http/bytes.hpp"

namespace weir::http {

bool same_name(std::string_view one, std::string_view other) {
  return one.size() == other.size() &&
         std::equal(one.begin(), one.end(), other.begin(),
                    [](char a, char b) { return bytes::lower(a) == bytes::lower(b); });
}

const Header* Headers::find(std::string_view name) const {
  for (const Header& header : list_) {
    if (same_name(header.name, name)) return &header;
  }
  return nullptr;
}

std::size_t Headers::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::count_if(list_.begin(), list_.end(),
                    [name](const Header& header) { return same_name(header.name, name); }));
}

void Headers::rebase(const char* from, const char* to) {
  const auto moved = [from, to](std::string_view view) {
    return std::string_view(to + (view.data() - from), view.size());
  };
  for (Header& header : list_) {
    header = {moved(header.name), moved(header.value)};
  }
}

}  // namespace weir::http
