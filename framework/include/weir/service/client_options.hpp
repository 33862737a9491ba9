// What a client is told once, what it is asked with each message, and what it counts.
// Layer: service. Every bound has a name and a default that is safe to keep.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/core/endpoint.hpp"
#include "weir/core/error.hpp"
#include "weir/core/log.hpp"
#include "weir/core/socket_address.hpp"
#include "weir/core/task.hpp"
#include "weir/core/time.hpp"
#include "weir/io/transport_filter.hpp"
#include "weir/session/options.hpp"

namespace weir {

class EventLoop;

/// How long a client waits before it connects again. The n-th wait of a series is first * factor^n,
/// at most `most`, less a random part of it, so that a thousand clients of one server do not come
/// back together.
struct Backoff {
  Duration first = std::chrono::milliseconds(100);
  Duration most = std::chrono::seconds(30);
  double factor = 2;
  /// The part of a wait that chance may take away, 0 to 1.
  double jitter = 0.5;
  /// Attempts in a row, after which what waits is lost and the client rests until it is given
  /// something again; 0 is without limit.
  std::size_t attempts = 0;
  /// A connection that brought a frame or lasted this long was a good one: the series begins anew.
  Duration steady = std::chrono::seconds(5);
  /// For chance that a test can repeat; 0 asks the system for a seed.
  std::uint64_t seed = 0;
};

/// What happens to a message that finds the queue full.
enum class QueuePolicy : std::uint8_t {
  reject,       // it is not taken
  drop_oldest,  // the oldest that no connection has yet is lost, and says so
  block,        // its thread waits for room; on the client's own loop it is not taken
};

/// The queue between the program and the network: what waits for a connection, and what the
/// connection has and the kernel has not taken yet.
struct QueueLimits {
  std::size_t messages = 10'000;
  std::size_t bytes = 8 * 1024 * 1024;
  QueuePolicy policy = QueuePolicy::reject;
  /// Connections that may end in the middle of one and the same message; then it is lost. A message
  /// that the peer does not want would hold up all others for ever.
  std::size_t cuts = 10;
};

/// How an answer finds its call.
class Matching {
 public:
  /// The id of an answer; nothing for a frame that answers no call.
  using Extract = UniqueFunction<std::optional<std::uint64_t>(std::string_view)>;

  /// The n-th frame that comes answers the n-th message that expects an answer.
  [[nodiscard]] static Matching by_order() { return {}; }
  /// Every answer carries the id of its request. `extract` is called on the client's loop, for a
  /// Pool with several loops on all of them at once.
  [[nodiscard]] static Matching by_id(Extract extract) {
    Matching matching;
    matching.extract_ = std::make_shared<Extract>(std::move(extract));
    return matching;
  }

  [[nodiscard]] bool ordered() const { return extract_ == nullptr; }
  /// Only when not ordered().
  [[nodiscard]] std::optional<std::uint64_t> id_of(std::string_view frame) const {
    return (*extract_)(frame);
  }

