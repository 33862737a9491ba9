// serve: HTTP/1.1 on a listener. Layer: web.
//
//     server.listen("tcp://127.0.0.1:8080", weir::http::serve(routes));
//     server.listen("tcp://127.0.0.1:8080", weir::http::serve([] { return "hello\n"; }));
//
// Keep-alive and pipelining, responses in the order of their requests; bodies are read whole before
// the handler is called (Options::limits.body), but for one that takes a BodyStream; what is wrong
// with a request is answered and ends its connection. While the server drains, each response says
// Connection: close.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "weir/core/time.hpp"
#include "weir/http/limits.hpp"
#include "weir/session/protocol.hpp"
#include "weir/session/protocol_choice.hpp"
#include "weir/web/router.hpp"

namespace weir::http {

/// gzip for clients that ask for it: text of any form, where the handler set no Content-Encoding
/// and no `Cache-Control: no-transform`. Not for bodies in pieces, nor for files that are sent by
/// the kernel. Nothing without zlib.
struct CompressOptions {
  bool enabled = true;
  /// Shorter bodies gain nothing; longer ones would hold the loop for more than some milliseconds.
  std::size_t min_body = 1024;
  std::size_t max_body = 1024 * 1024;
  /// zlib's: 1 is the fastest, 9 the smallest.
  int level = 1;
};

struct Options {
  Limits limits{};
  /// A body that comes more slowly than this, in bytes a second since its head, is answered with
  /// 408 and ends the connection; not before `body_grace` has passed.
  std::uint64_t min_body_rate = 512;
  Duration body_grace = std::chrono::seconds(10);
  /// The most of a body that a handler takes as it comes (BodyStream); more is 413.
  std::uint64_t streamed_body = std::uint64_t{1} << 30U;
  CompressOptions compress{};
};

/// What Server::listen() takes. Keeps the routes.
[[nodiscard]] std::unique_ptr<ProtocolFactory> serve(std::shared_ptr<Routes> routes,
                                                     std::shared_ptr<RouterCore> core,
                                                     const Options& options);

template <class C>
[[nodiscard]] std::unique_ptr<ProtocolFactory> serve(const BasicRouter<C>& router,
                                                     const Options& options = {}) {
  return serve(router.routes(), router.core(), options);
}

/// Every request, whatever its method and path, goes to one handler (codec.hpp).
template <class H>
requires PlainCallable<H>
[[nodiscard]] std::unique_ptr<ProtocolFactory> serve(H handler, const Options& options = {}) {
  Router router;
  router.otherwise(std::move(handler));
  return serve(router, options);
}

/// A first line that is the request line of HTTP/1: for ProtocolChoice.
[[nodiscard]] Recognized recognize(std::string_view first);

}  // namespace weir::http
