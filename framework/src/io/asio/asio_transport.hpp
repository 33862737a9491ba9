// AsioTransport: one stream socket on an AsioLoop.
// Layer: io/asio, private. Owned by a Connection and, while they are under way, by its operations:
// it frees itself when the last of them has ended.
//
// An Asio read needs a buffer that stays its own from start to completion, so the loop's large
// buffer cannot be lent to it; an idle connection would then pay for a large one of its own. So
// the read goes into a small buffer inside, and when that came full, the rest is taken at once,
// without blocking, into the loop's:
//
//     small_  [ 512 bytes ]  --full?-->  loop.read_buffer()  [ the 512 | the rest ........ ]
//
// One whose last read was more than that (wide_) is only told of readiness, and reads straight
// into the loop's: one call of the system in place of two.
//
// The read's own memory is inside as well (Slot), so that it allocates nothing. A wait for
// writability, which few connections ever need, has Asio's.
//
// Asio tries to read before it waits, and right behind an answer there is nothing yet: a call of
// the system for nothing. Where many take turns, a transport reads by itself at the end of the
// round, into the loop's buffer: by then its peer has often sent more. So does one that was just
// accepted, and Asio learns of it, which takes the system three calls, when it has to wait:
//
//     accepted --> read_now() --> bytes --in a crowd?--> read_now() at the end of the round
//                     |              \--alone?-------> begin_read()
//                     \--> nothing --> begin_read(): Asio waits
#pragma once

#include <array>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <cstddef>
#include <cstdint>
#include <new>

#include "io/asio/asio_loop.hpp"
#include "io/socket.hpp"
#include "weir/io/descriptor.hpp"
#include "weir/io/transport.hpp"

namespace weir {

class AsioTransport final : public Transport, private Deferred {
 public:
  using Socket = asio::basic_stream_socket<asio::generic::stream_protocol, AsioExecutor>;

  /// One that was accepted.
  AsioTransport(AsioLoop& loop, Descriptor accepted, const SocketAddress& peer);
  /// One that Asio has waited for already.
  AsioTransport(AsioLoop& loop, Socket socket, const SocketAddress& peer);

  void start(Sink& sink) override;
  void pause_reading() override;
  void resume_reading() override;
  std::size_t write(std::span<const std::string_view> pieces) override;
  void set_more_follows(bool more) override { more_ = more; }
  FileSent send_file(const FileRange& range, std::size_t most) override;
  bool leave_bytes(bool leave) override;
  std::size_t write_from(int from, std::size_t size) override;
  void shutdown_write() override;
  void close() override;
  [[nodiscard]] SocketAddress peer() const override { return peer_; }
  [[nodiscard]] SocketAddress local() const override;
  [[nodiscard]] int descriptor() const override { return descriptor_; }
  Status set_options(const SocketOptions& options) override;
  void release() override;

 private:
  /// Memory for one operation at a time: what Asio 1.26 needs for a read, 120 bytes, and no more,
  /// for every idle connection has it.
  struct Slot {
    static constexpr std::size_t size = 120;
    alignas(void*) std::byte bytes[size];
  };
  /// Whether the peer has finished sending; held: that came while paused.
  enum class End : std::uint8_t { none, held, told };
  template <class T>
  class SlotAllocator;
  class Operation;
  class OnRead;
  class OnReadable;
  class OnWritable;

  ~AsioTransport() override;
  void run_deferred() override;
  void give_held();
  [[nodiscard]] bool may_read() const;
  [[nodiscard]] bool holds() const { return held_ != 0 || end_ == End::held; }
  [[nodiscard]] bool tell_asio();
  void read_now();
  void take(const net::Transfer& got);
  void read_on();
  void begin_read();
  [[nodiscard]] bool in_a_crowd();
  void end_read(const boost::system::error_code& error, std::size_t size);
  void end_readable(const boost::system::error_code& error);
  void deliver(std::size_t size);
  void end_input();
  void end_turn();
  void close_socket();
  void was_short(int error);
  void end_wait(const boost::system::error_code& error);
  void fail(int error);
  [[gnu::cold]] void free();  // apart, so that a message does not save registers for it
  void drop_reference() {
    if (--references_ == 0) free();
  }

  AsioLoop& loop_;
  Sink* sink_ = nullptr;  // nullptr before start() and after the last call
  Socket socket_;         // not open before Asio knows of it, nor once the stream is over
  SocketAddress peer_;
  int descriptor_;  // -1 once the stream is over
  int error_ = 0;
  std::uint32_t last_read_ = 0;  // its number among those of the loop, where it may begin anew
  std::uint16_t held_ = 0;       // bytes in small_ that came while paused
  std::uint8_t references_ = 1;  // the owner's and one for each operation, of which there are few
  End end_ = End::none;
  bool paused_ = false;
  bool leaves_ = false;   // the sink takes the bytes itself
  bool more_ = false;     // will follow upon each write
  bool reading_ = false;  // a read is under way, or its handler runs
  bool waiting_ = false;  // a wait for writability is under way
  bool wide_ = false;     // the last read was more than small_ holds
  bool over_ = false;     // on_closed is due
  bool in_turn_ = false;  // the loop has called, and will ask at the end of that
  Slot slot_;
  std::array<char, 512> small_;
};

}  // namespace weir
