// The second seam: an EventLoop waits for many things at once and runs what is ready, on one
// thread. Layer: io. A backend implements what is virtual; the timers, the mailbox and the work
// put off to the end of a round are written here, once for all backends.
//
//   one round:   wait for sockets  ->  their Sinks  ->  timers  ->  posted tasks  ->  deferred work
//
// Threads: post() and stop() from any thread; everything else on the loop's own, or before run().
// A loop owns no connection: whoever adopted a transport releases it before the loop is destroyed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "weir/core/buffer.hpp"
#include "weir/core/error.hpp"
#include "weir/core/socket_address.hpp"
#include "weir/core/task.hpp"
#include "weir/core/time.hpp"
#include "weir/io/descriptor.hpp"
#include "weir/io/message_options.hpp"
#include "weir/io/socket_options.hpp"
#include "weir/io/tick_clock.hpp"
#include "weir/io/timer_queue.hpp"
#include "weir/io/transport.hpp"

namespace boost::asio {
class execution_context;
}

namespace weir {

class LocalSlot;
class LoopMonitor;
class Mailbox;
class MessageBatch;

/// A connection that was accepted and that no loop owns yet: it may be handed to another thread.
struct Accepted {
  Descriptor descriptor;  // connected and non-blocking
  SocketAddress peer;
  TransportPtr transport;     // instead, where connections are not descriptors (memory, datagrams)
  MessageOptions messages{};  // where the descriptor keeps the boundaries of messages
  MessageCounters* counters = nullptr;  // of the loop that adopts it; nullptr: nobody counts
};

/// Told of what a listener accepts, on its loop's thread.
class AcceptSink {
 public:
  virtual void on_accept(Accepted accepted) = 0;
  /// The system refuses more connections with the errno value `error`; `count` that waited were
  /// taken and closed. The listener pauses for ListenOptions::overload_pause and goes on by itself.
  virtual void on_shed(std::size_t count, int error) = 0;

 protected:
  ~AcceptSink() = default;
};

/// Accepts until it is destroyed, on its loop's thread or before it runs; its sink may do that.
class Listener {
 public:
  virtual ~Listener() = default;
  /// With the port that the system chose.
  [[nodiscard]] virtual SocketAddress local() const = 0;
  /// Its socket, for a listener of another loop to share (ListenOptions::shared_descriptor); -1
  /// where there is none.
  [[nodiscard]] virtual int descriptor() const { return -1; }
  /// What Transport::max_message() is of what it accepts.
  [[nodiscard]] virtual std::size_t max_message() const { return 0; }
};

/// Tells that a descriptor is readable, or writable, until it is destroyed, on its loop's thread;
/// what it calls may do that.
class Watch {
 public:
  virtual ~Watch() = default;
  /// What is to be told from now on; at first it is `readable` alone.
  virtual void want(bool readable, bool writable) = 0;
};

/// The file of a Unix socket. What is not set is as the system makes it: the process's user and
/// group, and a mode that its umask leaves of 0777. Who may write it may connect.
struct LocalFileOptions {
  std::optional<std::uint32_t> mode{};
  std::optional<std::uint32_t> user{};
  std::optional<std::uint32_t> group{};
};

struct ListenOptions {
  /// Connections that wait to be accepted; the system may hold fewer.
  int backlog = 4096;
  /// Its connections have them as well.
  SocketOptions socket{};
  LocalFileOptions local_file{};
  /// Of a socket that keeps the boundaries of messages.
  MessageOptions messages{};
  /// Counts what messages meet there; outlives what the listener accepts. nullptr: nobody counts.
  MessageCounters* counters = nullptr;
  /// Not -1: a socket that listens on the address already, to be shared. It stays the caller's.
  int shared_descriptor = -1;
  /// Several listeners may share one address (SO_REUSEPORT): the kernel spreads connections over
  /// them. The first one still fails where somebody else listens already.
  enum class SharePort : std::uint8_t { no, first, next };
  SharePort share_port = SharePort::no;
  /// How long accepting rests when the system has no descriptor or memory for one more.
  Duration overload_pause = std::chrono::milliseconds(100);
};

struct ConnectOptions {
  Duration deadline = std::chrono::seconds(10);
  SocketOptions socket{};
  MessageOptions messages{};
};

/// Work put off to the end of the loop's round; embedded in its owner, queued at most once.
class Deferred {
 public:
  Deferred() = default;
  Deferred(const Deferred&) = delete;
  Deferred& operator=(const Deferred&) = delete;
  [[nodiscard]] bool deferred() const { return next_ != nullptr; }
  void cancel();

