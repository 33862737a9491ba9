#include "weir/routing/context.hpp"

#include <utility>

#include "weir/io/loop_monitor.hpp"
#include "weir/routing/handler.hpp"
#include "weir/session/connection.hpp"

namespace weir {

namespace {

/// An answer's memory that is not kept for the next one.
constexpr std::size_t scratch_to_keep = 64 * 1024;

}  // namespace

void Layer::settled(Context& context, const Failure* failure, std::uint64_t note) {
  static_cast<void>(context);
  static_cast<void>(failure);
  static_cast<void>(note);
}

Responder responder_of(Context& context) { return Responder(context); }

void Next::operator()(Context& context) const {
  const Route& route = *context.route_;
  try {
    const Layers& layers = *route.layers;
    if (position_ == layers.size()) return route.handler->call(context);
    context.notes_[position_] = 0;
    context.entered_ = position_ + 1;
    layers[position_]->call(context, Next(position_ + 1));
  } catch (...) {
    context.fail(current_failure());
  }
}

void Context::begin(std::string_view payload, TimePoint deadline, bool follows) {
  Call::begin(payload, deadline);
  received_ = loop().now();
  route_ = nullptr;
  entered_ = 0;
  began_ = follows ? ended_ : 0;
  ended_ = 0;
  if (!identity_.empty()) identity_.clear();
}

void Context::on_settled(const Failure* failure) {
  if (failure != nullptr) report(*failure);
  if (!told_.empty()) {
    for (OnSettled& tell : told_) tell(*this, failure);
    told_.clear();
  }
  if (place_ != nullptr) tell_monitor(failure);
  if (entered_ != 0) tell_layers(failure);
  on_request_settled();
  if (kept_route_ != nullptr) kept_route_ = nullptr;
  if (scratch_.capacity() > scratch_to_keep) std::string().swap(scratch_);
}

void Context::tell_layers(const Failure* failure) {
  const Route& route = *route_;
  const LayerPtr* layers = route.layers->data();
  for (std::size_t at = std::exchange(entered_, 0); at-- != 0;) {
    if ((route.told >> at & 1U) != 0) layers[at]->settled(*this, failure, notes_[at]);
  }
}

void Context::call_watched(LoopMonitor& monitor) {
  place_ = &monitor.place(route_->name);
  place_->begun.add();
  const LoopMonitor::Inside outer = monitor.enter(*place_, began());
  Next{0}(*this);
  monitor.leave(outer);
}

/// Once; before the layers, so that took() is what they see as well.
void Context::tell_monitor(const Failure* failure) {
  std::exchange(place_, nullptr)->end(took(), failure != nullptr);
}

void Context::report(const Failure& failure) {
  Connection* open = connection();
  if (failure.kind != FailureKind::failed || open == nullptr) return;
  open->count_failure("route '" + route_->name + "': " + failure.detail);
}

}  // namespace weir
