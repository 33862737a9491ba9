#include "io/reactor/reactor_transport.hpp"

#include <sys/socket.h>

#include <algorithm>

#include "io/socket.hpp"

namespace weir {

namespace {

std::size_t size_of(std::span<const std::string_view> pieces) {
  if (pieces.size() == 1) return pieces.front().size();
  std::size_t size = 0;
  for (const std::string_view piece : pieces) size += piece.size();
  return size;
}

}  // namespace

ReactorTransport::~ReactorTransport() {
  if (socket_.valid()) loop_.unwatch_closing(socket_.get());
}

void ReactorTransport::release() {
  sink_ = nullptr;
  released_ = true;
  if (!in_callback_) delete this;
}

void ReactorTransport::start(Sink& sink) {
  sink_ = &sink;
  if (!socket_.valid()) return;
  const Interest interest{.read = !paused_};
  if (const Status watched = loop_.watch(socket_.get(), interest, *this); !watched.ok()) {
    fail(watched.error().code);
  }
}

void ReactorTransport::pause_reading() {
  paused_ = true;
  update_interest();
}

void ReactorTransport::resume_reading() {
  paused_ = false;
  update_interest();
}

std::size_t ReactorTransport::write(std::span<const std::string_view> pieces) {
  if (!socket_.valid()) return 0;
  const net::Transfer sent = net::send(socket_.get(), pieces, more_);
  if (sent.bytes < size_of(pieces)) was_short(sent.error);
  return sent.bytes;
}

/// Not all that was offered went out, because of `error` or, where that is 0, for want of room.
void ReactorTransport::was_short(int error) {
  if (error != 0) return fail(error);
  if (want_write_) return;
  want_write_ = true;
  update_interest();
}

FileSent ReactorTransport::send_file(const FileRange& range, std::size_t most) {
  if (!socket_.valid()) return {};
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(range.length, most));
  const net::Transfer sent = net::send_file(socket_.get(), range, wanted);
  if (sent.bytes < wanted && !sent.end) was_short(sent.error);
  return {.bytes = sent.bytes, .short_file = sent.end};
}

bool ReactorTransport::leave_bytes(bool leave) {
  leaves_ = leave;
  return true;
}

std::size_t ReactorTransport::write_from(int from, std::size_t size) {
  if (!socket_.valid()) return 0;
  const net::Transfer sent = net::splice_out(from, socket_.get(), size);
  if (sent.bytes < size) was_short(sent.error);
  return sent.bytes;
}

void ReactorTransport::shutdown_write() {
  if (socket_.valid()) ::shutdown(socket_.get(), SHUT_WR);
}

void ReactorTransport::close() { fail(0); }

void ReactorTransport::fail(int error) {
  if (!socket_.valid()) return;
  error_ = error;
  loop_.unwatch_closing(socket_.get());
  socket_.close();
  loop_.defer(*this);
}

void ReactorTransport::run_deferred() {
  if (socket_.valid()) return update_interest();
  if (sink_ != nullptr) std::exchange(sink_, nullptr)->on_closed(error_);
}

SocketAddress ReactorTransport::local() const { return net::local_address(socket_.get()); }

int ReactorTransport::descriptor() const { return socket_.get(); }

Status ReactorTransport::set_options(const SocketOptions& options) {
  return apply_options(socket_.get(), options, SocketRole::connection);
}

void ReactorTransport::update_interest() {
  if (!socket_.valid() || sink_ == nullptr) return;
  loop_.want(socket_.get(), {.read = !paused_ && !ended_, .write = want_write_});
}

inline void ReactorTransport::read() {
  if (leaves_) return sink_->on_readable();
  const std::span<char> buffer = loop_.read_buffer();
  const net::Transfer got = net::receive(socket_.get(), buffer);
  if (got.bytes > 0) {
    sink_->on_bytes({buffer.data(), got.bytes});
  } else if (got.end) {
    ended_ = true;
    loop_.defer(*this);  // to be forgotten by the poller, unless it is closed in this round
    sink_->on_end();
  } else if (got.error != 0) {
    fail(got.error);
  }
}

void ReactorTransport::on_ready(const Ready& ready) {
  in_callback_ = true;
  if (ready.failed() && (paused_ || ended_)) {
    // Nobody asked to read, so what stands in the way of writing is all there is to learn.
    if (const int error = net::pending_error(socket_.get()); error != 0) fail(error);
  } else if ((ready.readable() || ready.failed()) && !paused_) {
    read();  // not if another connection's Sink has paused this one in the same round
  }
  if (want_write_ && (ready.writable() || ready.failed()) && sink_ != nullptr && socket_.valid()) {
    want_write_ = false;  // the poller is told only if no short write follows
    sink_->on_writable();
    update_interest();
  }
  in_callback_ = false;
  if (released_) delete this;
}

}  // namespace weir
