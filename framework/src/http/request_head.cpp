#include "weir/http/request_head.hpp"

#include <functional>

namespace weir::http {

void RequestHead::keep_in(std::string& storage) {
  storage.assign(bytes);
  const char* const from = bytes.data();
  const char* const to = storage.data();
  // What is empty may point anywhere, and "/" of an absolute target without a path does.
  const auto move = [&](std::string_view& view) {
    const std::less<> before;
    if (before(view.data(), from) || !before(view.data(), from + bytes.size())) return;
    view = {to + (view.data() - from), view.size()};
  };
  for (std::string_view* view : {&method, &target, &path, &query, &authority}) move(*view);
  headers.rebase(from, to);
  bytes = storage;
  trailers.clear();
}

void RequestHead::clear() {
  headers.clear();
  trailers.clear();
  method = target = path = query = authority = bytes = {};
  content_length = 0;
  form = TargetForm::origin;
  version = Version::http_1_1;
  body = BodyKind::none;
  keep_alive = true;
  expects_continue = upgrade = false;
}

}  // namespace weir::http
