// Connection: one stream with a peer, from its first byte to its one close reason. Layer: session.
// It owns its transport and its protocol, and knows no framing and no handler by type.
//
//            lent bytes                            replies of one read, in the loop's scratch
//   Transport ----------> input_ ----> Protocol ----------> one write ----> Transport
//                    only what no                     only what the kernel
//                    frame used yet                   did not take: queue_
//
//   open --close(), end, error--> closing: queue_ goes out --> lingering: drops what the peer
//     |                              |                          still sends, until its end
//     +------- abort, reset ---------+--------------------------------+--> closed, once
//
// Threads: everything on the loop's. Other threads go through Session.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "weir/core/buffer.hpp"
#include "weir/core/counter.hpp"
#include "weir/core/log.hpp"
#include "weir/io/event_loop.hpp"
#include "weir/io/timer_queue.hpp"
#include "weir/io/transport.hpp"
#include "weir/session/close_reason.hpp"
#include "weir/session/options.hpp"
#include "weir/session/output_queue.hpp"
#include "weir/session/per_session.hpp"
#include "weir/session/protocol.hpp"
#include "weir/session/session.hpp"

namespace weir {

class Connection;
struct ConnectionInfo;

/// What the connections of one loop count. Written by the loop, read from anywhere.
struct ConnectionCounters {
  Counter opened;
  Counter bytes_in;
  Counter bytes_out;
  Counter frames_in;
  Counter handler_failures;
  Counter pauses;  // times that the high watermark stopped the reading
  Counter queued;  // bytes that wait in the queues now
  Counter closed[close_reason_count];
};

/// For the lines about connections that failed: one for each reason, shared by all the loops of a
/// server, for a flood over many loops is one flood. Safe from any thread.
struct FailureBrakes {
  LogBrake by_reason[close_reason_count];
};

/// What the connections of one loop share. Outlives them all.
struct ConnectionContext {
  EventLoop& loop;
  const ConnectionOptions& options;
  const Log& log;
  ConnectionCounters counters{};
  std::shared_ptr<FailureBrakes> brakes = std::make_shared<FailureBrakes>();
  std::uint64_t next_id = 1;
  /// What each session has of its own; nullptr and empty are nothing.
  const SessionTypes* session_types = nullptr;
};

class ConnectionOwner {
 public:
  /// The connection has ended and was the last to be told of it: destroy it here, or later.
  virtual void on_connection_closed(Connection& connection) = 0;

 protected:
  ~ConnectionOwner() = default;
};

class Connection final : private Sink, private Timer, private Deferred {
 public:
  /// `encoder`: what the protocol encodes with, if it is the same for many connections. A transport
  /// that keeps the boundaries of messages is only for a protocol that can use them.
  Connection(ConnectionContext& context, ConnectionOwner& owner, TransportPtr transport,
             std::unique_ptr<Protocol> protocol,
             std::shared_ptr<const MessageEncoder> encoder = nullptr);
  /// Safe at any time but from inside a call of its own protocol; without an end before it, the
  /// protocol is not told.
  ~Connection() override;

  /// Calls the protocol's on_open and begins to read. Once.
  void start();

  // What Session offers, here for the loop's thread:
  SendResult send(std::string_view message, bool more_follows = false);
  /// What the handler of the present frame answers: goes out also when it has closed meanwhile.
  SendResult reply(std::string_view message);
  /// What another thread sent, and whether it was told that the peer is slow: then it waits for
  /// on_drained, and gets it, also when all goes out at once.
  void send_posted(std::string_view message, bool answered_pressured, bool more_follows = false);
  void send_posted(FileRange range, bool answered_pressured);
  /// Bytes that stand in the connection's framing already, and that others may send as well: in the
  /// order of sending, without a copy. Not empty.
  SendResult send_shared(SharedBytes bytes);
  /// A part of a file, as it is, without framing, in the order of sending.
  SendResult send_file(FileRange range);
  void close() { finish(CloseReason::closed); }
  void abort(CloseReason reason = CloseReason::aborted);
  /// One message too many, of `waiting` bytes with all before it: ends with slow_consumer.
  void overflow(std::size_t waiting);
  void shutdown_write();
  void pause();
  void resume();
  void verify_peer() { transport_->verify_peer(); }
  /// From now on `most` bytes may wait for the peer, instead of Flow::max_queued.
  void limit_queue(std::size_t most);
  /// From now on messages to groups are encoded with it, once for all members that have it.
  void use_encoder(std::shared_ptr<const MessageEncoder> encoder);
  Status set_options(const SocketOptions& options) { return transport_->set_options(options); }

