// The same echo on weir, on bare system calls, on other libraries and in other languages.
#include <string>
#include <utility>

#include "compare/suites/suites.hpp"
#include "text.hpp"

namespace weir::bench {
namespace {

constexpr std::size_t kib = 1024;
constexpr std::size_t mib = kib * kib;
constexpr std::size_t most_in_flight = 256 * mib;  // of all connections: what a row may hold

enum class Mode { echo, frames };

std::vector<Contestant> contestants(const Programs& programs, Mode mode, unsigned connections) {
  const std::string name = mode == Mode::echo ? "echo" : "frames";
  const auto peer = [&](const char* title, const char* program) {
    return programs.of_build(title, program, {name, "0"});
  };
  std::vector<Contestant> all = {peer(floor_name, "weir-floor-epoll"),
                                 peer("C select", "weir-floor-select"),
                                 peer("C threads", "weir-floor-threads"),
                                 peer("Asio callbacks", "weir-peer-asio-callbacks"),
                                 peer("Asio coroutines", "weir-peer-asio-coroutines"),
                                 peer("libuv", "weir-peer-libuv"),
                                 peer("libevent", "weir-peer-libevent"),
                                 peer("libev", "weir-peer-libev"),
                                 peer("Node", "weir-peer-node"),
                                 peer("Go", "weir-peer-go")};
  check_select(all[1], connections);
  const Command framing = mode == Mode::echo ? Command{} : Command{"--framing", "length:4"};
  for (const char* backend : {"asio", "epoll"}) {
    all.push_back(weir_echo(programs, backend, framing));
  }
  return all;
}

Row row_of(std::string id, std::string chart, std::string axis, double at, std::string title) {
  Row row;
  row.suite = "peers";
  row.id = "peers/" + std::move(id);
  row.chart = std::move(chart);
  row.axis = std::move(axis);
  row.at = at;
  row.title = std::move(title);
  row.figure = Figure::cpu;
  row.per = "message";
  row.base = floor_name;
  return row;
}

Plan ping_pong(const SuiteSettings& settings, std::size_t size, unsigned connections) {
  LoadOptions load = load_of(settings);
  load.size = size;
  load.connections = connections;
  Row row = row_of("ping-pong/" + std::to_string(size) + "/" + std::to_string(connections),
                   "Ping-pong of " + size_name(size), "connections", connections,
                   connections_name(connections));
  row.what = "Each connection sends " + size_name(size) + ", awaits them, and sends the next.";
  return {.row = std::move(row),
          .contestants = contestants(settings.programs, Mode::echo, connections),
          .measure = load_measure(load, connections == 64 ? Latencies::kept : Latencies::dropped),
          .connections = load.connections};
}

Plan frames(const SuiteSettings& settings, unsigned depth) {
  LoadOptions load = load_of(settings);
  load.protocol = Protocol::length4;
  load.depth = depth;
  Row row = row_of("frames/" + std::to_string(depth), "Frames of 64 B, several in flight",
                   "in flight", depth, std::to_string(depth) + " in flight");
  row.what =
      "64 connections with so many frames of 64 bytes in flight, each behind 4 bytes with its "
      "length. The floor in C only sends the bytes back; all others decode and answer each frame.";
  row.per = "frame";
  std::vector<Contestant> all = contestants(settings.programs, Mode::frames, load.connections);
  all.front() = settings.programs.of_build(floor_name, "weir-floor-epoll", {"echo", "0"});
  return {.row = std::move(row),
          .contestants = std::move(all),
          .measure = load_measure(load),
          .connections = load.connections};
}

Plan connections_a_second(const SuiteSettings& settings) {
  LoadOptions load = load_of(settings);
  load.churn = 1;
  Row row = row_of("connect", "Connections", "", 0, "connect, 64 B there and back, close");
  row.what =
      "64 at a time: a connection is opened, echoes one message of 64 bytes, and is closed by its "
      "client.";
  row.per = "connection";
  return {.row = std::move(row),
          .contestants = contestants(settings.programs, Mode::echo, load.connections),
          .measure = churn_measure(load)};
}

Plan broadcast(const SuiteSettings& settings, unsigned members) {
  constexpr unsigned deliveries = 200'000;  // of a round
  const Programs& programs = settings.programs;
  Row row = row_of("broadcast/" + std::to_string(members), "Broadcast of 100 B", "members", members,
                   grouped(members) + " members");
  row.what = "One member says something, all are told; then it says the next.";
  row.per = "delivery";
  std::vector<Contestant> all = {
      programs.of_build(floor_name, "weir-floor-epoll", {"broadcast", "0"}),
      programs.of_build("Asio callbacks", "weir-peer-asio-callbacks", {"broadcast", "0"}),
      programs.of_build("libuv", "weir-peer-libuv", {"broadcast", "0"})};
  for (const char* backend : {"asio", "epoll"}) {
    all.push_back(programs.of_build(std::string("weir ") + backend, "weir-bench-broadcast",
                                    {"tcp://127.0.0.1:0", backend}));
  }
  return {.row = std::move(row),
          .contestants = std::move(all),
          .measure = broadcast_measure(members, deliveries / members),
          .connections = members};
}

Plan idle_memory(const SuiteSettings& settings, unsigned connections) {
  Row row = row_of("idle/" + std::to_string(connections), "Memory of an idle connection", "", 0,
                   connections_name(connections));
  row.what = "User memory that so many connections add which have never said anything.";
  row.figure = Figure::memory;
  row.per = "connection";
  return {.row = std::move(row),
          .contestants = contestants(settings.programs, Mode::echo, connections),
          .measure = idle_measure(connections),
          .fresh = true,
          .rounds = 3,
          .connections = connections};
}

Plan bulk(const SuiteSettings& settings) {
  LoadOptions load = load_of(settings);
  load.connections = 4;
  load.size = 64 * kib;
  load.depth = 16;
  Row row = row_of("bulk", "Bulk throughput", "", 0, "4 connections, 64 KiB, 16 in flight");
  row.what = "As many bytes as go through, there and back.";
  row.per = "64 KiB";
  return {.row = std::move(row),
          .contestants = contestants(settings.programs, Mode::echo, load.connections),
          .measure = load_measure(load),
          .connections = load.connections};
}

// What a person waits for, at a rate that none of them is at its limit with.
Plan latency(const SuiteSettings& settings) {
  constexpr double rate = 20'000;
  LoadOptions load = load_of(settings);
  load.rate = rate;
  Row row = row_of("latency", "Latency at a fixed rate", "", 0,
                   grouped(rate) + " messages a second on 64 connections");
  row.what =
      "64 bytes are due at a rate that does not wait for answers. Latency counts from when a "
      "message was due; the bars are CPU a message, which is more here, since fewer messages share "
      "a wake-up.";
  return {.row = std::move(row),
          .contestants = contestants(settings.programs, Mode::echo, load.connections),
          .measure = load_measure(load, Latencies::kept),
          .connections = load.connections};
}

}  // namespace

std::vector<Plan> peers_suite(const SuiteSettings& settings) {
  std::vector<Plan> plans;
  if (settings.quick) {
    for (const unsigned connections : {64U, 1000U}) {
      plans.push_back(ping_pong(settings, 64, connections));
    }
    plans.push_back(frames(settings, 64));
    plans.push_back(broadcast(settings, 1000));
    plans.push_back(connections_a_second(settings));
    plans.push_back(idle_memory(settings, 1000));
    plans.push_back(latency(settings));
    return plans;
  }
  for (const std::size_t size : {std::size_t{64}, kib, 16 * kib, mib}) {
    for (const unsigned connections : {1U, 64U, 1000U, 8000U}) {
      if (size * connections <= most_in_flight) {
        plans.push_back(ping_pong(settings, size, connections));
      }
    }
  }
  for (const unsigned depth : {1U, 16U, 64U}) plans.push_back(frames(settings, depth));
  for (const unsigned members : {1000U, 10'000U}) plans.push_back(broadcast(settings, members));
  plans.push_back(connections_a_second(settings));
  plans.push_back(idle_memory(settings, 9999));
  plans.push_back(bulk(settings));
  plans.push_back(latency(settings));
  return plans;
}

}  // namespace weir::bench
