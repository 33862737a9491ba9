// IncomingBody: what a protocol and the BodyStreams of a request share. Layer: web, private.
// On the connection's loop alone.
#pragma once

#include <string>

#include "weir/io/event_loop.hpp"
#include "weir/session/session.hpp"
#include "weir/web/body_stream.hpp"

namespace weir::http {

class IncomingBody {
 public:
  /// `wanted` is called when somebody begins to read.
  IncomingBody(const Session& session, EventLoop& loop, Task wanted)
      : session_(session), loop_(loop), wanted_(std::move(wanted)) {}
  /// Of a body that is there already.
  IncomingBody(const Session& session, EventLoop& loop, std::string_view whole)
      : session_(session), loop_(loop), gathered_(whole), complete_(true) {}

  // The handler's side:

  void read(BodyStream::OnPiece on_piece, BodyStream::OnEnd on_end);
  void pause();
  void resume();

  // The protocol's side:

  [[nodiscard]] bool reading() const { return reading_; }
  void give(std::string_view piece);
  /// No more comes.
  void end(bool whole);
  /// How long its handler did not want any, up to now.
  [[nodiscard]] Duration rested() const;

 private:
  Session session_;
  EventLoop& loop_;
  Task wanted_;
  BodyStream::OnPiece on_piece_;
  BodyStream::OnEnd on_end_;
  std::string gathered_;
  TimePoint paused_at_{};
  Duration rested_{};
  bool complete_ = false;
  bool reading_ = false;
  bool paused_ = false;
  bool over_ = false;
};

}  // namespace weir::http
