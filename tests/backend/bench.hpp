// What the scenarios of the conformance suite have in common: a server on one backend, and its
// clients. On "memory" the clients are the testing kit's peers and the test's thread runs the loop
// whenever it waits for something; on the others they are plain sockets, and the server's loops run
// on threads of their own.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "backend/clients.hpp"
#include "support/sockets.hpp"
#include "weir/service/client_options.hpp"
#include "weir/service/server.hpp"
#include "weir/testing/memory_loop.hpp"

namespace weir::test {

/// Where a scenario runs.
struct Setting {
  std::string_view backend;
  Threads threads{};
  std::string_view scheme = "tcp";
  /// The server's connections are recorded, as under an inspector.
  bool inspected = false;
};

class Bench;

/// What handlers tell the test, in order; pushed on any thread.
template <class T>
class Events {
 public:
  void push(T event) {
    {
      const std::lock_guard lock(mutex_);
      events_.push_back(std::move(event));
    }
    changed_.notify_all();
  }
  [[nodiscard]] std::optional<T> take() {
    const std::lock_guard lock(mutex_);
    return take_locked();
  }
  [[nodiscard]] T wait(const std::string& what) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, patience, [this] { return !events_.empty(); })) in_vain(what);
    return *take_locked();
  }
  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return events_.size();
  }

 private:
  std::optional<T> take_locked() {
    if (events_.empty()) return std::nullopt;
    std::optional<T> event(std::move(events_.front()));
    events_.pop_front();
    return event;
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<T> events_;
};

class Bench {
 public:
  explicit Bench(const Setting& setting);
  ~Bench();

  /// For serve(): a quiet server on the setting's backend.
  ServerOptions options;
  ListenerOptions listener_options;
  /// Called with the server before it starts.
  UniqueFunction<void(Server&)> before_start;

  /// Ends the server when it goes, so that handlers may refer to what was declared before it.
  class Serving {
   public:
    explicit Serving(Bench& bench) : bench_(bench) {}
    ~Serving() { bench_.server_.reset(); }
    Serving(const Serving&) = delete;
    Serving& operator=(const Serving&) = delete;

   private:
    Bench& bench_;
  };

  template <Framing F, FrameHandler<F> H>
  [[nodiscard]] Serving serve(F framing, H handler, Hooks hooks = {}) {
    watch(hooks);
    server_ = std::make_unique<Server>(std::move(options));
    begin(server_->listen(free_endpoint(), std::move(framing), std::move(handler), std::move(hooks),
                          std::move(listener_options)));
    return Serving(*this);
  }
  [[nodiscard]] Server& server() { return *server_; }
  [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }
  [[nodiscard]] const SocketAddress& address() const { return address_; }
  [[nodiscard]] std::string_view scheme() const { return scheme_; }
  /// For weir's own clients of the server: on the setting's backend, or on the loop in memory.
  [[nodiscard]] ClientOptions client_options() const;
  [[nodiscard]] bool in_memory() const { return memory_ != nullptr; }
  [[nodiscard]] bool one_loop() const { return threads_ == Threads{}; }
  /// `count`, or less where it would take too long.
  [[nodiscard]] std::size_t scaled(std::size_t count) const;

  [[nodiscard]] std::unique_ptr<Client> connect() { return connect(0); }
  /// A client whose kernel holds little of what it does not read.
  [[nodiscard]] std::unique_ptr<Client> connect_slow() { return connect(16 * 1024); }

  /// The next event of `events`; `what` names it if it does not come.
  template <class T>
  T next(Events<T>& events, const std::string& what) {
    if (!in_memory()) return events.wait(what);
    for (;;) {
      if (auto event = events.take()) return std::move(*event);
      if (!step() && events.size() == 0) in_vain(what);
    }
  }
  /// Why the next connection ended.
  CloseReason next_reason() { return next(reasons_, "a connection's end"); }
  [[nodiscard]] std::size_t reasons_left() const { return reasons_.size(); }

  /// Lets the loop run until `done`; for what no event tells.
  template <class Condition>
  void until(const std::string& what, Condition done) {
    wait_until(what, [&] { return (in_memory() && (run_ready(), false)) || done(); });
  }

  /// Where time is moved by hand, moves it; elsewhere it passes by itself.
  void pass(Duration time);
  /// Stops the server and waits for its end.
  DrainReport stop(Duration deadline);
  DrainReport wait(Duration deadline);

  /// `work` on a thread of its own. Join it before the bench goes.
  template <class Work>
  [[nodiscard]] std::jthread in_background(Work work) {
    ++background_;
    return std::jthread([this, work = std::move(work)]() mutable {
      work();
      --background_;
    });
  }

  /// Memory only: runs the loop; false when nothing can come any more.
  bool step();
  void run_ready() { memory_->run_ready(); }

 private:
  /// Of the setting's scheme, where nobody listens.
  [[nodiscard]] std::string free_endpoint() const;
  void watch(Hooks& hooks);
  void begin(const Result<Endpoint>& listening);
  [[nodiscard]] std::unique_ptr<Client> connect(int receive_buffer);

  std::string_view backend_;
  Threads threads_;
  std::string_view scheme_;
  bool inspected_;
  std::unique_ptr<testing::MemoryLoop> memory_;
  Endpoint endpoint_;
  SocketAddress address_;
  Events<CloseReason> reasons_;
  std::atomic<int> background_{0};
  std::unique_ptr<Server> server_;
};

}  // namespace weir::test
