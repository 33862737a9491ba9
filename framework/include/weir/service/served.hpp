// Served: what a server does with a connection that is not a Connection with its Protocol, such as
// joining it to another one (relay.hpp). Layer: service.
//
//     listener --Transport--> ServedFactory::make --> Served, owned by the loop's worker
//
// A server looks after it as after its connections: it counts, limits and drains it, and cuts it at
// the end of the drain. Threads: a Served is its loop's alone; a factory is asked by all of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "weir/core/error.hpp"
#include "weir/io/event_loop.hpp"
#include "weir/io/transport.hpp"
#include "weir/session/close_reason.hpp"
#include "weir/session/connection.hpp"

namespace weir {

class Served {
 public:
  Served() = default;
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;
  /// Safe at any time but from inside a call that it makes.
  virtual ~Served() = default;

  /// Begins. Once.
  virtual void start() = 0;
  /// Nothing would be lost if it ended now.
  [[nodiscard]] virtual bool idle() const = 0;
  /// The server stops: it ends as soon as nothing is lost by it. The owner is not told inside this
  /// call, nor inside the next.
  virtual void drain() = 0;
  /// Ends at once, whatever is lost.
  virtual void abort(CloseReason reason) = 0;
  /// Once it has ended.
  [[nodiscard]] virtual CloseReason reason() const = 0;

  /// How it is now, for an inspector: what it knows beside its id, service and age.
  virtual void describe(ConnectionInfo& info) const { static_cast<void>(info); }

  // The owner's:
  std::size_t place = 0;  // where it keeps this one
  std::uint64_t id = 0;
  TimePoint began{};
  const std::string* service = nullptr;  // the endpoint that it came from
};

class ServedOwner {
 public:
  /// It has ended, and was counted with its reason: destroy it here, or later.
  virtual void on_served_ended(Served& served) = 0;

 protected:
  ~ServedOwner() = default;
};

class ServedFactory {
 public:
  /// What a factory keeps on the loop of a listener, until that listens no more.
  class Attachment {
   public:
    virtual ~Attachment() = default;
  };

  virtual ~ServedFactory() = default;
  /// For each loop that listens, before it runs; nullptr where there is nothing to keep.
  [[nodiscard]] virtual std::unique_ptr<Attachment> attach(EventLoop& loop) {
    static_cast<void>(loop);
    return nullptr;
  }
  /// `context` and `owner` outlive it.
  [[nodiscard]] virtual std::unique_ptr<Served> make(TransportPtr transport,
                                                     ConnectionContext& context,
                                                     ServedOwner& owner) = 0;
};

}  // namespace weir
