// BodyStream: the body of a request, taken as it comes. Layer: web.
// A handler that takes one is called when the head is there; it keeps a Responder, or a
// ResponseStream, to answer when the body has ended, or before.
//
//     routes.post("/upload", [](weir::http::BodyStream body, weir::Responder responder) {
//       auto file = std::make_shared<Upload>();
//       body.read([file](std::string_view piece) { file->append(piece); },
//                 [file, responder](bool whole) { if (whole) responder.reply(file->name()); });
//     });
//
// Nothing is read from the connection before read(), nor while paused: the pressure reaches the
// client. The whole is bounded by Options::streamed_body, not by Limits::body. A response that is
// complete before the body is ends the connection behind it.
//
// A handle, cheap to copy. On the connection's loop alone.
#pragma once

#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include "weir/core/task.hpp"
#include "weir/routing/callable.hpp"

namespace weir::http {

class IncomingBody;

class BodyStream {
 public:
  /// The next bytes; never none. Lent for the call.
  using OnPiece = UniqueFunction<void(std::string_view)>;
  /// Once: `whole` when all of it came, false when the connection ended before. The last call.
  using OnEnd = UniqueFunction<void(bool whole)>;

  explicit BodyStream(std::shared_ptr<IncomingBody> body) : body_(std::move(body)) {}

  /// Begins the reading. What they throw ends the connection with handler_failed. Once.
  void read(OnPiece on_piece, OnEnd on_end);
  /// No piece comes until resume().
  void pause();
  void resume();

 private:
  std::shared_ptr<IncomingBody> body_;
};

template <class List>
inline constexpr bool has_body_stream = false;
template <class... P>
inline constexpr bool has_body_stream<Types<P...>> =
    (std::is_same_v<std::remove_cvref_t<P>, BodyStream> || ...);

/// `H` is to be called before the body is there.
template <class H>
inline constexpr bool streams_body = false;
template <PlainCallable H>
inline constexpr bool streams_body<H> = has_body_stream<typename ParametersOf<H>::List>;

}  // namespace weir::http
