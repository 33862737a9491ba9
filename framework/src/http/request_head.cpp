#include "weir/http/request_head.hpp"

#include "http/rebase.hpp"

namespace weir::http {

void RequestHead::keep_in(std::string& storage) {
  storage.assign(bytes);
  for (std::string_view* view : {&method, &target, &path, &query, &authority}) {
    rebase(*view, bytes, storage.data());
  }
  headers.rebase(bytes.data(), storage.data());
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
