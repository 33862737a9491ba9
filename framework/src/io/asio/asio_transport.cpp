#include "io/asio/asio_transport.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <cstring>

#include "io/socket.hpp"

namespace weir {

namespace {

/// Reads of others between two of one transport, from which on it pays to let a round end first.
constexpr std::uint64_t crowd = 16;

}  // namespace

/// Gives an operation the transport's own memory; falls back to the heap if Asio wants more.
template <class T>
class AsioTransport::SlotAllocator {
 public:
  using value_type = T;
  explicit SlotAllocator(Slot& slot) : slot_at(&slot) {}
  template <class U>
  SlotAllocator(const SlotAllocator<U>& other) : slot_at(other.slot_at) {}

  T* allocate(std::size_t count) {
    if (sizeof(T) * count <= Slot::size && alignof(T) <= alignof(Slot)) {
      return reinterpret_cast<T*>(slot_at->bytes);
    }
    return static_cast<T*>(::operator new(sizeof(T) * count));
  }
  void deallocate(T* memory, std::size_t) {
    if (reinterpret_cast<std::byte*>(memory) != slot_at->bytes) ::operator delete(memory);
  }
  friend bool operator==(const SlotAllocator&, const SlotAllocator&) = default;

  Slot* slot_at;
};

/// What every completion handler here has: a reference to the transport, and its slot.
class AsioTransport::Operation {
 public:
  explicit Operation(AsioTransport& transport) : transport_(&transport) { ++transport.references_; }
  Operation(Operation&& other) noexcept : transport_(std::exchange(other.transport_, nullptr)) {}
  Operation& operator=(Operation&&) = delete;
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;
  ~Operation() {
    if (transport_ != nullptr) transport_->drop_reference();
  }

 protected:
  /// The operation is over: the loop calls into the transport.
  template <class Work>
  void run(Work work) {
    AsioTransport& transport = *transport_;
    AsioLoop& loop = transport.loop_;
    loop.enter();
    transport.in_turn_ = true;
    work(transport);
    transport.end_turn();
    loop.leave();
  }

