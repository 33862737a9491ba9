// Context: one routed request, as layers and handlers see it. Layer: routing.
// A Call (session/call.hpp) that knows its route. It belongs to its protocol and to whoever holds a
// Responder of it: a handler that keeps it beyond its own return keeps a Responder.
//
//   Router --> layer 0 --> layer 1 --> ... --> handler          each step is a Next
//                ^            ^                   |
//                +--settled---+----reply, fail----+             innermost first, once
//
// Threads: the connection's loop's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weir/core/task.hpp"
#include "weir/routing/layer.hpp"
#include "weir/session/call.hpp"
#include "weir/session/responder.hpp"

namespace weir {

class LoopMonitor;
class RouteTable;
struct PlaceFigures;

class Context : public Call {
 public:
  /// What became of it: nullptr for an answer.
  using OnSettled = UniqueFunction<void(Context&, const Failure*)>;

  /// Where the request went: "add"; "7" for a number; "*" for what no route has.
  [[nodiscard]] const Route& route() const { return *route_; }
  /// When its bytes were read, as its loop counts the time.
  [[nodiscard]] TimePoint received() const { return received_; }
  /// What the protocol parsed of the request, for the handlers of its codec.
  [[nodiscard]] void* arguments() const { return arguments_; }

  /// Ticks of the loop's clock (TickClock): when the first layer asked for them, so that all layers
  /// of a request that measure share two readings. What came in the same read as the request before
  /// it, and waited for that, began when that one was settled. Then
  [[nodiscard]] std::uint64_t began() {
    if (began_ == 0) began_ = loop().tick_clock().now();
    return began_;
  }
  /// from then until it was settled; in settled() alone.
  [[nodiscard]] std::uint64_t took() {
    if (ended_ == 0) ended_ = loop().tick_clock().now();
    return TickClock::between(began(), ended_);
  }

  /// Who calls, where a layer has found out; empty otherwise.
  [[nodiscard]] const std::string& identity() const { return identity_; }
  void set_identity(std::string identity) { identity_ = std::move(identity); }

  /// `tell` once when the request is settled, whether it was answered or not.
  void on_settled(OnSettled tell) { told_.push_back(std::move(tell)); }

  /// For encoding an answer; empty, and its memory is used again.
  [[nodiscard]] std::string& scratch() {
    scratch_.clear();
    return scratch_;
  }

 protected:
  Context(const Session& session, EventLoop& loop) : Call(session, loop) {}
  ~Context() override = default;

  /// Begins anew, as Call::begin(). `follows` when it came in the same read as the one before,
  /// which was this object's last.
  void begin(std::string_view payload, TimePoint deadline, bool follows = false);
  /// The protocol's last look at a request: whatever layers wanted to know of it they were told.
  virtual void on_request_settled() {}
  void set_arguments(void* arguments) { arguments_ = arguments; }
  /// In the log and the counters of the connection, where the handler failed.
  void report(const Failure& failure);

 private:
  friend class Next;
  friend class RouterCore;

  void on_settled(const Failure* failure) final;
  void tell_layers(const Failure* failure);
  void call_watched(LoopMonitor& monitor);
  void tell_monitor(const Failure* failure);

  const RouteTable* table_ = nullptr;  // RouterCore's, as long as table_version_ is the present one
  std::uint64_t table_version_ = 0;
  const Route* route_ = nullptr;
  std::shared_ptr<const Route> kept_route_;  // once it is out
  PlaceFigures* place_ = nullptr;            // where it is counted, while its loop is watched
  void* arguments_ = nullptr;
  TimePoint received_{};
  std::size_t entered_ = 0;  // layers that will be told
  std::uint64_t began_ = 0;  // ticks; 0 as long as nobody has asked
  std::uint64_t ended_ = 0;
  std::array<std::uint64_t, max_layers> notes_{};
  std::string identity_;
  std::string scratch_;
  std::vector<OnSettled> told_;
};

inline void Next::note(Context& context, std::uint64_t value) const {
  context.notes_[position_ - 1] = value;
}

}  // namespace weir
