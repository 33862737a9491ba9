#include "inspector/reading.hpp"

#include <algorithm>
#include <map>

namespace weir::inspect {

Reading read(const Inspection& server) {
  Reading reading;
  reading.stats = server.stats();
  reading.phase = server.phase();

  std::map<std::string, RouteReading, std::less<>> routes;
  server.each_place([&routes](const PlaceFigures& place, double tick_length) {
    // Read in this order, an end is never seen without its beginning.
    const std::uint64_t ended = place.ended.value();
    const std::uint64_t begun = place.begun.value();
    if (ended == 0 && begun == 0) return;
    RouteReading& route = routes[place.name];
    route.calls += ended;
    route.in_flight += begun > ended ? begun - ended : 0;
    route.failed += place.failed.value();
    route.seconds += static_cast<double>(place.ticks.value()) * tick_length * 1e-9;
    route.time.add(place.time, tick_length);
  });
  for (std::string& name : server.route_names()) routes.try_emplace(std::move(name));
  for (auto& [name, route] : routes) {
    route.name = name;
    reading.routes.push_back(std::move(route));
  }

  for (const WatchedLoop& watched : server.loops()) {
    const LoopMonitor& monitor = *watched.monitor;
    const LoopMonitor::Present present = monitor.present();
    LoopReading& loop = reading.loops.emplace_back();
    loop.number = monitor.number();
    loop.connections = watched.connections;
    loop.unanswered = monitor.unanswered();
    loop.lag = std::max(monitor.lag(), loop.unanswered);
    if (present.place != nullptr) loop.place = present.place->name;
    loop.held = present.held;
  }
  std::sort(reading.loops.begin(), reading.loops.end(),
            [](const LoopReading& a, const LoopReading& b) { return a.number < b.number; });
  return reading;
}

std::string_view to_string(Inspection::Phase phase) {
  switch (phase) {
    case Inspection::Phase::starting:
      return "starting";
    case Inspection::Phase::serving:
      return "serving";
    case Inspection::Phase::draining:
      return "draining";
    case Inspection::Phase::stopped:
      break;
  }
  return "stopped";
}

}  // namespace weir::inspect
