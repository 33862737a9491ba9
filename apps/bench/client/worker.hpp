// One thread of the load: an epoll, its share of the connections, its counters.
//
// A closed loop: every connection starts with depth messages in one send, and each recv is
// followed by one send of as many messages as it completed. So the server sees the batches that
// its own way of answering allows.
//
// An open loop: messages are due at times of their own (client/open_loop.hpp), and wait where the
// depth of their connection is full.
//
// With churn, a connection that has had its messages ends in order: it finishes, the server closes,
// and only then the next one is opened in its place. So there are never more than `connections`.
#pragma once

#include <sys/epoll.h>

#include <atomic>
#include <cstdint>
#include <exception>
#include <optional>
#include <thread>
#include <vector>

#include "client/dialect.hpp"
#include "client/open_loop.hpp"
#include "client/recorder.hpp"
#include "client/stage.hpp"
#include "client/stream.hpp"
#include "system/process.hpp"

namespace weir::bench {

// What the worker of one thread is to do: its share of the options.
struct Share {
  std::uint64_t quota = 0;      // messages to answer after warm-up; 0 for no end
  double rate = 0;              // messages a second; 0 for a closed loop
  std::size_t max_backlog = 0;  // messages that are due and cannot be sent
  unsigned seed = 0;
};

// What came due in the window of an open loop, and what became of it.
struct Demand {
  double seconds = 0;  // of the window, as the worker saw it; with a quota, until its last message
  std::uint64_t offered = 0;  // messages that came due, dropped ones too
  std::uint64_t dropped = 0;
  std::size_t peak = 0;                // of the backlog
  std::uint64_t unsent = 0;            // messages that were due and still waited at the end
  std::uint64_t waiting_at_begin = 0;  // for an answer, sent or not
  std::uint64_t waiting_at_end = 0;
};

class Worker {
 public:
  Worker(Stage& stage, const Dialect& dialect, const LoadOptions& options, const Share& share);
  ~Worker() = default;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void add(Descriptor socket, unsigned number);
  void start();  // sends no message before the stage leaves Phase::waiting
  void join();   // the stage must be draining or abandoned

  // From any thread, at any time, and since the start.
  std::uint64_t replies() const { return replies_.load(std::memory_order_relaxed); }
  std::uint64_t payload() const { return payload_.load(std::memory_order_relaxed); }
  std::uint64_t ended() const { return connections_.load(std::memory_order_relaxed); }
  bool has_quota() const { return has_quota_.load(); }
  // Each of its connections has had an answer.
  bool is_going() const { return is_going_.load(); }
  bool has_ended() const { return ended_.load(); }
  ThreadCpu cpu() const { return read_thread_cpu(thread_id_.load()); }

  // After join(). failure() is null when all went well; unclosed() counts the connections that
  // the server left open after it had been told that no more comes.
  std::exception_ptr failure() const { return failure_; }
  const Histogram& latency() const { return recorder_.latency(); }
  const Demand& demand() const { return demand_; }
  unsigned unclosed() const { return open_; }

 private:
  void run();
  void loop();
  void enter(Phase phase);
  void begin(std::uint64_t now);
  void begin_measuring(std::uint64_t now);
  void begin_draining(std::uint64_t now);
  void wait();
  void begin_demand(std::uint64_t now);
  void end_demand(std::uint64_t now);
  void arrive();
  void arrive_all(std::uint64_t now);
  bool arrive_one(std::uint64_t now);
  void on_event(Stream& stream, std::uint32_t events);
  void on_closed(Stream& stream);
  void on_replies(Stream& stream, const Taken& taken, std::uint64_t now);
  void pump(Stream& stream, std::uint64_t now);
  void start_due(Stream& stream, unsigned room);
  void count_started(unsigned count, std::uint64_t now);
  void reopen(Stream& stream);
  void watch(Stream& stream, int operation) const;
  int wait_for_events();
  bool has_drained() const;
  void check_progress() const;
  unsigned index_of(const Stream& stream) const {
    return static_cast<unsigned>(&stream - streams_.data());
  }

  Stage& stage_;
  const Dialect& dialect_;
  const LoadOptions& options_;
  const Share share_;
  Descriptor epoll_;
  std::vector<Stream> streams_;
  std::vector<char> buffer_;
  std::vector<epoll_event> events_;
  Recorder recorder_;
  std::optional<OpenLoop> open_loop_;
  Demand demand_;
  std::uint64_t demand_began_at_ = 0;
  Phase phase_ = Phase::waiting;
  std::uint64_t to_send_;  // messages that may still be started
  std::uint64_t in_flight_ = 0;
  std::uint64_t quota_ends_at_ = 0;  // in replies
  std::uint64_t quota_sent_at_ = 0;
  std::uint64_t progressed_at_ = 0;
  unsigned new_ = 0;  // streams that have had no answer
  unsigned open_ = 0;
  unsigned opening_ = 0;   // of them, without an answer to their opening
  unsigned finished_ = 0;  // of them, to be closed by the server
  unsigned source_ = 0;    // of the next connection
  std::exception_ptr failure_;
  std::thread thread_;
  std::atomic<pid_t> thread_id_{0};
  std::atomic<bool> has_quota_{false};
  std::atomic<bool> is_going_{false};
  std::atomic<bool> ended_{false};
  alignas(64) std::atomic<std::uint64_t> replies_{0};
  std::atomic<std::uint64_t> payload_{0};
  std::atomic<std::uint64_t> connections_{0};  // that ended in order
};

}  // namespace weir::bench
