// Worker: one loop of a server, with its listeners, its connections and its counters.
// Layer: service, private. Owned by ServerCore. Everything but post-like calls on its loop's
// thread; the thread that runs the loop is the worker's own unless the loop is the caller's.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "service/handshake.hpp"
#include "weir/io/event_loop.hpp"
#include "weir/io/loop_monitor.hpp"
#include "weir/io/transport_filter.hpp"
#include "weir/service/served.hpp"
#include "weir/service/server.hpp"
#include "weir/session/connection.hpp"

namespace weir {

/// What a worker counts beside its connections.
struct AcceptCounters {
  Counter open;  // connections, and what else is served, now
  Counter accepted;
  Counter refused_limit;
  Counter refused_backend;
  Counter accept_pauses;
  Counter accept_shed;
  Counter handshakes_failed;
  Counter handshakes_late;
  MessageCounters messages;
};

/// What one listen() serves, on every loop: protocols, or what `served` makes. Owned by the server.
struct Service {
  std::unique_ptr<ProtocolFactory> factory{};
  std::shared_ptr<const MessageEncoder> encoder{};
  std::shared_ptr<ServedFactory> served{};
  std::vector<TransportFilterPtr> filters{};  // from the socket to the connection
  std::string name{};                         // the endpoint
};

class Worker final : public ConnectionOwner, public ServedOwner {
 public:
  /// What a worker asks of the server that owns it.
  class Host {
   public:
    /// One more connection, within the limit? From any worker.
    virtual bool enter() = 0;
    virtual void leave() = 0;
    /// Does every connection get a loop and a thread of its own?
    [[nodiscard]] virtual bool thread_per_connection() const = 0;
    /// Gives it one. The error says why there is none; the connection is closed then.
    virtual Status hand_over(Accepted accepted, const Service& service) = 0;
    [[nodiscard]] virtual const std::shared_ptr<FailureBrakes>& brakes() const = 0;
    /// What each session has of its own. Not changed once a worker serves.
    [[nodiscard]] virtual const SessionTypes& session_types() const = 0;
    /// The worker serves nothing any more. Its last call, on the thread of its loop, which goes
    /// on until end_loop().
    virtual void on_worker_done(Worker& worker) = 0;

   protected:
    ~Host() = default;
  };

  /// `loop` is run by start() or run_here() until end_loop().
  Worker(Host& host, std::unique_ptr<EventLoop> loop, const ConnectionOptions& options,
         const Log& log, std::uint64_t number);
  /// `loop` is the caller's, who runs it.
  Worker(Host& host, EventLoop& loop, const ConnectionOptions& options, const Log& log);
  ~Worker();

  [[nodiscard]] EventLoop& loop() { return loop_; }
  /// 0 where the loop is the caller's.
  [[nodiscard]] std::uint64_t number() const { return number_; }
  /// Of the worker that gave a connection its id: ids differ between the loops of a server.
  [[nodiscard]] static std::uint64_t number_in(std::uint64_t id) { return id >> number_shift; }

  /// Before start(). The listener stays the worker's.
  Result<Listener*> listen(const SocketAddress& address, const ListenOptions& options,
                           const Service& service);
  /// Throws std::system_error when there is no thread for it.
  void start();
  void join();
  /// Instead of start() and join(): runs the loop on this thread.
  void run_here();
  /// From any thread. Does nothing to a loop that is the caller's.
  void end_loop();

  /// Before start(): the loop tells `monitor` what it does, and connections are recorded.
  void watch(std::shared_ptr<LoopMonitor> monitor);
  /// nullptr while nobody watches.
  [[nodiscard]] const std::shared_ptr<LoopMonitor>& monitor() const { return monitor_; }
  /// Connections, and what else is served, now. From any thread.
  [[nodiscard]] std::size_t open_count() const { return counters_.open.value(); }
  /// `call` gets this worker on its loop's thread, unless it has gone by then. From any thread.
  bool post_call(UniqueFunction<void(Worker&)> call);
  /// On the loop's thread: those at the places from `first` on, `most` at most.
  [[nodiscard]] std::vector<ConnectionInfo> list(std::size_t first, std::size_t most) const;
  /// On the loop's thread: ends that one, orderly, or at once when it was told so before. False
  /// when there is none.
  bool close(std::uint64_t id);

  /// From any thread. Later calls may only bring the deadline nearer.
  void drain(Duration deadline);

  /// On the loop's thread. The worker ends with this connection.
  void serve_alone(Accepted accepted, const Service& service);

  bool post(Task task) { return loop_.post(std::move(task)); }
  [[nodiscard]] DrainReport report() const { return report_; }  // once it is done
  void add_to(ServerStats& stats) const;

 private:
  class Door;
  static constexpr unsigned number_shift = 40;

  void on_connection_closed(Connection& connection) override;
  void on_served_ended(Served& served) override;
  void note_end(CloseReason reason);
  void on_accept(Accepted accepted, const Service& service);
  void on_shed(std::size_t count, int error);
  Status serve(Accepted accepted, const Service& service);
  Status begin_handshake(TransportPtr transport, const Service& service);
  void end_handshake(Handshake& handshake, Result<TransportPtr> result, const SocketAddress& peer,
                     const Service& service);
  void open(TransportPtr transport, const Service& service);
  void refuse(Counter& counter, LogBrake& brake, const SocketAddress& peer, std::string_view why);
  void begin_drain(TimePoint deadline);
  void drain_connections();
  void cut_at(TimePoint deadline);
  void end_if_done();

  Host& host_;
  std::shared_ptr<LoopMonitor> monitor_;  // before the loop, which refers to it
  std::unique_ptr<EventLoop> own_loop_;
  EventLoop& loop_;
  const std::uint64_t number_ = 0;
  ConnectionContext context_;
  AcceptCounters counters_;
  LogBrake limit_brake_;
  LogBrake backend_brake_;
  LogBrake overload_brake_;
  LogBrake handshake_brake_;
  std::vector<std::unique_ptr<Door>> doors_;
  std::vector<std::unique_ptr<Handshake>> handshakes_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<std::unique_ptr<Served>> served_;
  std::thread thread_;
  DrainReport report_;
  std::size_t ended_ = 0;  // since the drain began, the cut ones aside
  TimePoint cut_at_ = TimerQueue::never;
  std::shared_ptr<Worker*> alive_;  // for timers of a loop that may outlive the worker
  bool alone_ = false;
  bool draining_ = false;
  bool told_ = false;  // the connections know that they are to end
  bool done_ = false;
};

}  // namespace weir
