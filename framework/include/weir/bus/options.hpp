// What a bus is told once, what it says of itself, and what it counts. Layer: bus.
// Every bound has a name and a default that is safe to keep.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "weir/core/error.hpp"
#include "weir/core/log.hpp"
#include "weir/core/task.hpp"
#include "weir/core/time.hpp"
#include "weir/io/loop_handle.hpp"
#include "weir/io/transport_filter.hpp"
#include "weir/service/client_options.hpp"

namespace weir {

class EventLoop;

enum class BusState : std::uint8_t {
  connecting,  // it has not been connected yet
  connected,   // what is published reaches every process; an embedded bus always is
  lost,        // what is published reaches this process now and the others when it is healed
};

/// "connecting", "connected", "lost".
[[nodiscard]] std::string_view to_string(BusState state);

struct BusLimits {
  /// Bytes of a topic, 1 or more.
  std::size_t topic = 256;
  /// Bytes of a message.
  std::size_t message = 1024 * 1024;
  /// Topics that have a subscriber in this process.
  std::size_t topics = 100'000;
  /// What a publisher keeps of its last messages, sent or not: for subscribers of other processes
  /// that missed some, and for itself while the bus is lost. One message more, and the oldest goes.
  std::size_t kept_messages = 10'000;
  std::size_t kept_bytes = 16 * 1024 * 1024;
  /// What came too early waits for what is missing before it: in all topics together.
  std::size_t early_messages = 10'000;
  std::size_t early_bytes = 16 * 1024 * 1024;
  /// Publishers of other processes, each in each of its topics, whose place in the order is known.
  /// One more, and the one that was silent longest is forgotten.
  std::size_t streams = 100'000;
};

struct BusOptions {
  /// One of backends(): how the bus's own loop waits.
  std::string backend = "asio";
  /// The caller's loop, which the caller runs, instead of a loop and a thread of the bus's own.
  /// Outlives the bus.
  EventLoop* loop = nullptr;
  BusLimits limits{};
  /// What begins every channel in Redis: buses of different programs do not hear each other.
  std::string prefix = "weir:";
  /// Between two attempts to connect. Of these, `attempts` means nothing: it goes on for ever.
  Backoff backoff{.first = std::chrono::milliseconds(100), .most = std::chrono::seconds(5)};
  /// For connecting, names, TLS and the password included, until Redis answers.
  Duration connect = std::chrono::seconds(10);
  /// A connection is asked for a sign of life so long after the last one.
  Duration ping = std::chrono::seconds(5);
  /// It is lost when an answer takes longer.
  Duration answer = std::chrono::seconds(5);
  /// How long what is missing is awaited, with a request every half second, before it is lost; from
  /// the last message of it that came.
  Duration replay = std::chrono::seconds(10);
  /// How long a publisher is awaited after the bus was healed. One that was heard of before and is
  /// not then may have said what nobody can send again: its subscribers are told of 0 lost
  /// messages.
  Duration absent = std::chrono::seconds(30);
  /// What rediss:// needs (weir/tls/tls.hpp).
  TransportFilterPtr tls{};
  Log log{};
};

/// Called on the bus's loop; an embedded bus has nothing to tell. What they throw is logged.
struct BusHooks {
  /// The state has changed, or the reason why it is not connected. `why` is that reason; when it is
  /// connected again (healed), what it had been lost for; empty when it is connected at once.
  UniqueFunction<void(BusState state, const Error& why)> on_state{};
};

struct SubscribeOptions {
  /// Where the callbacks come; none is the bus's loop. When it is gone nothing comes any more.
  LoopHandle loop{};
  /// So many messages will not come, which were published between the last one and the next one;
  /// 0 when nobody can say how many, or whether there were any. On the loop of the messages, in its
  /// place among them.
  UniqueFunction<void(std::uint64_t messages)> on_lost{};
  /// What waits for the loop. One message more, and the oldest is lost, and told.
  std::size_t messages = 10'000;
  std::size_t bytes = 8 * 1024 * 1024;
};

/// What became of a message that was to be published.
enum class Published : std::uint8_t {
  sent,       // handed to the subscribers of this process, and on its way to the others
  kept,       // the bus is lost: the others get it when it is healed
  displaced,  // kept, or sent faster than Redis takes it, and BusLimits::kept_messages or
              // kept_bytes are used up: an older message, which the others have not got, is lost
              // for it
  rejected,   // nobody gets it: the topic or the message is longer than BusLimits, or the topic is
              // empty
};

/// What a bus has counted since it was made.
struct BusStats {
  std::uint64_t published = 0;
  std::uint64_t rejected = 0;
  std::uint64_t displaced = 0;  // messages that no other process got, for the bus was lost too long
  std::uint64_t delivered = 0;  // messages given to subscribers of this process, once for each
  std::uint64_t overflowed = 0;  // of these: lost at the bound of a subscriber's queue
  std::uint64_t confirmed = 0;   // messages that Redis has taken
  std::uint64_t received = 0;    // messages of other processes, without doubles
  std::uint64_t doubles = 0;     // messages that came again, and were dropped
  std::uint64_t gaps = 0;        // times that messages were missing
  std::uint64_t healed = 0;    // messages of a gap, and those held back for it, that came after all
  std::uint64_t lost = 0;      // messages that were missing and never came
  std::uint64_t replayed = 0;  // messages sent again to those that asked
  std::uint64_t connects = 0;  // times that the bus was connected
  std::uint64_t kept = 0;      // now: messages that Redis has not confirmed
  std::size_t topics = 0;      // now: topics with a subscriber in this process
};

}  // namespace weir