  AsioTransport* transport_;
};

class AsioTransport::OnRead : public Operation {
 public:
  using Operation::Operation;
  using allocator_type = SlotAllocator<void>;
  [[nodiscard]] allocator_type get_allocator() const { return allocator_type(transport_->slot_); }
  void operator()(const boost::system::error_code& error, std::size_t size) {
    run([&](AsioTransport& transport) { transport.end_read(error, size); });
  }
};

class AsioTransport::OnReadable : public Operation {
 public:
  using Operation::Operation;
  using allocator_type = SlotAllocator<void>;
  [[nodiscard]] allocator_type get_allocator() const { return allocator_type(transport_->slot_); }
  void operator()(const boost::system::error_code& error) {
    run([&](AsioTransport& transport) { transport.end_readable(error); });
  }
};

class AsioTransport::OnWritable : public Operation {
 public:
  using Operation::Operation;
  void operator()(const boost::system::error_code& error) {
    run([&](AsioTransport& transport) { transport.end_wait(error); });
  }
};

AsioTransport::AsioTransport(AsioLoop& loop, Descriptor accepted, const SocketAddress& peer)
    : loop_(loop), socket_(loop.executor()), peer_(peer), descriptor_(accepted.release()) {}

AsioTransport::AsioTransport(AsioLoop& loop, Socket socket, const SocketAddress& peer)
    : loop_(loop), socket_(std::move(socket)), peer_(peer), descriptor_(socket_.native_handle()) {}

AsioTransport::~AsioTransport() { close_socket(); }

void AsioTransport::free() { delete this; }

void AsioTransport::release() {
  sink_ = nullptr;
  cancel();
  close_socket();
  drop_reference();
}

void AsioTransport::close_socket() {
  if (socket_.is_open()) {
    boost::system::error_code ignored;
    socket_.close(ignored);
    descriptor_ = -1;
  } else {
    Descriptor(std::exchange(descriptor_, -1)).close();
  }
}

void AsioTransport::start(Sink& sink) {
  sink_ = &sink;
  last_read_ = static_cast<std::uint32_t>(loop_.reads_before_round());
  if (socket_.is_open() || !loop_.peers_ahead()) return begin_read();
  loop_.defer(*this);
}

void AsioTransport::pause_reading() { paused_ = true; }

void AsioTransport::resume_reading() {
  paused_ = false;
  if (holds()) {
    loop_.defer(*this);
  } else {
    begin_read();
  }
}

bool AsioTransport::may_read() const {
  return !reading_ && !paused_ && end_ == End::none && !over_ && held_ == 0 && sink_ != nullptr;
}

/// False when Asio has no room to watch it: then it has failed.
bool AsioTransport::tell_asio() {
  if (socket_.is_open()) return true;
  boost::system::error_code error;
  socket_.assign({peer_.family(), 0}, descriptor_, error);
  if (error) fail(error.value());
  return !error;
}

void AsioTransport::begin_read() {
  if (!may_read() || !tell_asio()) return;
  reading_ = true;
  if (leaves_ || wide_) return socket_.async_wait(Socket::wait_read, OnReadable(*this));
  socket_.async_read_some(asio::buffer(small_), OnRead(*this));
}

/// Without Asio: takes what is there, and waits with it when nothing is.
void AsioTransport::read_now() {
  if (leaves_ || !may_read()) return begin_read();
  const net::Transfer got = net::receive(descriptor_, loop_.read_buffer());
  loop_.tell_look(got.bytes != 0 || got.end);
  take(got);
}

/// What was read into the loop's buffer.
void AsioTransport::take(const net::Transfer& got) {
  if (got.error != 0) return fail(got.error);
  if (got.end) return end_input();
  if (got.bytes != 0) {
    wide_ = got.bytes > small_.size();
    reading_ = true;  // keeps others away while the buffer is lent
    sink_->on_bytes({loop_.read_buffer().data(), got.bytes});
    reading_ = false;
    return read_on();
  }
  begin_read();
}

void AsioTransport::read_on() {
  if (in_a_crowd() && sink_ != nullptr && loop_.peers_ahead()) {
    loop_.defer(*this);
  } else {
    begin_read();
  }
}

void AsioTransport::end_input() {
  end_ = paused_ ? End::held : End::told;
  if (!paused_) sink_->on_end();
}

/// True when many others have read since this one did.
bool AsioTransport::in_a_crowd() {
  const auto now = static_cast<std::uint32_t>(loop_.count_read());
  const std::uint32_t before = std::exchange(last_read_, now);
  return last_read_ - before > crowd;
}

void AsioTransport::end_read(const boost::system::error_code& error, std::size_t size) {
  if (sink_ == nullptr || over_) {
    reading_ = false;
    return;
  }
  if (error == asio::error::eof) {
    reading_ = false;
    return end_input();
  }
  if (error) {
    reading_ = false;
    return fail(error.value());
  }
  if (paused_) {
    held_ = static_cast<std::uint16_t>(size);
    reading_ = false;
    return;
  }
  deliver(size);
  reading_ = false;
  read_on();
}

void AsioTransport::end_readable(const boost::system::error_code& error) {
  if (sink_ == nullptr || over_ || error || paused_) {
    reading_ = false;
    if (sink_ == nullptr || over_) return;
    // A wait ends without an error of its own where the peer has reset.
    if (const int why = error ? error.value() : net::pending_error(descriptor_); why != 0)
      fail(why);
    return;
  }
  if (!leaves_) {
    reading_ = false;
    return take(net::receive(descriptor_, loop_.read_buffer()));
  }
  sink_->on_readable();
  reading_ = false;
  begin_read();
}

void AsioTransport::deliver(std::size_t size) {
  if (size < small_.size()) return sink_->on_bytes({small_.data(), size});

  const std::span<char> buffer = loop_.read_buffer();
  std::memcpy(buffer.data(), small_.data(), size);
  wide_ = true;
  const net::Transfer rest = net::receive(descriptor_, buffer.subspan(size));
  sink_->on_bytes({buffer.data(), size + rest.bytes});
  if (over_ || sink_ == nullptr) return;
  if (rest.error != 0) return fail(rest.error);
  if (rest.end) end_input();
}

std::size_t AsioTransport::write(std::span<const std::string_view> pieces) {
  if (over_) return 0;
  const net::Transfer sent = net::send(descriptor_, pieces, more_);
  std::size_t offered = pieces.front().size();
  for (const std::string_view piece : pieces.subspan(1)) offered += piece.size();
  if (sent.bytes < offered) was_short(sent.error);
  return sent.bytes;
}

/// Not all that was offered went out, because of `error` or, where that is 0, for want of room.
void AsioTransport::was_short(int error) {
  if (error != 0) return fail(error);
  if (waiting_ || !tell_asio()) return;
  waiting_ = true;
  socket_.async_wait(Socket::wait_write, OnWritable(*this));
}

void AsioTransport::end_wait(const boost::system::error_code& error) {
  waiting_ = false;
  if (sink_ == nullptr || over_) return;
  if (error) return fail(error.value());
  sink_->on_writable();
}

FileSent AsioTransport::send_file(const FileRange& range, std::size_t most) {
  if (over_) return {};
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(range.length, most));
  const net::Transfer sent = net::send_file(descriptor_, range, wanted);
  if (sent.bytes < wanted && !sent.end) was_short(sent.error);
  return {.bytes = sent.bytes, .short_file = sent.end};
}

bool AsioTransport::leave_bytes(bool leave) {
  leaves_ = leave;
  return true;
}

std::size_t AsioTransport::write_from(int from, std::size_t size) {
  if (over_) return 0;
  const net::Transfer sent = net::splice_out(from, descriptor_, size);
  if (sent.bytes < size) was_short(sent.error);
  return sent.bytes;
}

void AsioTransport::shutdown_write() {
  if (!over_) ::shutdown(descriptor_, SHUT_WR);
}

void AsioTransport::close() { fail(0); }

void AsioTransport::fail(int error) {
  if (over_) return;
  over_ = true;
  error_ = error;
  held_ = 0;
  close_socket();
  if (!in_turn_) loop_.defer(*this);
}

/// The loop's call is over: what has ended meanwhile need not wait for the round's end.
void AsioTransport::end_turn() {
  in_turn_ = false;
  if (!over_ || sink_ == nullptr) return;
  cancel();
  std::exchange(sink_, nullptr)->on_closed(error_);
}

void AsioTransport::run_deferred() {
  if (sink_ == nullptr) return;
  ++references_;  // the Sink may release us
  in_turn_ = true;
  if (!holds()) {
    read_now();
  } else if (!paused_) {
    give_held();
  }
  end_turn();
  drop_reference();
}

void AsioTransport::give_held() {
  reading_ = true;  // keeps begin_read() away while small_ is being lent
  if (const std::size_t size = std::exchange(held_, std::uint16_t{0}); size != 0) deliver(size);
  reading_ = false;
  if (sink_ != nullptr && !paused_ && !over_ && end_ == End::held) {
    end_ = End::told;
    sink_->on_end();
  }
  begin_read();
}

SocketAddress AsioTransport::local() const { return net::local_address(descriptor()); }

Status AsioTransport::set_options(const SocketOptions& options) {
  return apply_options(descriptor(), options, SocketRole::connection);
}

}  // namespace weir
