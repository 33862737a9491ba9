// What an inspector asks of a ServerCore, and the figures that everybody may ask for.
#include <algorithm>
#include <iterator>

#include "service/server_core.hpp"

namespace weir {

ServerStats ServerCore::stats() const {
  const std::lock_guard lock(mutex_);
  ServerStats stats = retired_;
  for (const auto& worker : workers_) worker->add_to(stats);
  for (const auto& single : singles_) single->add_to(stats);
  stats.active = active_.load();
  return stats;
}

Inspection& ServerCore::inspect() {
  if (started_) throw std::logic_error("Server::inspect() comes before start()");
  if (!std::exchange(watched_, true)) {
    for (const auto& worker : workers_) watch(*worker);
  }
  return *this;
}

void ServerCore::watch(Worker& worker) {
  const TickClock& clock = worker.loop().tick_clock();
  // The length of a tick is known better, and sooner, from a clock that is older.
  const bool first = gone_ == nullptr;
  if (first) gone_ = std::make_unique<LoopMonitor>(0, clock);
  worker.watch(std::make_shared<LoopMonitor>(worker.number(), gone_->clock()));
}

Inspection::Phase ServerCore::phase() const {
  const std::lock_guard lock(mutex_);
  if (stopped()) return Phase::stopped;
  if (stopping_) return Phase::draining;
  return running_ == 0 ? Phase::starting : Phase::serving;
}

std::vector<std::string> ServerCore::listening() const {
  std::vector<std::string> names;
  for (const auto& service : services_) names.push_back(service->name);
  return names;
}

std::vector<WatchedLoop> ServerCore::loops() const {
  const std::lock_guard lock(mutex_);
  std::vector<WatchedLoop> all;
  all.reserve(workers_.size() + singles_.size());
  const auto add = [&](Worker& worker) {
    all.push_back({worker.monitor(), LoopHandle(worker.loop()), worker.open_count()});
  };
  for (const auto& worker : workers_) add(*worker);
  for (const auto& single : singles_) add(*single);
  return all;
}

void ServerCore::each_place(
    const std::function<void(const PlaceFigures&, double tick_length)>& visit) const {
  const std::lock_guard lock(mutex_);
  if (gone_ == nullptr) return;
  const double tick_length = gone_->clock().tick_length();
  const auto tell = [&](const PlaceFigures& place) { visit(place, tick_length); };
  gone_->each_place(tell);
  for (const auto& worker : workers_) worker->monitor()->each_place(tell);
  for (const auto& single : singles_) single->monitor()->each_place(tell);
}

std::vector<std::string> ServerCore::route_names() const {
  std::vector<std::string> names;
  for (const auto& service : services_) {
    if (service->factory == nullptr) continue;
    std::ranges::move(service->factory->route_names(), std::back_inserter(names));
  }
  return names;
}

Worker* ServerCore::worker_of(std::uint64_t number) const {
  for (const auto& worker : workers_) {
    if (worker->number() == number) return worker.get();
  }
  for (const auto& single : singles_) {
    if (single->number() == number) return single.get();
  }
  return nullptr;
}

bool ServerCore::list(std::uint64_t loop, std::size_t first, std::size_t most, TellList tell) {
  const std::lock_guard lock(mutex_);
  Worker* worker = worker_of(loop);
  return worker != nullptr &&
         worker->post_call([first, most, tell = std::move(tell)](Worker& there) mutable {
           tell(there.list(first, most));
         });
}

bool ServerCore::close(std::uint64_t id, TellClosed tell) {
  const std::lock_guard lock(mutex_);
  Worker* worker = worker_of(Worker::number_in(id));
  return worker != nullptr &&
         worker->post_call(
             [id, tell = std::move(tell)](Worker& there) mutable { tell(there.close(id)); });
}

}  // namespace weir
