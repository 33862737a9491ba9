// One thread of the load: an epoll, its share of the connections, its counters.
//
// A closed loop: every connection starts with depth messages in one send, and each recv is
// followed by one send of as many messages as it completed. So the server sees the batches that
// its own way of answering allows.
#pragma once

#include <sys/epoll.h>

#include <atomic>
#include <cstdint>
#include <exception>
#include <thread>
#include <vector>

#include "client/histogram.hpp"
#include "client/stage.hpp"
#include "client/stream.hpp"
#include "system/process.hpp"

namespace weir::bench {

class Worker {
 public:
  // `quota`: the messages to answer after warm-up; 0 for no end.
  Worker(Stage& stage, const Script& script, std::uint64_t quota);
  ~Worker() = default;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void add(Descriptor socket, unsigned number);
  void start();  // sends nothing before the stage leaves Phase::waiting
  void join();   // the stage must be draining or abandoned

  // From any thread, at any time.
  std::uint64_t replies() const { return replies_.load(std::memory_order_relaxed); }
  bool has_quota() const { return has_quota_.load(); }
  bool has_ended() const { return ended_.load(); }
  ThreadCpu cpu() const { return read_thread_cpu(thread_id_.load()); }

  // After join(). failure() is null when all went well; unclosed() counts the connections that
  // the server left open after it had been told that no more comes.
  std::exception_ptr failure() const { return failure_; }
  const Histogram& latency() const { return latency_; }
  unsigned unclosed() const { return open_; }

 private:
  void run();
  void loop();
  void enter(Phase phase);
  void begin();
  void wait();
  void on_event(Stream& stream, std::uint32_t events);
  void on_replies(Stream& stream, unsigned count);
  void refill(Stream& stream, unsigned count, std::uint64_t now);
  void watch(Stream& stream, int operation) const;
  bool has_drained();

  Stage& stage_;
  const Script& script_;
  const std::uint64_t quota_;
  Descriptor epoll_;
  std::vector<Stream> streams_;
  std::vector<char> buffer_;
  std::vector<epoll_event> events_;
  Histogram latency_;
  Phase phase_ = Phase::waiting;
  std::uint64_t to_send_;  // messages that may still be started
  std::uint64_t in_flight_ = 0;
  std::uint64_t quota_ends_at_ = 0;  // in replies
  std::uint64_t progressed_at_ = 0;
  unsigned open_ = 0;
  std::exception_ptr failure_;
  std::thread thread_;
  std::atomic<pid_t> thread_id_{0};
  std::atomic<bool> has_quota_{false};
  std::atomic<bool> ended_{false};
  alignas(64) std::atomic<std::uint64_t> replies_{0};
};

}  // namespace weir::bench
