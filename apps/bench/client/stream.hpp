// One connection of the load: which bytes it has sent, which it still expects, since when.
//
//   script:  ... answered | on the way | not taken yet | ...
//                         ^ receive_at_                ^ receive_at_ + outstanding_
//                                      ^ send_at_      ^ send_at_ + unsent_
//
// Owns its socket; knows no epoll, no clock and no other connection. Worker drives it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "client/histogram.hpp"
#include "client/rpc_answers.hpp"
#include "client/script.hpp"
#include "system/descriptor.hpp"

namespace weir::bench {

class Stream {
 public:
  Stream(Descriptor socket, const Script& script, unsigned number);

  int descriptor() const { return socket_.get(); }
  unsigned number() const { return number_; }

  // Starts `count` messages at the time `now`, in one send. What the kernel does not take stays
  // for flush(). With those in flight, `count` is at most the script's depth.
  void send(unsigned count, std::uint64_t now);
  void flush();
  bool has_unsent() const { return unsent_ > 0; }

  // One recv into `buffer`, checked against the script or its answers; answers how many messages it
  // completed. Throws Failure at a wrong byte, a byte too many, or an end that is_finished() does
  // not explain.
  unsigned receive(std::span<char> buffer);

  // Takes `count` completed messages off the list; their latencies go to `latency` if there is
  // one.
  void settle(unsigned count, std::uint64_t now, Histogram* latency);

  unsigned in_flight() const { return in_flight_; }

  // Sends no more; the server is expected to close after what is in flight.
  void finish();
  bool is_finished() const { return finished_; }
  bool is_closed() const { return !socket_.is_open(); }
  void close() { socket_.close(); }

 private:
  // Messages that went out in one send.
  struct Batch {
    std::uint64_t sent_at;
    unsigned count;
  };

  [[noreturn]] void fail(const std::string& what) const;
  unsigned take_echo(std::span<const char> received);
  unsigned take_answers(std::span<const char> received);
  void check(std::span<const char> received) const;
  void forget_answered();

  Descriptor socket_;
  const Script& script_;
  unsigned number_;
  bool finished_ = false;
  std::size_t send_at_;
  std::size_t unsent_ = 0;
  std::size_t receive_at_;
  std::size_t outstanding_ = 0;
  std::size_t partial_ = 0;  // bytes of the first message in flight that came already
  RpcAnswers answers_;       // instead of the last three, where nothing is echoed
  unsigned in_flight_ = 0;
  std::uint64_t answered_ = 0;
  std::vector<Batch> batches_;  // those before first_batch_ are answered
  std::size_t first_batch_ = 0;
};

}  // namespace weir::bench
