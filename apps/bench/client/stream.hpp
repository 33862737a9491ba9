// One place of the load, and the connection that holds it now: which bytes it has sent, which
// messages wait for an answer, since when. With churn, connections follow each other in it.
//
//   opened -> [opening sent -> answered] -> messages ... -> finished -> closed -> opened ...
//
//   script:  ... taken by the kernel | not taken yet | ...
//                                    ^ send_at_      ^ send_at_ + unsent_
//
// Owns its socket; knows no epoll, no clock and no other connection. Worker drives it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "client/dialect.hpp"
#include "client/ledger.hpp"
#include "client/recorder.hpp"
#include "system/descriptor.hpp"

namespace weir::bench {

class Stream {
 public:
  // `depth`: messages in flight at most. `churn`: messages of one connection; 0 for no end.
  Stream(const Dialect& dialect, unsigned number, unsigned depth, std::uint64_t churn);

  int descriptor() const { return socket_.get(); }
  unsigned number() const { return number_; }

  // A new connection, which may still be connecting: what cannot be sent yet stays for flush().
  // `begun` is when its connect() was called, where its first messages wait for that.
  void open(Descriptor socket, std::optional<std::uint64_t> begun = std::nullopt);

  // How many messages may be started now; 0 while the opening has no answer.
  unsigned room() const;

  // Adds `count` messages, due since `since`, to what flush() sends; at most room().
  void start(unsigned count, std::uint64_t since);
  // Since when messages that are started at `now` have been due in a closed loop: the first ones
  // of a connection since it was begun, so that they hold its connect and its opening.
  std::uint64_t due_at(std::uint64_t now) const {
    return started_ == 0 ? begun_.value_or(now) : now;
  }
  // Sends what the kernel takes now. While something stays, the kernel has said that it is full.
  void flush();
  bool has_unsent() const { return unsent_ > 0; }

  // One recv into `buffer`, checked by the protocol. At the end of a finished connection nothing,
  // and is_closed(). Throws Failure at an answer that is wrong, or at any other end.
  Taken receive(std::span<char> buffer);

  // The `count` oldest messages were answered at `now`.
  void settle(unsigned count, std::uint64_t now, Recorder& recorder);

  unsigned in_flight() const { return ledger_.in_flight(); }
  // No message was ever answered, on earlier connections neither.
  bool is_new() const { return new_; }
  bool is_opening() const { return !answers_->is_open(); }
  // All messages of this connection are answered; it is to be finished.
  bool is_used_up() const { return left_ == 0 && in_flight() == 0; }

  // Sends no more; the server is expected to close.
  void finish();
  bool is_finished() const { return finished_; }
  bool is_closed() const { return !socket_.is_open(); }

 private:
  [[noreturn]] void fail(const std::string& what) const;
  void flush_opening();

  const Dialect& dialect_;
  const Script& script_;
  const unsigned number_;
  const unsigned depth_;
  const std::uint64_t churn_;
  Descriptor socket_;
  std::unique_ptr<Answers> answers_;  // of this connection
  bool new_ = true;
  bool finished_ = false;
  std::string opening_;     // what is not sent of it
  std::uint64_t left_ = 0;  // messages that may still be started
  std::uint64_t started_ = 0;
  std::optional<std::uint64_t> begun_;
  std::size_t next_ = 0;  // the message of the script that is started next
  std::size_t send_at_ = 0;
  std::size_t unsent_ = 0;
  Ledger ledger_;
};

}  // namespace weir::bench
