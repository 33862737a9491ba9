// What each way of waiting for many sockets costs, with the rest of weir the same.
#include <string>
#include <string_view>
#include <utility>

#include "compare/suites/suites.hpp"

namespace weir::bench {
namespace {

constexpr unsigned active = 10;
constexpr unsigned threads_most = 1000;  // a thread and a loop each: gigabytes and minutes beyond

std::vector<Contestant> contestants(const Programs& programs, unsigned connections) {
  std::vector<Contestant> all = {programs.of_build(floor_name, "weir-floor-epoll", {"echo", "0"})};
  for (const char* backend : {"asio", "epoll", "poll", "select", "spin"}) {
    all.push_back(weir_echo(programs, backend));
    if (std::string_view(backend) == "select") check_select(all.back(), connections);
  }
  all.push_back(weir_echo(programs, "epoll", {"--threads", "per-connection"}));
  all.back().name = "weir, a thread each";
  if (connections > threads_most) {
    all.back().missing = "not tried: a thread for each of so many connections";
  }
  return all;
}

Plan plan(const SuiteSettings& settings, unsigned connections, bool all_active) {
  LoadOptions load = load_of(settings);
  load.connections = all_active ? connections : active;
  load.idle = connections - load.connections;
  Row row;
  row.suite = "backends";
  row.chart = all_active ? "Ping-pong of 64 B, all connections active"
                         : "Ping-pong of 64 B on 10 connections, the others idle";
  row.id =
      std::string("backends/") + (all_active ? "active/" : "idle/") + std::to_string(connections);
  row.axis = "connections";
  row.at = connections;
  row.title = connections_name(connections);
  row.what =
      all_active
          ? "Each connection sends 64 bytes, awaits them, and sends the next."
          : "10 connections send 64 bytes and await them; the others say nothing. The cost of "
            "a message must not depend on who is silent.";
  row.figure = Figure::cpu;
  row.per = "message";
  row.base = floor_name;
  return {.row = std::move(row),
          .contestants = contestants(settings.programs, connections),
          .measure = load_measure(load),
          .connections = connections};
}

}  // namespace

std::vector<Plan> backends_suite(const SuiteSettings& settings) {
  std::vector<Plan> plans;
  const std::vector<unsigned> counts = settings.quick
                                           ? std::vector<unsigned>{10, 900}
                                           : std::vector<unsigned>{1, 10, 100, 900, 10'000};
  for (const unsigned connections : counts) {
    if (!settings.quick || connections != active)
      plans.push_back(plan(settings, connections, true));
  }
  for (const unsigned connections : counts) {
    if (connections >= active) plans.push_back(plan(settings, connections, false));
  }
  return plans;
}

}  // namespace weir::bench