  /// The protocol has a successor, and passes everything on to it until that has its place: then
  /// nothing is kept of a protocol whose work is done. Takes effect when its present call has
  /// returned, and all that follows from it.
  void hand_over() { handing_over_ = true; }

  /// A handler answers later. While `most` handlers or more are out, no input is handled; while one
  /// is, the connection is neither idle nor drained, and the peer's end of sending waits for it.
  /// With `bounded`, the handler deadline ends the connection; else who answers looks after that.
  void handler_began(std::size_t most = 1, bool bounded = true);
  /// From now on so many of those that are out stop the input.
  void handlers_at_once(std::size_t most);
  /// One that was out has sent its answer, or none.
  void handler_done();
  [[nodiscard]] std::size_t handlers_out() const { return handlers_out_; }

  /// What is sent waits, and so does what the present batch has answered, until release_output():
  /// for replies that promise what is still on its way, to a disk. Input is handled on, and other
  /// limits hold: Flow::high_watermark stops reading, the end waits for what is owed. The write
  /// deadline counts only once the end is decided. Who holds looks after the time that it takes.
  void hold_output() { output_held_ = true; }
  void release_output();
  [[nodiscard]] bool output_held() const { return output_held_; }

  /// Bytes that were sent since the start, and those of them that the kernel took. Loops' thread.
  [[nodiscard]] std::uint64_t written() const { return written_; }
  [[nodiscard]] std::uint64_t sent() const { return written_ + queue_.size() + in_scratch(); }

  /// A failure that the protocol met outside on_input(): logs `detail`, if any, counts it when a
  /// handler failed, and ends the connection.
  void fail(CloseReason reason, std::string_view detail);
  /// The same where it does not end: the handler threw, or could not be answered.
  void count_failure(std::string_view detail);

  /// The server stops: ends now when nothing is outstanding, else as soon as nothing is.
  void drain();
  /// Nothing half read, nothing half written, no handler out.
  [[nodiscard]] bool idle() const;
  /// The server stops: this exchange is to be the last one.
  [[nodiscard]] bool draining() const { return draining_; }

  [[nodiscard]] CloseReason reason() const { return reason_; }
  [[nodiscard]] const ConnectionOptions& options() const { return context_.options; }
  [[nodiscard]] const Session& session() const { return session_; }
  /// How it is now (flight_recorder.hpp).
  void describe(ConnectionInfo& info) const;

 private:
  enum class Phase : std::uint8_t { open, closing, lingering, closed };

  void on_bytes(std::string_view bytes) override;
  void on_end() override;
  void on_writable() override;
  void on_closed(int error) override;
  void on_timer() override;
  void run_deferred() override;

  void take_input(std::string_view bytes);
  void take_message(std::string_view message);
  void end_truncated(std::string_view rest);
  /// A message has begun to come.
  [[nodiscard]] bool in_message() const { return partial_ || !input_.empty(); }
  [[nodiscard]] std::string_view complete_frame(std::string_view bytes);
  [[nodiscard]] std::size_t process(std::string_view input);
  void fail_batch(const Progress::Failure& failure, std::string_view rest);
  void end_batch();
  void continue_input();
  void after_input();
  void succeed();
  void handle_end();
  void update_halted();
  template <class Call>
  bool guarded(Call call);

