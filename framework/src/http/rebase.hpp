// Views that follow the bytes they lie in to another place. Layer: http, its sources only.
#pragma once

#include <functional>
#include <string_view>

namespace weir::http {

/// Points `view` to the same place in the bytes at `to`, if it lies in `from`. What is empty may
/// point anywhere, and a text that the parser itself knows does.
inline void rebase(std::string_view& view, std::string_view from, const char* to) {
  const std::less<> before;
  if (before(view.data(), from.data()) || !before(view.data(), from.data() + from.size())) return;
  view = {to + (view.data() - from.data()), view.size()};
}

}  // namespace weir::http
