// Compression: a response that its client would rather have in gzip. Layer: web, private.
#pragma once

#include <string>
#include <vector>

#include "weir/core/buffer.hpp"
#include "weir/http/request_head.hpp"
#include "weir/web/exchange.hpp"
#include "weir/web/serve.hpp"

namespace weir::http {

/// What a compressed response refers to.
class Compression {
 public:
  /// Makes `response` the compressed one where it suits and `request` asks for it; in any case says
  /// in Vary that it depends on that (RFC 9110, section 12.5.5). A strong entity tag becomes a weak
  /// one, for the bytes are others (section 8.8.1). False, and nothing is changed, where it does
  /// not suit.
  bool apply(const CompressOptions& options, const RequestHead& request, LentResponse& response);

 private:
  Buffer body_;
  std::vector<Header> headers_;
  std::string weak_tag_;
};

}  // namespace weir::http
