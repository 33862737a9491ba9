// websocket::ClientCore: what a WebSocket client is on its loop: its one connection, and when it
// comes back. Layer: web, private. Held by its Client, by the client's own thread, and by tasks
// that end it.
//
// Threads: send_from_afar(), state() and queued() from any; the rest on the loop's, or while nobody
// runs it.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "service/backoff_series.hpp"
#include "service/dialer.hpp"
#include "weir/http/url.hpp"
#include "weir/session/connection.hpp"
#include "weir/web/websocket_client.hpp"
#include "weir/websocket/writer.hpp"

namespace weir::websocket {

class ClientProtocol;

class ClientCore final : private ConnectionOwner,
                         private Deferred,
                         public std::enable_shared_from_this<ClientCore> {
 public:
  using StatusHandler = UniqueFunction<void(const Status&)>;

  /// `own_loop` may be empty: then options.loop is the caller's. The headers are checked already.
  ClientCore(http::Url url, ClientOptions options, ClientHooks hooks,
             std::unique_ptr<EventLoop> own_loop);
  ~ClientCore() override;

  [[nodiscard]] EventLoop& loop() { return loop_; }
  [[nodiscard]] const ClientOptions& options() const { return options_; }
  [[nodiscard]] const http::Url& url() const { return url_; }
  [[nodiscard]] ClientState state() const { return state_.load(); }
  [[nodiscard]] std::size_t queued() const { return queued_.load() + posted_.load(); }

  void connect(StatusHandler told);
  SendResult send(Opcode kind, std::string_view message);
  SendResult send_from_afar(Opcode kind, std::string_view message);
  void close(std::uint16_t code, std::string_view reason);
  void pause(bool paused);
  /// Ends everything now.
  void shut_down();
  /// The last call, from outside of all others: frees the connection.
  void release();

  // ClientProtocol's:
  [[nodiscard]] Scratch& scratch() { return scratch_; }
  [[nodiscard]] Connection& connection() { return *connection_; }
  [[nodiscard]] const std::shared_ptr<const Compressor>& compressor() const { return compressor_; }
  [[nodiscard]] const MaskSource& masks() const { return masks_; }
  void on_opened(const Opened& opened);
  void on_refused(Error why) { refusal_ = std::move(why); }
  void on_message(const Message& message);
  void on_written();

 private:
  class Alarm final : public Timer {
   public:
    Alarm(ClientCore& core, void (ClientCore::*call)()) : core_(core), call_(call) {}
    ~Alarm() override = default;

   private:
    void on_timer() override { (core_.*call_)(); }
    ClientCore& core_;
    void (ClientCore::*call_)();
  };

  void begin_attempt();
  void on_dialed(Result<TransportPtr> result);
  void on_late();
  void on_connection_closed(Connection& connection) override;
  void run_deferred() override { ended_.reset(); }
  void come_back(const Error& why);
  void tell_attempt(const Status& status);
  void set_state(ClientState state, const Error& why = {});
  template <class Call>
  void guarded(std::string_view where, Call call);

  std::unique_ptr<EventLoop> own_loop_;
  EventLoop& loop_;
  const http::Url url_;
  ClientOptions options_;
  ClientHooks hooks_;
  const ConnectionOptions connection_options_;
  ConnectionContext context_;
  std::shared_ptr<const Compressor> compressor_;
  MaskSource masks_;
  Scratch scratch_;
  Dialer dialer_;
  BackoffSeries backoff_;
  Alarm attempt_alarm_{*this, &ClientCore::begin_attempt};
  Alarm late_alarm_{*this, &ClientCore::on_late};  // dialing and the handshake

  std::atomic<ClientState> state_{ClientState::idle};
  std::atomic<std::size_t> queued_{0};
  std::atomic<std::size_t> posted_{0};        // bytes on their way to the loop
  std::atomic<std::uint64_t> generation_{0};  // of the connection that is open
  std::vector<StatusHandler> on_attempt_;
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<Connection> ended_;   // freed at the end of the round
  ClientProtocol* protocol_ = nullptr;  // the connection's
  Error refusal_;
  TimePoint opened_at_{};
  bool opened_ = false;
  bool pressured_ = false;
  bool paused_ = false;
  bool closing_ = false;       // close() was called
  bool hooks_silent_ = false;  // the client is gone
  LogBrake brake_;
};

}  // namespace weir::websocket
