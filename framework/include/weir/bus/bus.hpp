// Bus: publish and subscribe by topic, over all loops of a process, and over any number of
// processes. Layer: bus, a library of its own (weir::bus).
//
//     auto bus = weir::make_bus("redis://127.0.0.1:6379").take();
//     weir::Subscription lobby = bus->subscribe("lobby", [](std::string_view message) { ... });
//     bus->publish("lobby", "hello");
//
//   publish, any thread                                           callbacks
//        |                                                            ^
//        +--> subscribers of this process: their queues, bounded --> their loops
//        |                                                            |
//        +--> [ kept messages ] --> Redis --> other processes --> the order of each publisher
//
// Order: the messages of one bus on one topic come in the order of publish(), everywhere. In one
// process all subscribers of a topic see one order. Between messages of different processes there
// is none: a subscriber has those of its own process at once, others see them a little later.
//
// Once: no message comes twice. One that does not come was lost for a reason that docs/bus.md
// names, and SubscribeOptions::on_lost tells of it in its place; what nobody can know about is
// named there as well. A subscriber gets what is published after subscribe() in its own process,
// and after Redis has confirmed it in others.
//
// Threads: everything from any thread, also inside callbacks. Callbacks come on the loop that
// SubscribeOptions::loop names, else on the bus's own: that of BusOptions::loop, or one with a
// thread of its own. Never inside a call of publish() or subscribe().
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "weir/bus/options.hpp"
#include "weir/core/error.hpp"
#include "weir/core/task.hpp"

namespace weir {

/// What a Subscription holds. A bus implements it.
class BusMembership {
 public:
  virtual ~BusMembership() = default;
  /// Once, from any thread: nothing more is delivered when it returns.
  virtual void leave() = 0;
};

/// Subscribed until it is destroyed, which may be after its bus. Moved, not copied.
class Subscription {
 public:
  Subscription() = default;
  explicit Subscription(std::shared_ptr<BusMembership> membership)
      : membership_(std::move(membership)) {}
  Subscription(Subscription&& other) noexcept = default;
  Subscription& operator=(Subscription&& other) noexcept {
    reset();
    membership_ = std::move(other.membership_);
    return *this;
  }
  /// When it returns the callback is neither running nor called again; inside of that callback, it
  /// is not called again. So a thread that the callback waits for must not do this.
  ~Subscription() { reset(); }

  /// What the destructor does.
  void reset() {
    if (const auto membership = std::move(membership_)) membership->leave();
  }
  explicit operator bool() const { return membership_ != nullptr; }

 private:
  std::shared_ptr<BusMembership> membership_;
};

class Bus {
 public:
  /// Gets a message, which is lent for the call. What it throws is logged.
  using MessageHandler = UniqueFunction<void(std::string_view message)>;

  /// What was published and is not sent yet is lost: who cares waits for stats().kept to be 0.
  /// Hooks are not called any more when it returns; on the bus's loop, and on a loop of the
  /// caller's from another thread, one that is running may go on.
  virtual ~Bus() = default;

  /// Gives `message`, any bytes, to all subscribers of `topic`, those of this process included.
  virtual Published publish(std::string_view topic, std::string_view message) = 0;
  /// The error names the limit that was met; nothing else fails: a bus that is lost takes
  /// subscriptions and heals them.
  [[nodiscard]] virtual Result<Subscription> subscribe(std::string_view topic,
                                                       MessageHandler handler,
                                                       SubscribeOptions options = {}) = 0;
  [[nodiscard]] virtual BusState state() const = 0;
  [[nodiscard]] virtual BusStats stats() const = 0;
};

/// A bus by its address:
///
///     embedded                             subscribers of this process alone
///     redis://[USER:PASSWORD@]HOST[:PORT]  through Redis, whose port is 6379 unless told; of USER
///                                          and PASSWORD, %40 is an @
///     redis+unix:///PATH                   the same over a Unix socket
///     rediss://...                         the same over TLS (BusOptions::tls)
///
/// The error says what is wrong in `address`, never with its password. Does not wait: a Redis that
/// is away is BusState::connecting, and one that refuses the password is told by the hook.
[[nodiscard]] Result<std::unique_ptr<Bus>> make_bus(std::string_view address = "embedded",
                                                    BusOptions options = {}, BusHooks hooks = {});

}  // namespace weir
