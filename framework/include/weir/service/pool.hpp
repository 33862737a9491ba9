// Pool: one service at several endpoints, a Client for each. Layer: service.
// It owns its clients and, unless it is told to use the caller's, one loop and thread for them all.
//
//     weir::Pool pool({"tcp://10.0.0.1:7000", "tcp://10.0.0.2:7000"}, weir::lines());
//     std::cout << pool.call("hello").value() << '\n';
//
// A call goes to the member with the fewest messages outstanding, equal ones in turn. One that is
// not connected is passed over while another is. One whose calls fail is ejected for a while, and
// then probed with a single call:
//
//   healthy --Ejection::failures in a row--> ejected --its time is over--> probing
//      ^                                        ^                           |   |
//      |                                        +--------the call failed----+   |
//      +-----------------------------the call was answered--------------------+
//
// A failure is a call that was lost with its connection or whose deadline passed. At most a part of
// the members is out at once; when nobody is left, all are used.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/service/client.hpp"

namespace weir {

class PoolCore;

struct Ejection {
  /// Calls of one member that fail in a row.
  std::size_t failures = 5;
  /// How long it is out, the first time, and by how much longer each time in a row.
  Duration first = std::chrono::seconds(1);
  Duration most = std::chrono::seconds(60);
  double factor = 2;
  /// The part of the members that may be out at once, 0 to 1; rounded down.
  double most_out = 0.5;
};

struct PoolOptions {
  /// Of each member; its limits are the member's own. `backend` and `loop` are for them all.
  ClientOptions client{};
  Ejection ejection{};
};

/// Called on the pool's loop, with the member's place in the list of endpoints.
struct PoolHooks {
  UniqueFunction<void(std::size_t, ClientState, const Error&)> on_state{};
  UniqueFunction<void(std::size_t, std::string_view)> on_message{};
};

enum class Health : std::uint8_t { healthy, ejected, probing };

/// "healthy", "ejected", "probing"
[[nodiscard]] std::string_view to_string(Health health);

struct PoolMember {
  std::string endpoint;
  Health health = Health::healthy;
  ClientState state = ClientState::idle;
  std::size_t outstanding = 0;
  std::uint64_t ejections = 0;
  ClientStats stats{};
};

/// Threads: as Client.
class Pool {
 public:
  /// An endpoint that is wrong is an error of the calls that it would get; none at all, of every
  /// call.
  template <Framing F>
  Pool(std::vector<std::string> endpoints, F framing, PoolOptions options = {},
       PoolHooks hooks = {})
      : Pool(std::move(endpoints), std::move(options), std::move(hooks),
             [&framing](std::string_view endpoint, ClientOptions each, ClientHooks its) {
               return std::make_unique<Client>(endpoint, framing, std::move(each), std::move(its));
             }) {}
  /// As ~Client.
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// All members connect now rather than with their first messages.
  void start();

  /// As Client::call(), of the member that is chosen now. A member whose queue is full is passed
  /// over; ENOBUFS says that all are.
  Result<CallId> call(std::string_view request, CallOptions options, AnswerHandler&& handler);
  Result<std::string> call(std::string_view request, CallOptions options = {});
  void cancel(CallId call);
  [[nodiscard]] Canceller canceller(CallId call) const;
  /// As Client::post(). Messages of different members have no order.
  Posted post(std::string_view message, ReportHandler report = {}, PostOptions options = {});

  /// As Client::close(), of all members at once.
  void close(Duration deadline);

  /// What each member is doing, in the order of the endpoints.
  [[nodiscard]] std::vector<PoolMember> members() const;

 private:
  using MakeClient =
      UniqueFunction<std::unique_ptr<Client>(std::string_view, ClientOptions, ClientHooks)>;
  Pool(std::vector<std::string> endpoints, PoolOptions options, PoolHooks hooks, MakeClient make);
  [[nodiscard]] Status ready();
  [[nodiscard]] bool here() const;

  Status failure_;
  std::shared_ptr<PoolCore> core_;      // nullptr after a failure
  std::unique_ptr<LoopThread> thread_;  // nullptr with the caller's loop
  std::atomic<bool> running_{false};    // the thread is known to run the loop
};

}  // namespace weir
