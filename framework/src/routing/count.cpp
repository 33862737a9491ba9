#include "weir/routing/count.hpp"

#include <bit>
#include <utility>

#include "weir/routing/context.hpp"

namespace weir {

std::shared_ptr<Count> count() { return std::make_shared<Count>(); }

void Count::call(Context& context, Next next) {
  Shard& shard = shards_.here(context.loop());
  shard.use_clock(context.loop().tick_clock());
  Figures& figures = shard.of(context.route());
  figures.begun.add();
  next.note(context, std::bit_cast<std::uintptr_t>(&figures));
  static_cast<void>(context.began());
  next(context);
}

void Count::settled(Context& context, const Failure* failure, std::uint64_t note) {
  // It is kept as long as a request counted in it is not settled.
  Figures& figures = *std::bit_cast<Figures*>(static_cast<std::uintptr_t>(note));
  figures.ended.add();
  if (failure != nullptr) figures.failures[static_cast<std::size_t>(failure->kind)].add();
  figures.time.add(context.took());
}

std::vector<RouteStats> Count::stats() const {
  ByName all;
  RouteStats of_removed;
  of_removed.route = removed;
  shards_.each([&](const Shard& shard) { shard.collect(all, of_removed); });
  std::vector<RouteStats> list;
  for (auto& [name, stats] : all) list.push_back(std::move(stats));
  if (of_removed.calls + of_removed.in_flight != 0) list.push_back(std::move(of_removed));
  return list;
}

// --- one loop's --------------------------------------------------------------------------------

Count::Figures& Count::Shard::find(std::size_t index, std::uint64_t id, const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (routes_.size() <= index) routes_.resize(index + 1);
  std::unique_ptr<Figures>& place = routes_[index];
  if (place != nullptr && place->name != name) {
    if (removed_ == nullptr) removed_ = std::make_unique<Figures>();
    // It waited in a layer around this one while its route's place was taken.
    if (id < place->id) return *removed_;
    leaving_.push_back(std::exchange(place, nullptr));
    std::erase_if(leaving_, [this](const std::unique_ptr<Figures>& figures) {
      if (figures->begun.value() != figures->ended.value()) return false;
      removed_->add(*figures);
      return true;
    });
  }
  if (place == nullptr) {
    place = std::make_unique<Figures>();
    place->name = name;
  }
  place->id = id;  // the same route with other layers has another one
  return *place;
}

void Count::Figures::add(const Figures& other) {
  begun.add(other.begun.value());
  ended.add(other.ended.value());
  for (std::size_t i = 0; i < failures.size(); ++i) failures[i].add(other.failures[i].value());
  time.add(other.time);
}

void Count::Shard::add(const Shard& other) {
  if (other.clock_) use_clock(*other.clock_);
  for (std::size_t i = 0; i < other.routes_.size(); ++i) {
    const Figures* left = other.routes_[i].get();
    if (left != nullptr) find(i, left->id, left->name).add(*left);
  }
  if (other.removed_ == nullptr) return;
  const std::lock_guard lock(mutex_);
  if (removed_ == nullptr) removed_ = std::make_unique<Figures>();
  removed_->add(*other.removed_);
  for (const auto& figures : other.leaving_) removed_->add(*figures);
}

void Count::Shard::collect(ByName& all, RouteStats& of_removed) const {
  const std::lock_guard lock(mutex_);
  for (const auto& figures : routes_) {
    if (figures == nullptr) continue;
    RouteStats& stats = all[figures->name];
    stats.route = figures->name;
    collect(*figures, stats);
  }
  if (removed_ != nullptr) collect(*removed_, of_removed);
  for (const auto& figures : leaving_) collect(*figures, of_removed);
}

void Count::Shard::collect(const Figures& figures, RouteStats& into) const {
  // Read in this order, an end is never seen without its beginning.
  const std::uint64_t ended = figures.ended.value();
  const std::uint64_t begun = figures.begun.value();
  into.calls += ended;
  into.in_flight += begun > ended ? begun - ended : 0;
  for (std::size_t i = 0; i < into.failures.size(); ++i) {
    into.failures[i] += figures.failures[i].value();
  }
  into.time.add(figures.time, clock_->tick_length());
}

}  // namespace weir
