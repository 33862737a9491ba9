// Client: the other end of a Server: one connection that comes back, a queue in front of it, and
// calls that find their answers. Layer: service. It owns its connection and, unless it is told to
// use the caller's, a loop and one thread.
//
//     weir::Client client("tcp://127.0.0.1:7000", weir::lines());
//     std::cout << client.call("hello").value() << '\n';
//
//   post, send, call           waiting                   handed over                in flight
//     any thread    ------>  [m9][m8][m7]  ------>  [m6][m5] Connection  ------>  call m4, m2
//                     order of calling, bounded       until the kernel took     until the answer
//                            ^                              | the connection ended in
//                            +------------------------------+ the middle of m5
//
// When a connection ends, a message whose frame the kernel had not taken whole waits for the next
// one: the peer cannot have got it. One that had gone out and was not answered is lost, and its
// caller is told that it may have been executed; unless it may be retried. Nothing is resent
// silently, nothing lost silently.
//
// Codes of errors:
//     ETIME      the deadline passed and it was never sent
//     ETIMEDOUT  the deadline passed and it may have been executed
//     ECONNRESET the connection ended before the answer: it may have been executed
//     ECANCELED  cancel(), or the client was closed; the text says whether it had gone out
//     ENOBUFS    the queue was full, or dropped it
//     EMSGSIZE   longer than the queue, or cut off QueueLimits::cuts times
//     EINVAL     no form in this framing, or an id that is missing or in use
//     ENOTCONN   the attempts are used up and it was never sent
//     EDEADLK    a call that waits, made on the client's own loop: it would wait for itself
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "weir/core/error.hpp"
#include "weir/framing/framing.hpp"
#include "weir/io/loop_handle.hpp"
#include "weir/service/client_options.hpp"
#include "weir/session/framed_protocol.hpp"

namespace weir {

class ClientCore;
class LoopThread;

/// Gives up one call, from any thread, also when its client is gone; cheap to copy.
class Canceller {
 public:
  Canceller() = default;
  Canceller(LoopHandle loop, std::weak_ptr<ClientCore> core, std::uint64_t number)
      : loop_(std::move(loop)), core_(std::move(core)), number_(number) {}
  void operator()() const;

 private:
  LoopHandle loop_;
  std::weak_ptr<ClientCore> core_;
  std::uint64_t number_ = 0;
};

/// Gets the frames of a client's connection.
class FrameReceiver {
 public:
  virtual void on_frame(std::string_view frame) = 0;

 protected:
  ~FrameReceiver() = default;
};

/// Threads: everything from any, at the same time; with the caller's loop from one thread alone
/// while nobody runs it. Handlers and hooks are called on the client's loop and may call anything
/// but what waits; they may destroy the client.
class Client {
 public:
  /// Does not connect yet. A wrong endpoint is an error of each call and a line in the log.
  template <Framing F>
  Client(std::string_view endpoint, F framing, ClientOptions options = {}, ClientHooks hooks = {})
      : Client(endpoint, std::move(options), std::move(hooks),
               [&framing](FrameReceiver& receiver) -> std::unique_ptr<ProtocolFactory> {
                 return std::make_unique<FramedService<F, Forward>>(std::move(framing),
                                                                    Forward{&receiver}, Hooks{});
               }) {}
  /// Closes with a deadline of zero. Its handlers have been called when it returns; not so from
  /// inside one of them, or, with the caller's loop, from another thread than the loop's: then
  /// they are called soon, on the loop.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Connects now rather than with the first message.
  void start();
  /// The same, and waits for the end of the attempt, for `deadline` over all addresses or for
  /// Deadlines::connect. After a failure the client goes on trying.
  Status connect(std::optional<Duration> deadline = {});

  /// Takes the message and returns at once (but for QueuePolicy::block). `report`, if there is one,
  /// is called exactly once for what was accepted and never for what was rejected. "Delivered" is
  /// told in the order of posting.
  Posted post(std::string_view message, ReportHandler report = {}, PostOptions options = {});
  /// Waits until the kernel has taken the message, until `deadline` from now or for the client's
  /// call_deadline.
  Status send(std::string_view message, std::optional<Duration> deadline = {});

  /// Asks, and calls `handler` exactly once when the answer is there or cannot come. When it
  /// answers an error instead, `handler` was not moved from and is not called.
  Result<CallId> call(std::string_view request, CallOptions options, AnswerHandler&& handler);
  /// The same, and waits for the answer.
  Result<std::string> call(std::string_view request, CallOptions options = {});
  /// Gives a call up: its handler gets ECANCELED, unless it was or is being called already. What
  /// has gone out is not called back: its answer, when it comes, is dropped.
  void cancel(CallId call);
  /// The same for later, for whoever may outlive the client.
  [[nodiscard]] Canceller canceller(CallId call) const;

  /// Takes nothing more, sends what waits, awaits what is in flight, and ends the connection; what
  /// is not done at `deadline` from now is lost. Waits for the end, but on the client's own loop it
  /// returns at once. A loop of the caller's must run meanwhile.
  void close(Duration deadline);

  [[nodiscard]] ClientState state() const;
  [[nodiscard]] ClientStats stats() const;
  /// Messages that have neither ended nor been rejected: queued and in flight.
  [[nodiscard]] std::size_t outstanding() const;

 private:
  struct Forward {
    FrameReceiver* receiver;
    void operator()(std::string_view frame) const { receiver->on_frame(frame); }
  };
  using MakeFactory = UniqueFunction<std::unique_ptr<ProtocolFactory>(FrameReceiver&)>;

  Client(std::string_view endpoint, ClientOptions options, ClientHooks hooks, MakeFactory make);
  /// Why nothing can be asked of it. Starts its thread.
  [[nodiscard]] Status ready();
  [[nodiscard]] Status ready_to_wait();
  /// On the thread of its loop?
  [[nodiscard]] bool here() const;
  void on_loop(UniqueFunction<void(ClientCore&)> action);

  Status failure_;
  std::shared_ptr<ClientCore> core_;    // nullptr after a failure
  std::unique_ptr<LoopThread> thread_;  // nullptr with the caller's loop
};

}  // namespace weir
