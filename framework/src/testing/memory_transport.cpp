#include "testing/memory_transport.hpp"

#include <algorithm>
#include <cerrno>
#include <string>

namespace weir::testing {

std::size_t MemoryTransport::write(std::span<const std::string_view> pieces) {
  if (over_) return 0;
  switch (loop_.step()) {
    case MemoryLoop::Step::fail:
      fail(loop_.faults().fail_with);
      return 0;
    case MemoryLoop::Step::vanish:
      in_->vanished = out_->vanished = true;
      break;
    case MemoryLoop::Step::normal:
      break;
  }
  if (out_->ended || out_->abandoned || out_->broken) {
    fail(out_->broken ? ECONNRESET : EPIPE);
    return 0;
  }
  const std::size_t used = out_->bytes.size();
  std::size_t room = used < out_->capacity ? out_->capacity - used : 0;
  room = out_->vanished ? 0 : std::min(room, loop_.faults().max_write);
  std::size_t taken = 0;
  for (const std::string_view piece : pieces) {
    const std::string_view part = piece.substr(0, room - taken);
    out_->bytes.append(part);
    taken += part.size();
    blocked_ = part.size() < piece.size();
    if (blocked_) break;
  }
  return taken;
}

void MemoryTransport::shutdown_write() {
  if (over_) return;
  switch (loop_.step()) {
    case MemoryLoop::Step::fail:
      return fail(loop_.faults().fail_with);
    case MemoryLoop::Step::vanish:
      in_->vanished = out_->vanished = true;
      break;
    case MemoryLoop::Step::normal:
      break;
  }
  if (!out_->vanished) out_->ended = true;
}

void MemoryTransport::close() { fail(0); }

void MemoryTransport::fail(int error) {
  if (over_) return;
  over_ = true;
  error_ = error;
  shut();
}

void MemoryTransport::shut() {
  // As a kernel does: closing over unread bytes resets the connection.
  if (!in_->bytes.empty() || error_ != 0) out_->broken = true;
  out_->ended = true;
  in_->abandoned = true;
}

void MemoryTransport::release() {
  sink_ = nullptr;
  released_ = true;
  if (!over_) {
    over_ = true;
    shut();
  }
  std::replace(loop_.transports_.begin(), loop_.transports_.end(), this,
               static_cast<MemoryTransport*>(nullptr));
  if (!in_callback_) delete this;
}

bool MemoryTransport::pump() {
  if (sink_ == nullptr) return false;
  in_callback_ = true;
  bool told = false;
  if (over_) {
    std::exchange(sink_, nullptr)->on_closed(error_);
    told = true;
  } else {
    told = read_some();
    if (sink_ != nullptr && !over_ && blocked_ && !out_->vanished &&
        out_->bytes.size() < out_->capacity) {
      blocked_ = false;
      sink_->on_writable();
      told = true;
    }
  }
  in_callback_ = false;
  if (released_) delete this;
  return told;
}

bool MemoryTransport::read_some() {
  if (in_->vanished) return false;
  if (in_->broken) {
    fail(ECONNRESET);
    return true;
  }
  if (paused_ || end_told_ || (in_->bytes.empty() && !in_->ended)) return false;
  switch (loop_.step()) {
    case MemoryLoop::Step::fail:
      fail(loop_.faults().fail_with);
      return true;
    case MemoryLoop::Step::vanish:
      in_->vanished = out_->vanished = true;
      return true;
    case MemoryLoop::Step::normal:
      break;
  }
  if (in_->bytes.empty()) {
    end_told_ = true;
    sink_->on_end();
    return true;
  }
  // A copy, as a kernel's: what the Sink does may change the pipe.
  const std::string bytes(in_->bytes.view().substr(0, loop_.faults().max_read));
  in_->bytes.consume(bytes.size());
  sink_->on_bytes(bytes);
  return true;
}

}  // namespace weir::testing