  SendResult encode(std::string_view message);
  void send_scratch();
  void queue_rest(std::string_view rest);
  SendResult queued_more(bool was_empty);
  [[nodiscard]] SendResult answer() const;
  void write_queue();
  [[nodiscard]] bool write_some();
  [[nodiscard]] bool write_file(const FileRange& range);
  void left_queue(std::size_t bytes, std::size_t payload);
  void tell_waiting() const;
  void record_sent(std::uint64_t bytes);
  void tell_more(bool more);
  void queue_grew();
  void output_empty();

  [[nodiscard]] bool waits_in_vain() const;
  [[nodiscard]] std::size_t in_scratch() const;
  [[nodiscard]] std::size_t payload(std::span<const std::string_view> pieces,
                                    std::size_t taken) const;
  void took(std::size_t bytes, std::size_t payload);

  [[nodiscard]] bool make_values();
  void destroy_values();
  void finish(CloseReason reason);
  void end_now();
  void end_stuck();
  void say_goodbye(CloseReason reason);
  void log_failure(CloseReason reason, std::string_view detail);
  [[nodiscard]] TimePoint deadline(CloseReason& reason) const;
  void update_timer();
  [[nodiscard]] SessionState& state() const { return *session_.state(); }

  ConnectionContext& context_;
  ConnectionOwner& owner_;
  TransportPtr transport_;
  std::unique_ptr<Protocol> protocol_;
  Session session_;

  Buffer input_;          // the beginning of a frame, or what came while halted
  OutputQueue queue_;     // what the kernel did not take yet
  std::size_t need_ = 0;  // input_ is worth decoding from this size on

  TimePoint active_at_;          // the last byte either way
  TimePoint frame_since_{};      // a frame has begun
  TimePoint write_since_{};      // the last time that queue_ got shorter, or began
  TimePoint waiting_since_{};    // handler out, or lingering
  std::size_t discarded_ = 0;    // bytes dropped since the end was decided
  std::uint64_t written_ = 0;    // bytes that the kernel took
  std::size_t more_behind_ = 0;  // where in the scratch more_follows_ was said
  std::uint32_t handlers_out_ = 0;
  std::uint32_t most_out_ = 1;  // input waits while so many are out

  Phase phase_ = Phase::open;
  CloseReason reason_ = CloseReason::none;
  bool halted_ = false;       // paused_, pressured_, a handler is out, or not open
  bool partial_ = false;      // the protocol has consumed a part of a message
  bool end_handled_ = false;  // the protocol knows of input_ended_
  bool output_held_ = false;
  bool shutdown_wanted_ = false;
  bool more_follows_ = false;  // upon the last message
  bool more_told_ = false;     // to the transport

  // Bits, for an idle connection has them all.
  bool messages_ : 1 = false;      // the socket keeps the boundaries of messages
  bool paused_ : 1 = false;        // by the handler
  bool pressured_ : 1 = false;     // queue_ reached the high watermark and not yet the low one
  bool drained_owed_ : 1 = false;  // another thread was told that there is pressure
  bool bounded_ : 1 = false;       // the handler deadline is ours
  bool in_batch_ : 1 = false;      // on_input() is running: replies go to the loop's scratch
  bool tells_written_ : 1 = false;
  bool handing_over_ : 1 = false;  // protocol_ has a successor
  bool opened_ : 1 = false;        // on_open was called, so on_close will be
  bool reading_paused_ : 1 = false;
  bool input_ended_ : 1 = false;  // the peer has finished sending
  bool output_over_ : 1 = false;  // what goes out before the half-close is in queue_, or went
  bool shutdown_done_ : 1 = false;
  bool blocked_ : 1 = false;  // the last write was short: on_writable will come
  bool draining_ : 1 = false;

 public:
  /// The owner's: where it keeps this one. Here, for there is room beside the bits.
  std::uint32_t place = 0;
};

}  // namespace weir
