// TlsTransport: TLS over any transport. Layer: tls, private. Owned as every transport is; owns the
// one below.
//
//     Sink <-- on_bytes -- plain <-- SSL <-- input, lent -- inner
//       ------ write ----> plain --> SSL --> output ------> inner
//
// As a transport must, it keeps no byte of its Sink: of what a write() encrypted, only what inner
// took counts as taken. The Sink offers the rest again, as it does anyway, and those bytes are
// skipped, for their records wait in `output`: 64 KiB of plain text at most, and nothing more is
// encrypted before they are gone.
//
// Where Shared::or_plain, what the first byte shows to be no TLS is handed on as it is.
//
// While reading is paused, what was lent and not decrypted yet is kept, at most one read of inner.
#pragma once

#include <memory>
#include <string>

#include "io/filter_transport.hpp"
#include "tls/wires.hpp"
#include "weir/io/event_loop.hpp"

namespace weir::tls {

/// What the connections of a server or a client have in common, and their SSLs point into.
struct Shared {
  virtual ~Shared() = default;
  bool or_plain = false;
  const BioMethodPtr wire_method = make_wire_method();
};

enum class Role : std::uint8_t { server, client };

class TlsTransport final : public FilterTransport, private Deferred {
 public:
  /// A peer that sends more has no honest handshake.
  static constexpr std::size_t most_handshake = 256 * 1024;
  /// Plain text that is encrypted at once, for one write of inner.
  static constexpr std::size_t round = 64 * 1024;
  /// Messages of the handshake's kind after it (key updates, tickets, attempts to renegotiate):
  /// so many, and one more for each 64 KiB that came.
  static constexpr std::uint64_t most_messages = 32;

  /// `ssl` knows its role, and the name to ask for; `session_name` is for Wires.
  TlsTransport(TransportPtr inner, EventLoop& loop, SslPtr ssl,
               std::shared_ptr<const Shared> shared, Role role, std::string session_name = {});

  void start(Sink& sink) override;
  [[nodiscard]] bool ready() const override { return ready_; }
  void pause_reading() override;
  void resume_reading() override;
  std::size_t write(std::span<const std::string_view> pieces) override;
  void shutdown_write() override;
  void close() override;
  [[nodiscard]] bool ended_cleanly() const override {
    return plain_ ? FilterTransport::ended_cleanly() : clean_;
  }
  [[nodiscard]] std::string failure() const override;
  [[nodiscard]] const TransportSecurity* security() const override;
  [[nodiscard]] int descriptor() const override {
    return plain_ ? FilterTransport::descriptor() : -1;
  }

 private:
  enum class Read : std::uint8_t { full, all, end, failed };

  ~TlsTransport() override;

  void on_ready() override;
  void on_bytes(std::string_view bytes) override;
  void on_end() override;
  void on_writable() override;
  void on_closed(int error) override;
  void run_deferred() override;

  // These answer false when the object is gone.
  bool take_input();
  bool tell_end();
  bool hand_on(std::string_view bytes);

  void agree();
  void agreed();
  Read decrypt(std::span<char> into, std::size_t& got);
  bool flush();
  std::size_t settle();
  void encrypt(std::span<const std::string_view> pieces, std::size_t skip);
  void encrypt(std::string_view plain);
  void fail();
  void fail(std::string why);
  [[nodiscard]] bool input_waits() const;

  EventLoop& loop_;
  const std::shared_ptr<const Shared> shared_;
  Wires wires_;
  SslPtr ssl_;  // after what it points to
  Buffer held_;
  TransportSecurity security_;
  std::string failure_;
  std::uint64_t received_ = 0;  // bytes of inner
  std::uint64_t messages_ = 0;  // of the handshake's kind, after it
  std::size_t encrypted_ = 0;   // of what the sink offered last, and was not told that it is taken
  Role role_;
  bool begun_ = false;
  bool plain_ = false;  // the peer speaks no TLS, and need not
  bool ready_ = false;
  bool paused_ = false;
  bool blocked_ = false;       // inner took less than it was given
  bool short_ = false;         // the sink is to be told when more fits
  bool shut_ = false;          // close_notify is written
  bool shutdown_due_ = false;  // and when it is out, inner's end follows
  bool ended_ = false;         // the peer will send no more
  bool clean_ = false;         // and said so
  bool end_due_ = false;       // and the sink, paused, does not know it yet
  bool over_ = false;          // inner is closed
};

}  // namespace weir::tls
