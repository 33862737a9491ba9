#include "weir/web/body_stream.hpp"

#include <utility>

#include "session/session_state.hpp"
#include "web/incoming_body.hpp"
#include "weir/session/connection.hpp"

namespace weir::http {

void BodyStream::read(OnPiece on_piece, OnEnd on_end) {
  body_->read(std::move(on_piece), std::move(on_end));
}

void BodyStream::pause() { body_->pause(); }

void BodyStream::resume() { body_->resume(); }

void IncomingBody::read(BodyStream::OnPiece on_piece, BodyStream::OnEnd on_end) {
  if (reading_) return;
  reading_ = true;
  on_piece_ = std::move(on_piece);
  on_end_ = std::move(on_end);
  if (complete_) {
    if (!gathered_.empty()) give(gathered_);
    return end(true);
  }
  if (over_) {
    if (auto tell = std::exchange(on_end_, {})) tell(false);
    return;
  }
  if (Task wanted = std::move(wanted_)) wanted();
  resume();
}

void IncomingBody::pause() {
  if (paused_ || over_ || complete_) return;
  Connection* connection = session_.state()->connection;
  if (connection == nullptr) return;
  paused_ = true;
  paused_at_ = loop_.now();
  connection->pause();
}

void IncomingBody::resume() {
  if (!paused_) return;
  Connection* connection = session_.state()->connection;
  if (connection == nullptr) return;
  paused_ = false;
  rested_ += loop_.now() - paused_at_;
  connection->resume();
}

void IncomingBody::give(std::string_view piece) {
  if (on_piece_) on_piece_(piece);
}

void IncomingBody::end(bool whole) {
  if (std::exchange(over_, true)) return;
  on_piece_ = {};
  if (auto tell = std::exchange(on_end_, {})) tell(whole);
}

Duration IncomingBody::rested() const {
  return paused_ ? rested_ + (loop_.now() - paused_at_) : rested_;
}

}  // namespace weir::http
