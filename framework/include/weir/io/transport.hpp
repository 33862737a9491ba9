// The first seam: a Transport moves the bytes of one stream; a Sink is told what came.
// Layer: io. A backend implements Transport (its TCP socket, a test's memory); Connection is the
// Sink. Neither knows frames, deadlines or limits.
//
//   Order of calls a Sink sees:   on_bytes* on_end? on_writable*  (mixed)   then on_closed, once
//
// Threads: every call on either side is made on the thread of the loop that made the transport.
// Reentrancy: a Transport never calls its Sink from inside one of its own functions; what follows
// from write() or close() is told later, from the loop.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "weir/core/error.hpp"
#include "weir/core/socket_address.hpp"
#include "weir/io/file_range.hpp"

namespace weir {

struct SocketOptions;

/// What was agreed on with the peer before the first byte. Empty is what was not.
struct TransportSecurity {
  std::string version;      // "TLSv1.3"
  std::string cipher;       // "TLS_AES_256_GCM_SHA384"
  std::string protocol;     // by ALPN (RFC 7301): "h2"
  std::string server_name;  // that the client asked for (SNI, RFC 6066 section 3)
  std::string peer_name;    // in the peer's certificate, which was verified
  bool resumed = false;     // from an earlier session
};

class Sink {
 public:
  /// A transport that was not ready() is now. Once, before all others.
  virtual void on_ready() {}
  /// `bytes` came, at least one. They are lent for this call.
  virtual void on_bytes(std::string_view bytes) = 0;
  /// The peer has finished sending. Writing still works. At most once, after all its bytes.
  virtual void on_end() = 0;
  /// Instead of on_bytes() and on_end(), after Transport::leave_bytes(true): there is something to
  /// read in descriptor(), or its end, or an error.
  virtual void on_readable() {}
  /// After a write that took less than it was given: more may fit now.
  virtual void on_writable() = 0;
  /// The stream is over: after close(), or with the errno value that ended it. The last call.
  virtual void on_closed(int error) = 0;

 protected:
  ~Sink() = default;
};

/// How far a file came.
struct FileSent {
  std::size_t bytes = 0;
  int error = 0;            // of the file: an errno value; the stream's own reach on_closed
  bool short_file = false;  // it ends before the range does
};

class Transport {
 public:
  /// The most pieces one write() takes.
  static constexpr std::size_t max_pieces = 16;
  /// The most bytes one on_bytes() brings.
  static constexpr std::size_t max_read = 64 * 1024;

  /// Begins to read for `sink`, which must live until on_closed or release(). Once; one that is not
  /// ready() may be given another sink from inside on_ready().
  virtual void start(Sink& sink) = 0;
  /// False while it still agrees with its peer (TLS), from the beginning until on_ready(): it takes
  /// no bytes, and knows neither peer() nor security() for sure.
  [[nodiscard]] virtual bool ready() const { return true; }

  /// While paused nothing is read: no on_bytes, no on_end, and the kernel slows the peer. An
  /// error may still end the stream. Idempotent; a transport starts resumed.
  virtual void pause_reading() = 0;
  virtual void resume_reading() = 0;

  /// Hands `pieces` (1 to max_pieces) to the kernel, in order; answers how many bytes it took at
  /// once. It keeps none: the caller holds the rest and waits for on_writable. A fatal error
  /// answers 0 here and reaches on_closed later.
  virtual std::size_t write(std::span<const std::string_view> pieces) = 0;

  /// Until it is told otherwise, more will follow soon upon each write: the kernel may wait for it,
  /// a fifth of a second at most, and send it together (MSG_MORE). Nothing where it means nothing.
  virtual void set_more_follows(bool more) { static_cast<void>(more); }
  /// Sends the beginning of `range`, at most `most` bytes of it, and answers how much of it the
  /// kernel took; fewer than that, without an error: wait for on_writable. Here it reads and
  /// writes; a plain socket has the kernel do both (sendfile). A file on a slow disk holds up the
  /// loop.
  virtual FileSent send_file(const FileRange& range, std::size_t most);

  /// From inside on_bytes() or on_readable(): what comes from now on is left in descriptor() for
  /// the sink to take (splice(2)), or is not any more. The stream's end and errors are told by the
  /// transport once it reads itself again. False where it cannot.
  virtual bool leave_bytes(bool leave) {
    static_cast<void>(leave);
    return false;
  }
  /// As write(), of at most `size` bytes that lie in the pipe `from`. Only where leave_bytes()
  /// works.
  virtual std::size_t write_from(int from, std::size_t size) {
    static_cast<void>(from);
    static_cast<void>(size);
    return 0;
  }

  /// Not 0: it keeps the boundaries of messages, each of at most so many bytes. Then on_bytes()
  /// brings one whole message, and every piece that write() is given holds whole records
  /// (record.hpp), each of which goes out as one message; it takes whole records only.
  [[nodiscard]] virtual std::size_t max_message() const { return 0; }
  /// False where nobody can say that it has finished (datagrams, queues): no on_end() comes, and
  /// shutdown_write() tells the peer nothing.
  [[nodiscard]] virtual bool has_end() const { return true; }
  /// The peer has proven to be where its messages come from: it is sent as much as there is.
  virtual void verify_peer() {}

  /// No more will be written; the peer sees the end after what was. Reading goes on.
  virtual void shutdown_write() = 0;

  /// Ends both directions; on_closed(0) follows. What the kernel took still goes out, unless the
  /// peer's bytes lie unread: then it resets. Idempotent.
  virtual void close() = 0;

  /// Where the other side is, and this one. Empty when the system does not say.
  [[nodiscard]] virtual SocketAddress peer() const = 0;
  [[nodiscard]] virtual SocketAddress local() const = 0;

  /// After on_end(): the peer said so itself. False where the stream just stopped, as anybody on
  /// the way can make it (TLS without close_notify).
  [[nodiscard]] virtual bool ended_cleanly() const { return true; }
  /// After on_closed() with an error: what the errno value cannot say; or empty.
  [[nodiscard]] virtual std::string failure() const { return {}; }
  /// What was agreed on; nullptr where nothing is. Lives as long as the transport.
  [[nodiscard]] virtual const TransportSecurity* security() const { return nullptr; }
  /// Its socket, for calls that move bytes past it; -1 where there is none, or where bytes change
  /// on their way.
  [[nodiscard]] virtual int descriptor() const { return -1; }
  /// Applies them to its socket.
  virtual Status set_options(const SocketOptions& options);

  /// Ends the transport and frees it, now or when its last operation has ended; the Sink is not
  /// called again. Safe at any moment between two calls, also without close().
  virtual void release() = 0;

 protected:
  virtual ~Transport() = default;
};

struct TransportRelease {
  void operator()(Transport* transport) const { transport->release(); }
};
/// Owned by its Connection.
using TransportPtr = std::unique_ptr<Transport, TransportRelease>;

}  // namespace weir
