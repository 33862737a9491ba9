#include "weir/http/response_head.hpp"

#include "http/rebase.hpp"

namespace weir::http {

void ResponseHead::keep_in(std::string& storage) {
  storage.assign(bytes);
  rebase(phrase, bytes, storage.data());
  headers.rebase(bytes.data(), storage.data());
  bytes = storage;
  trailers.clear();
}

void ResponseHead::clear() {
  headers.clear();
  trailers.clear();
  status = Status::ok;
  phrase = bytes = {};
  content_length = 0;
  version = Version::http_1_1;
  body = BodyKind::none;
  keep_alive = true;
  interim = switches = false;
}

}  // namespace weir::http