 protected:
  virtual ~Deferred() { cancel(); }

 private:
  friend class EventLoop;
  virtual void run_deferred() = 0;
  Deferred* previous_ = nullptr;
  Deferred* next_ = nullptr;
};

class EventLoop {
 public:
  using ConnectHandler = UniqueFunction<void(Result<TransportPtr>)>;

  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  virtual ~EventLoop();

  /// The backend's name: "asio", "select", ...
  [[nodiscard]] virtual std::string_view name() const = 0;

  /// Runs rounds on this thread until stop(). May be called again afterwards.
  virtual void run() = 0;
  /// Makes run() return after the round it is in; a stop before run() makes that return at once.
  virtual void stop() = 0;

  /// Runs `task` on the loop's thread, in the order of posting, never inside this call. Answers
  /// false, and drops the task, once the loop is being destroyed. A task must not throw.
  bool post(Task task);
  /// What post() needs, for a handle that may outlive the loop.
  [[nodiscard]] const std::shared_ptr<Mailbox>& mailbox() const { return mailbox_; }
  /// Runs `work` at the end of this round. Nothing happens when it is queued already.
  void defer(Deferred& work);

  /// The time at which this round began; read once a round, so that asking costs nothing. Before
  /// run() it is when the loop was made.
  [[nodiscard]] TimePoint now() const { return now_; }
  [[nodiscard]] TimerQueue& timers() { return timers_; }
  /// Runs `task` once, `delay` from this call, however long the round has lasted.
  void run_after(Duration delay, Task task);

  /// Listens on `address` and tells `sink`, which must outlive the listener. The error names the
  /// address and the reason.
  virtual Result<std::unique_ptr<Listener>> listen(const SocketAddress& address,
                                                   const ListenOptions& options,
                                                   AcceptSink& sink) = 0;
  /// Makes a transport of this loop from what a listener, of this loop or of another one of the
  /// same backend, accepted. The error says why this loop cannot serve it. What shows only when it
  /// is to be waited for, such as that the system has no more room to watch it, ends it later
  /// (on_closed).
  virtual Result<TransportPtr> adopt(Accepted accepted) = 0;
  /// Connects to `address` within the deadline; calls `handler` once, later, unless the loop ends.
  virtual void connect(const SocketAddress& address, const ConnectOptions& options,
                       ConnectHandler handler) = 0;
  void connect(const SocketAddress& address, Duration deadline, ConnectHandler handler) {
    connect(address, ConnectOptions{.deadline = deadline}, std::move(handler));
  }

  /// Calls `on_readable` whenever `descriptor`, which stays the caller's, may be readable: again
  /// and again until it is read empty, and on a backend that guesses also when it is not. For
  /// descriptors that are no connections: an eventfd, a timerfd, a pipe.
  Result<std::unique_ptr<Watch>> watch_readable(int descriptor, Task on_readable) {
    return watch(descriptor, std::move(on_readable), {});
  }
  /// The same, and `on_writable` whenever it may be writable, while that is wanted (Watch::want).
  virtual Result<std::unique_ptr<Watch>> watch(int descriptor, Task on_readable,
                                               Task on_writable) = 0;

