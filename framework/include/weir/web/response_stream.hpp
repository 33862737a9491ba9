// ResponseStream: a response whose body is sent in pieces, as they are made. Layer: web.
//
//     routes.get("/events", [](weir::http::ResponseStream stream) {
//       stream.begin({.content_type = "text/event-stream"});
//       ticker->each([stream] { return stream.write("data: tick\n\n") != SendResult::rejected; });
//     });
//
// A handler that takes one answers through it, as through the Responder that it is: until begin()
// it may fail(), and the handler's deadline runs; from then on only the write deadline does.
// Without a length the body is sent in chunks, to a client of HTTP/1.0 up to the end of the
// connection. The request behind it waits until end(). When the last copy is dropped before that,
// the connection is aborted: the client sees that something is missing.
//
// What is written is what Session::send() sends, so a stream may be a member of a Group; it is
// bounded by Flow::max_queued, and pressure is answered in the same way.
//
// A handle, cheap to copy, safe on any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/core/task.hpp"
#include "weir/session/responder.hpp"
#include "weir/session/session.hpp"
#include "weir/web/response.hpp"

namespace weir::http {

class ResponseStreamState;

struct StreamOptions {
  /// Bytes that will be written, where that is known: the client is told, and exactly so many must
  /// come before end().
  std::optional<std::uint64_t> length{};
  /// Called on the connection's loop when what waits has fallen to Flow::low_watermark, after a
  /// write() answered `pressured`.
  Task on_room{};
  /// Called on the connection's loop when the connection ends before the stream.
  Task on_gone{};
};

class ResponseStream : public Responder {
 public:
  ResponseStream() = default;
  explicit ResponseStream(Responder responder);

  /// Sends the head, and Response::body as the first piece. False when somebody has answered
  /// before, or nobody is there.
  bool begin(Response head, StreamOptions options = {});
  /// `pressured`: it is queued, and it is time to wait for on_room. `rejected`: the stream has not
  /// begun or is over, or more came than the length.
  SendResult write(std::string_view piece) const;
  /// All was written. `trailers` follow where the body goes in chunks (RFC 9110, section 6.5), and
  /// are left out elsewhere. False when it was over before.
  bool end(std::vector<std::pair<std::string, std::string>> trailers = {}) const;

 private:
  std::shared_ptr<ResponseStreamState> state_;
};

}  // namespace weir::http
