// RelayedPair: one client of a relay and the upstream that it was joined to.
// Layer: service, private. Owned by a Worker; owns both transports. On its loop's thread.
//
//     client_.transport  --on_bytes-->  upstream_.transport       what that does not take at once
//            ^                                |                   waits in upstream_.waiting
//            |                                |
//     client_.waiting    <--on_bytes----------+
//
// Where both are plain sockets and much comes at once, it goes through a pipe instead and is never
// copied (splice(2)): waiting is empty then, and what lies in the pipe counts as waiting.
//
//   dialing --connected--> open --both ends handed on--> over
//      ^                    |  \ one side broke --> ending: the other gets what is left, then the
//      |                    |                       end; what it still sends is dropped --> over
//      +--ended before a byte went either way
//
// The drain's way out of open, when the pair rests: the upstream is shut (leaving_), and what the
// client says from then on is dropped; the upstream's end --> ending.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "service/dialer.hpp"
#include "service/upstreams.hpp"
#include "weir/core/buffer.hpp"
#include "weir/io/timer_queue.hpp"
#include "weir/service/served.hpp"

namespace weir {

class RelayedPair final : public Served, private Timer, private Deferred {
 public:
  RelayedPair(TransportPtr client, std::shared_ptr<Upstreams> upstreams, ConnectionContext& context,
              ServedOwner& owner);
  ~RelayedPair() override;

  void start() override;
  [[nodiscard]] bool idle() const override;
  void drain() override;
  void abort(CloseReason reason) override { end(reason); }
  [[nodiscard]] CloseReason reason() const override { return reason_; }
  void describe(ConnectionInfo& info) const override;

 private:
  enum class Phase : std::uint8_t { dialing, open, ending, over };

  /// One of the two, as its transport sees it.
  struct Side final : Sink {
    Side(RelayedPair& its_pair, Side& its_other) : pair(its_pair), other(its_other) {}
    void on_bytes(std::string_view bytes) override { pair.on_bytes(*this, bytes); }
    void on_end() override { pair.on_end(*this); }
    void on_readable() override { pair.on_readable(*this); }
    void on_writable() override { pair.flush(*this); }
    void on_closed(int error) override { pair.on_closed(*this, error); }

    RelayedPair& pair;
    Side& other;
    TransportPtr transport;
    [[nodiscard]] std::size_t pending() const { return waiting.size() + piped; }
    Buffer waiting;              // for its peer, who does not take it yet
    std::unique_ptr<Pipe> pipe;  // while the other one's bytes come that way
    std::size_t piped = 0;       // bytes in it
    TimePoint write_since{};     // the last time that its peer took something of it, or it began
    std::uint64_t received = 0;
    std::uint64_t sent = 0;  // the kernel took it
    bool paused = false;     // the other one is slow, or not there yet
    bool ended = false;      // its peer has finished sending
    bool shut = false;       // and so have we
    bool shut_due = false;   // at the end of this round
  };

  void on_bytes(Side& from, std::string_view bytes);
  void on_readable(Side& from);
  void on_end(Side& side);
  void on_closed(Side& side, int error);
  void on_timer() override;
  void run_deferred() override;

  // The upstream: looking for one, and joining it.
  void dial();
  void dial_again();
  void on_dialed(Result<TransportPtr> result);
  void leave_upstream();
  [[nodiscard]] bool untouched() const { return client_.sent == 0 && upstream_.sent == 0; }
  [[nodiscard]] bool may_dial_again() const;
  [[nodiscard]] bool upstream_is_gone() const;

  // The bytes.
  std::size_t write(Side& to, std::string_view bytes);
  std::size_t write_piped(Side& to);
  void begin_splicing(Side& from);
  void end_splicing(Side& from);
  void drop_pipe(Side& to);
  void note_moved(Side& from, std::size_t size);
  void discard(std::size_t size);
  void begin_waiting(Side& to);
  void tell_waiting();
  void flush(Side& to);
  void pause(Side& side);
  void resume(Side& side);
  void shut(Side& side);
  void hand_on_ends();

  // The end.
  void lose(Side& side, CloseReason reason, std::string why);
  void end(CloseReason reason, std::string why = {});
  void finish();
  void arm(TimePoint when);
  [[nodiscard]] TimePoint deadline(CloseReason& reason) const;

  // The drain.
  [[nodiscard]] bool rests() const;
  void arm_rest();
  void leave();

  ConnectionContext& context_;
  ServedOwner& owner_;
  const std::shared_ptr<Upstreams> upstreams_;
  Side client_;
  Side upstream_;
  std::unique_ptr<Dialer> dialer_;
  std::optional<Error> dial_error_;  // the attempt has just failed
  std::optional<Upstreams::Choice> choice_;
  std::vector<bool> tried_;  // since the last pause
  std::size_t attempts_ = 0;
  TimePoint dial_until_{};
  TimePoint connected_at_{};
  TimePoint active_at_;              // the last byte either way
  const Side* last_from_ = nullptr;  // and whose it was
  TimePoint ending_since_{};
  std::size_t discarded_ = 0;
  std::size_t told_waiting_ = 0;  // bytes that the counters know to wait
  std::string why_;
  Phase phase_ = Phase::dialing;
  CloseReason reason_ = CloseReason::none;
  bool dialed_ = false;   // the dialer has called, and goes at the end of this round
  bool unclean_ = false;  // an end that nobody said
  bool draining_ = false;
  bool leaving_ = false;   // it rested: nothing of the client goes upstream any more
  bool answered_ = false;  // the upstream has sent something
};

}  // namespace weir