  /// Bytes on their way out of the connection that is being served now; empty between two.
  [[nodiscard]] Buffer& scratch() { return scratch_; }
  /// What one receive of messages is read into, of any socket, and is over before the next.
  [[nodiscard]] MessageBatch& message_batch();
  /// What the clock says, whatever the round.
  [[nodiscard]] TimePoint clock_now() const { return clock_->now(); }
  /// The same time, counted more cheaply.
  [[nodiscard]] const TickClock& tick_clock() const { return tick_clock_; }

  /// Who watches what this loop does (loop_monitor.hpp); nullptr: nobody, and nothing is measured.
  [[nodiscard]] LoopMonitor* monitor() const { return monitor_; }
  /// While nothing runs; outlives the running.
  void set_monitor(LoopMonitor* monitor) { monitor_ = monitor; }

  /// Where Asio's executors say that they belong. On the backend "asio" it is the io_context that
  /// runs this loop, so Asio's own sockets and timers work there; elsewhere it runs nothing, and a
  /// timer of Asio's made on it would start a thread of its own: use what weir offers.
  [[nodiscard]] virtual boost::asio::execution_context& asio_context();
  /// Where Asio runs what is not the loop's own (a user's timer), a round is told of it with this:
  /// before it, so that now() is right, and after it, so that timers armed meanwhile are seen.
  virtual void catch_up() {}

 protected:
  /// `clock` must outlive the loop; nullptr is the system's monotonic clock.
  explicit EventLoop(const Clock* clock = nullptr);

  /// From any thread: makes a waiting loop start a round. Not called on a loop's own thread.
  virtual void wake() = 0;
  /// On the loop's thread: a round must follow, although nothing is ready.
  virtual void need_round() = 0;

  /// The parts of a round that are the same everywhere.
  void update_now();
  /// The same with a time that may lag behind the clock; never goes back.
  void update_now(TimePoint at_least) {
    if (at_least > now_) now_ = at_least;
  }
  void run_timers();
  void run_posted();
  void run_deferred();
  /// All three: what follows when the sockets have had their turn. Answers how long the loop may
  /// wait for sockets then, -1 without end. That is counted from the beginning of the round, so
  /// that the clock is read once a round: a timer may be late by as long as the round lasted, which
  /// it is anyway when its time comes within one.
  [[nodiscard]] Duration finish_round();
  /// Tasks were posted, or work put off, that no round has seen.
  [[nodiscard]] bool has_work() const;
  [[nodiscard]] TimePoint next_timer() const { return timers_.next(); }
  /// A derived class calls this first in its destructor: no wake() comes after it, and what waits
  /// for a task or a time is dropped while all that it may refer to is there.
  void close_mailbox();

 private:
  friend class Mailbox;
  friend class LocalSlot;
  /// What one PerLoop keeps here. A power of two wide: it is looked up several times a request.
  struct alignas(32) Local {
    std::uint64_t owner = 0;
    std::shared_ptr<void> value;
  };
  class DeferredList final : public Deferred {
    void run_deferred() override {}
  };
  /// Thousands of deadlines may end together; what is ready meanwhile gets its turn between them.
  /// Once they are as late as that, a round fires a share of all, so that those which are armed in
  /// every round cannot outrun it.
  static constexpr std::size_t timers_a_round = 32;
  static constexpr Duration timers_late = std::chrono::milliseconds(100);
  static constexpr std::size_t late_share = 16;

  TimePoint run_what_waits();

  const Clock* clock_;
  TickClock tick_clock_;
  TimePoint now_;
  LoopMonitor* monitor_ = nullptr;
  std::shared_ptr<Mailbox> mailbox_;
  TimerQueue timers_;      // after mailbox_: what an abandoned task owns may still post
  DeferredList deferred_;  // a ring; empty when it points at itself
  Buffer scratch_;
  std::vector<Task> spare_tasks_;  // empty: room for what is posted
  std::vector<Local> locals_;
  std::shared_ptr<MessageBatch> message_batch_;                   // made when asked for
  std::shared_ptr<boost::asio::execution_context> asio_context_;  // made when asked for
};

}  // namespace weir