 private:
  std::shared_ptr<Extract> extract_;
};

struct ClientOptions {
  /// One of backends(): how its own loop waits for the socket.
  std::string backend = "asio";
  /// The caller's loop, which the caller runs, instead of a loop and a thread of the client's own.
  /// Outlives the client.
  EventLoop* loop = nullptr;
  /// Of these `frame` alone.
  Limits limits{};
  /// The watermarks say how much a connection is given ahead of what the kernel takes. A client
  /// goes on reading while it is slow to write, and QueueLimits stand for max_queued.
  Flow flow{};
  /// As a server's, but a client may be idle for ever.
  Deadlines deadlines{.idle = Duration::zero()};
  /// Of its socket.
  SocketOptions socket{};
  /// Of udp://, unixgram://, unixpacket:// and mq://.
  MessageOptions messages{};
  /// What tls:// needs (weir/tls/tls.hpp), and nothing else takes.
  TransportFilterPtr tls{};
  /// Says who the client speaks for, before TLS (weir/io/proxy_protocol.hpp).
  TransportFilterPtr proxy_protocol{};
  Backoff backoff{};
  QueueLimits queue{};
  Matching matching = Matching::by_order();
  /// Messages that wait for their answers at once; what comes after them waits in the queue.
  std::size_t max_in_flight = 1000;
  /// Of a call that names none: until its answer, all waiting for a connection included.
  Duration call_deadline = std::chrono::seconds(10);
  /// A connection that owes the answer to a call which was given up, and has brought nothing since
  /// for so long, is ended: its peer is gone without a word. 0 never does.
  Duration silence = std::chrono::seconds(30);
  Log log{};
};

enum class ClientState : std::uint8_t {
  idle,        // nothing was asked of it yet, or it gave up; the next message makes it connect
  connecting,  // an attempt is under way
  connected,
  waiting,  // until the next attempt
  closed,   // for good
};

/// "idle", "connecting", ...
[[nodiscard]] std::string_view to_string(ClientState state);

/// How the life of a message ended.
enum class Delivery : std::uint8_t {
  delivered,  // the kernel took all of it; that says nothing of the peer
  answered,   // the peer's answer came
  lost,       // neither; the reason says whether the peer may have got it
};

struct DeliveryReport {
  Delivery delivery = Delivery::lost;
  /// Of what is lost; its codes are those of a call's error (client.hpp).
  Error reason{};
};
using ReportHandler = UniqueFunction<void(const DeliveryReport&)>;

/// Gets the answer, or why there is none. Called on the client's loop.
using AnswerHandler = UniqueFunction<void(Result<std::string>)>;

/// Called on the client's loop; any of them may be empty. What they throw is logged.
struct ClientHooks {
  /// The state has changed, and the error that made it change, if one did.
  UniqueFunction<void(ClientState, const Error&)> on_state{};
  /// A frame that answers nothing: a notification, a push. Lent for the call.
  UniqueFunction<void(std::string_view)> on_message{};
  /// Finds the addresses of a name instead of the system's resolver. Called on a thread of its own,
  /// so it may block.
  UniqueFunction<Result<std::vector<SocketAddress>>(const Endpoint&)> resolve{};
};

struct CallOptions {
  /// From now until the answer, all waiting for a connection included; none is the client's
  /// call_deadline.
  std::optional<Duration> deadline{};
  /// The id that the request carries, where answers are matched by id: unique among those that are
  /// out.
  std::optional<std::uint64_t> id{};
  /// The peer may get it twice (it is idempotent): when a connection ends before the answer, it
  /// goes out again on the next.
  bool retry = false;
};

struct PostOptions {
  /// The peer answers it: the answer is awaited and dropped, and the report is "answered". Where
  /// answers are matched by order, a message that the peer answers must say so.
  bool answered = false;
  /// As a call's, of a message that is answered.
  std::optional<std::uint64_t> id{};
  bool retry = false;
};

/// What became of a message that was to be posted.
enum class Posted : std::uint8_t { accepted, rejected };

/// A call that is out, for cancel().
struct CallId {
  std::uint64_t number = 0;
  std::uint32_t member = 0;  // of a Pool
  friend bool operator==(const CallId&, const CallId&) = default;
};

/// What a client has counted since it was made. A message that was accepted is queued, in flight,
/// or one of delivered, answered and lost.
struct ClientStats {
  std::uint64_t connects = 0;
  std::uint64_t failures = 0;     // attempts that reached none of the addresses
  std::uint64_t disconnects = 0;  // connections that ended
  std::uint64_t delivered = 0;
  std::uint64_t answered = 0;
  std::uint64_t lost = 0;       // all of them; of these
  std::uint64_t dropped = 0;    //   for a later message, at the bound of the queue
  std::uint64_t expired = 0;    //   their deadline passed
  std::uint64_t cancelled = 0;  //   their caller gave them up
  std::uint64_t rejected = 0;   // never accepted
  std::uint64_t resent = 0;     // went out again on another connection
  std::uint64_t late = 0;       // answers that nobody waited for any more
  std::uint64_t messages = 0;   // frames that answered nothing
  std::uint64_t queued_messages = 0;
  std::uint64_t queued_bytes = 0;
  std::uint64_t in_flight = 0;  // their answers are awaited
};

}  // namespace weir
