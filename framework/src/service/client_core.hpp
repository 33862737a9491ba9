// ClientCore: what a Client is on its loop: the connection and its coming back, and the way of each
// message to its report. Layer: service, private. Held by its Client, by the client's own thread,
// and by tasks that end it.
//
//   lists, in the order of calling:   ClientQueue -> waiting_ -> handed_ -> in_flight_ -> finished_
//                                                    no          the        the kernel     to be
//                                                    connection  Connection took it all    told
//
// Threads: enter(), state() and stats() from any; the rest on the loop's, or while nobody runs it.
// No handler is called but from dispatch(): what calls it does so last, for it may do anything.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "service/backoff_series.hpp"
#include "service/client_protocol.hpp"
#include "service/client_queue.hpp"
#include "service/dialer.hpp"
#include "weir/service/client.hpp"
#include "weir/session/connection.hpp"

namespace weir {

class ClientCore final : public FrameReceiver,
                         public MessageOwner,
                         private ClientProtocol::Listener,
                         private ConnectionOwner,
                         private Deferred,
                         public std::enable_shared_from_this<ClientCore> {
 public:
  using StatusHandler = UniqueFunction<void(const Status&)>;

  /// `own_loop` may be empty: then options.loop is the caller's.
  ClientCore(Endpoint endpoint, ClientOptions options, ClientHooks hooks,
             std::unique_ptr<EventLoop> own_loop);
  ~ClientCore() override;
  void set_factory(std::unique_ptr<ProtocolFactory> factory) { factory_ = std::move(factory); }

  [[nodiscard]] EventLoop& loop() { return loop_; }
  [[nodiscard]] bool owns_loop() const { return own_loop_ != nullptr; }
  [[nodiscard]] const ClientOptions& options() const { return options_; }

  /// From any thread. `here`: it is the loop's.
  Result<std::uint64_t> enter(MessageList& one, bool here);
  [[nodiscard]] ClientState state() const { return state_.load(std::memory_order_acquire); }
  [[nodiscard]] ClientStats stats() const;
  [[nodiscard]] std::size_t outstanding() const {
    return outstanding_.load(std::memory_order_relaxed);
  }

  /// Connects now. `told` hears of the end of the attempt.
  void connect(Duration deadline, StatusHandler told);
  void cancel(std::uint64_t number);
  void close(Duration deadline, StatusHandler told);
  /// Ends everything now: what is not done is lost, and told.
  void shut_down();
  /// The last call, from outside of all others: frees the connection.
  void release() { connection_.reset(); }

  void on_frame(std::string_view frame) override;
  void on_expired(ClientMessage& message) override;

 private:
  /// Calls a member function of the core when its time has come.
  class Alarm final : public Timer {
   public:
    Alarm(ClientCore& core, void (ClientCore::*call)()) : core_(core), call_(call) {}
    ~Alarm() override = default;

   private:
    void on_timer() override { (core_.*call_)(); }
    ClientCore& core_;
    void (ClientCore::*call_)();
  };
  struct Counters {
    Counter connects, failures, disconnects, delivered, answered, lost, dropped, expired, cancelled,
        resent, late, messages, in_flight;
  };
  using Place = ClientMessage::Place;

  void on_written() override { loop_.defer(*this); }
  void on_unencodable(const Error& error) override { unencodable_ = error; }
  void on_peer_ended() override;
  void on_connection_closed(Connection& connection) override;
  void run_deferred() override;

  // client_core.cpp: connecting, coming back, the end
  void begin_attempt(Duration deadline);
  void on_dialed(Result<TransportPtr> result);
  void next_attempt();
  void come_back(const Error& why);
  void give_up(const Error& why);
  void on_silent();
  void finish_close();
  void tell_all(std::vector<StatusHandler>& handlers, const Status& status);
  void set_state(ClientState state, const Error& why = {});

  // client_messages.cpp: the way of a message
  void on_arrivals();
  void take_arrivals();
  void drop(ClientMessage& message);
  void admit(ClientMessage& message);
  void feed();
  [[nodiscard]] bool hand_over(ClientMessage& message);
  void settle();
  [[nodiscard]] ClientMessage* match(std::string_view frame, bool& unsolicited);
  void no_longer_awaited();

  // client_outcomes.cpp: how a message ends
  void abandon(ClientMessage& message, Error before_sending, Error after);
  void take_back(const std::string& why, std::uint64_t written);
  void lose(ClientMessage& message, Error reason);
  void lose_all(const std::string& why, int code);
  void finish(ClientMessage& message, Delivery outcome, Error reason = {});
  void uncount(ClientMessage& message);
  void give_back();
  [[nodiscard]] MessageList& list_of(Place place);
  void dispatch();
  void tell(ClientMessage& message);
  void log_thrown(std::string_view where);
  [[nodiscard]] bool nothing_left() const {
    return waiting_.empty() && handed_.empty() && in_flight_.empty();
  }

  std::unique_ptr<EventLoop> own_loop_;
  EventLoop& loop_;
  const Endpoint endpoint_;
  ClientOptions options_;
  ClientHooks hooks_;
  const ConnectionOptions connection_options_;
  ConnectionContext context_;
  std::unique_ptr<ProtocolFactory> factory_;
  ClientQueue queue_;
  Dialer dialer_;
  BackoffSeries backoff_;
  Alarm attempt_alarm_{*this, &ClientCore::next_attempt};
  Alarm silence_alarm_{*this, &ClientCore::on_silent};
  Alarm close_alarm_{*this, &ClientCore::shut_down};

  std::atomic<ClientState> state_{ClientState::idle};
  std::atomic<std::size_t> outstanding_{0};
  std::vector<std::pair<ClientState, Error>> state_changes_;  // to be told
  std::vector<StatusHandler> on_attempt_;
  std::vector<StatusHandler> on_end_;
  Error last_failure_;  // of connecting, until it works
  std::unique_ptr<Connection> connection_;
  TimePoint connected_at_{};
  bool good_ = false;     // the connection brought a frame
  bool full_ = false;     // the connection has enough until the low watermark
  bool closing_ = false;  // close() was called
  bool dispatching_ = false;

  MessageList waiting_;
  MessageList handed_;
  MessageList in_flight_;
  MessageList finished_;
  std::unordered_map<std::uint64_t, ClientMessage*> calls_;  // by number, until they are finished
  std::unordered_map<std::uint64_t, ClientMessage*> by_id_;  // the same of those with an id
  std::deque<ClientMessage*> turns_;  // by order: whose answer comes next; nullptr: given up
  std::uint64_t first_turn_ = 0;      // the number of turns_.front()
  std::size_t awaited_ = 0;           // answers that the connection owes
  std::size_t freed_messages_ = 0;    // to be given back to queue_
  std::size_t freed_bytes_ = 0;
  Error unencodable_;
  LogBrake brake_;
  Counters counters_;
};

}  // namespace weir
