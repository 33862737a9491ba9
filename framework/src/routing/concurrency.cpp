#include "weir/routing/concurrency.hpp"

#include <stdexcept>
#include <utility>

#include "weir/routing/context.hpp"

namespace weir {

namespace {

constexpr std::size_t most_requests = std::size_t{1} << 31U;

// What a request's note says; from first_place on, the place where it waits.
constexpr std::uint64_t has_slot = 1;
constexpr std::uint64_t first_place = 2;

}  // namespace

/// A slot on its way to the loop of the request that is to have it. Wherever it is dropped (the
/// loop is gone, the request is settled) the slot is free again.
class Concurrency::Turn {
 public:
  Turn(std::shared_ptr<Concurrency> layer, Responder responder, Next next)
      : layer_(std::move(layer)), responder_(std::move(responder)), next_(next) {}
  Turn(Turn&& other) noexcept = default;
  Turn& operator=(Turn&& other) = delete;
  ~Turn() {
    if (layer_ != nullptr) layer_->give_slot();
  }

  /// On the request's loop.
  void operator()() {
    if (!responder_.waiting()) return;
    auto& context = static_cast<Context&>(*responder_.call());
    next_.note(context, has_slot);  // from here on settled() gives the slot back
    const std::shared_ptr<Concurrency> kept = std::move(layer_);
    next_(context);
  }

 private:
  std::shared_ptr<Concurrency> layer_;
  Responder responder_;
  Next next_;
};

Concurrency::Concurrency(std::size_t limit, ConcurrencyOptions options)
    : limit_(limit), queue_(options.queue) {
  if (limit == 0) throw std::invalid_argument("concurrency: a limit of 0 lets nothing pass");
  if (limit > most_requests || queue_ > most_requests) {
    throw std::invalid_argument("concurrency: more than 2^31 requests");
  }
}

std::shared_ptr<Concurrency> concurrency(std::size_t limit, ConcurrencyOptions options) {
  return std::make_shared<Concurrency>(limit, options);
}

void Concurrency::call(Context& context, Next next) {
  if (take_slot()) {
    next.note(context, has_slot);
    return next(context);
  }
  switch (wait(context, next)) {
    case Entry::slot:
      next.note(context, has_slot);
      return next(context);
    case Entry::place:
      return context.keep_payload();
    case Entry::none:
      refused_.fetch_add(1, std::memory_order_relaxed);
      context.fail({.kind = FailureKind::overloaded});
  }
}

void Concurrency::settled(Context& context, const Failure*, std::uint64_t note) {
  if (note == has_slot) return give_slot();
  if (note >= first_place) leave(context, note - first_place);
}

/// Nobody overtakes those that wait.
bool Concurrency::take_slot() {
  State state = state_.load(std::memory_order_relaxed);
  while (waiting_of(state) == 0 && running_of(state) < limit_) {
    if (state_.compare_exchange_weak(state, state + 1, std::memory_order_acquire)) return true;
  }
  return false;
}

Concurrency::Entry Concurrency::wait(Context& context, Next next) {
  const std::lock_guard lock(mutex_);
  State state = state_.load(std::memory_order_relaxed);
  for (;;) {
    if (waiting_of(state) == 0 && running_of(state) < limit_) {
      if (state_.compare_exchange_weak(state, state + 1)) return Entry::slot;
    } else if (waiting_of(state) >= queue_) {
      return Entry::none;
    } else {
      const std::size_t at = append_place();
      // While it is counted, whoever gives a slot back comes to mutex_.
      if (state_.compare_exchange_strong(state, state + one_waiting)) {
        places_[at].responder = Responder(context);
        places_[at].next = next;
        places_[at].loop = LoopHandle(context.loop());
        next.note(context, first_place + at);
        return Entry::place;
      }
      unlink(at);
    }
  }
}

void Concurrency::give_slot() {
  State state = state_.load(std::memory_order_relaxed);
  while (waiting_of(state) == 0) {
    if (state_.compare_exchange_weak(state, state - 1, std::memory_order_release,
                                     std::memory_order_relaxed)) {
      return;
    }
  }
  hand_on();
}

/// The slot of one that is done goes to the first that waits; never free in between.
void Concurrency::hand_on() {
  std::unique_lock lock(mutex_);
  const std::size_t at = first_;
  if (at == nowhere) {  // it has left meanwhile
    state_.fetch_sub(1);
    return;
  }
  Place& place = places_[at];
  Turn turn(shared_from_this(), std::move(place.responder), place.next);
  const LoopHandle loop = std::move(place.loop);
  unlink(at);
  state_.fetch_sub(one_waiting);
  lock.unlock();
  // Also when this is its loop: from inside settled(), one would lead to the next without end.
  loop.post(std::move(turn));
}

void Concurrency::leave(Context& context, std::size_t at) {
  Responder kept;  // dropped after the lock
  const std::lock_guard lock(mutex_);
  // Its turn may be on its way: that gives the slot back.
  if (places_[at].responder.call() != &context) return;
  kept = std::move(places_[at].responder);
  places_[at].loop = {};
  unlink(at);
  state_.fetch_sub(one_waiting);
}

std::size_t Concurrency::append_place() {
  std::size_t at = free_;
  if (at == nowhere) {
    at = places_.size();
    places_.emplace_back();
  } else {
    free_ = places_[at].next_place;
  }
  places_[at].previous_place = last_;
  places_[at].next_place = nowhere;
  (last_ == nowhere ? first_ : places_[last_].next_place) = at;
  last_ = at;
  return at;
}

void Concurrency::unlink(std::size_t at) {
  Place& place = places_[at];
  (place.previous_place == nowhere ? first_ : places_[place.previous_place].next_place) =
      place.next_place;
  (place.next_place == nowhere ? last_ : places_[place.next_place].previous_place) =
      place.previous_place;
  place.next_place = free_;
  free_ = at;
}

}  // namespace weir
