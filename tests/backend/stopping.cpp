// Stopping: what is idle ends at once, what is busy ends in time or is cut, and the numbers say so.
#include <numeric>

#include "backend/scenario.hpp"
#include "weir/framing/line.hpp"

namespace {

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

constexpr auto echo = [](std::string_view frame) { return frame; };

/// A client that the server has seen: idle, or in the middle of a frame.
std::unique_ptr<Client> idle_client(Bench& bench) {
  auto client = bench.connect();
  client->send("a\n");
  BOOST_TEST(client->read(2) == "a\n");
  return client;
}
std::unique_ptr<Client> busy_client(Bench& bench) {
  auto client = bench.connect();
  client->send("a\nhal");
  BOOST_TEST(client->read(2) == "a\n");
  return client;
}

}  // namespace

CORE_SCENARIO(idle_connections_end_at_once_when_the_server_stops) {
  const auto serving = bench.serve(lines(), echo);
  const auto first = idle_client(bench);
  const auto second = idle_client(bench);
  const DrainReport report = bench.stop(1h);
  BOOST_TEST(report.to_string() == "drained: 2 idle, 0 finished, 0 cut");
  BOOST_TEST(first->read_to_end().bytes.empty());
  BOOST_TEST(second->read_to_end().bytes.empty());
  BOOST_TEST(bench.server().stats().closed_by(CloseReason::drained) == 2U);
  BOOST_TEST(bench.server().stopped());
}

CORE_SCENARIO(a_busy_connection_finishes_its_frame_when_the_server_stops, Sockets::streams) {
  const auto serving = bench.serve(lines(), echo);
  const auto idle = idle_client(bench);
  const auto busy = busy_client(bench);
  bench.server().stop(1h);
  BOOST_TEST(idle->read_to_end().bytes.empty());  // the drain has begun
  busy->send("f\n");
  BOOST_TEST(busy->read_to_end().bytes == "half\n");
  busy->close();
  const DrainReport report = bench.wait(0s);
  // On a loop of its own it may be idle again before it hears of the stop.
  BOOST_TEST(report.idle + report.finished == 2U);
  BOOST_TEST(report.cut == 0U);
  if (bench.one_loop()) BOOST_TEST(report.finished == 1U);
}

CORE_SCENARIO(a_connection_that_is_busy_at_the_deadline_is_cut, Sockets::streams) {
  const auto serving = bench.serve(lines(), echo);
  const auto idle = idle_client(bench);
  const auto busy = busy_client(bench);
  const DrainReport report = bench.stop(30ms);
  BOOST_TEST(report.to_string() == "drained: 1 idle, 0 finished, 1 cut");
  BOOST_TEST(busy->read_to_end().bytes.empty());
  BOOST_TEST(bench.server().stats().closed_by(CloseReason::cut) == 1U);
}

CORE_SCENARIO(a_deadline_of_zero_cuts_what_is_busy_and_drains_what_is_idle, Sockets::streams) {
  const auto serving = bench.serve(lines(), echo);
  const auto idle = idle_client(bench);
  const auto busy = busy_client(bench);
  const DrainReport report = bench.stop(0s);
  BOOST_TEST(report.to_string() == "drained: 1 idle, 0 finished, 1 cut");
}

SCENARIO(a_second_stop_may_bring_the_deadline_nearer, Sockets::streams) {
  const auto serving = bench.serve(lines(), echo);
  const auto idle = idle_client(bench);
  const auto busy = busy_client(bench);
  bench.server().stop(1h);
  BOOST_TEST(idle->read_to_end().bytes.empty());
  BOOST_TEST(!bench.server().stopped());
  const DrainReport report = bench.stop(0s);
  BOOST_TEST(report.to_string() == "drained: 1 idle, 0 finished, 1 cut");
}

SCENARIO(a_second_stop_never_takes_the_deadline_back, Sockets::streams) {
  const auto serving = bench.serve(lines(), echo);
  const auto busy = busy_client(bench);
  bench.server().stop(30ms);
  bench.server().stop(1h);
  const DrainReport report = bench.wait(30ms);
  BOOST_TEST(report.to_string() == "drained: 0 idle, 0 finished, 1 cut");
}

SCENARIO(the_longest_deadline_there_is_cuts_nothing, Sockets::streams) {
  const auto serving = bench.serve(lines(), echo);
  const auto idle = idle_client(bench);
  const auto busy = busy_client(bench);
  bench.server().stop(Duration::max());
  BOOST_TEST(idle->read_to_end().bytes.empty());
  busy->send("f\n");
  BOOST_TEST(busy->read_to_end().bytes == "half\n");
  busy->close();
  BOOST_TEST(bench.wait(0s).to_string() == "drained: 1 idle, 1 finished, 0 cut");
}

CORE_SCENARIO(a_handler_may_stop_the_server) {
  const auto serving = bench.serve(lines(), [&bench](std::string_view line) {
    if (line == "stop") bench.server().stop(1h);
    return line;
  });
  const auto idle = idle_client(bench);
  const auto client = bench.connect();
  client->send("stop\n");
  BOOST_TEST(client->read_to_end().bytes == "stop\n");  // the reply goes out first
  BOOST_TEST(idle->read_to_end().bytes.empty());
  client->close();
  bench.wait(0s);
  BOOST_TEST(bench.server().stopped());
}

CORE_SCENARIO(many_threads_may_stop_the_server_at_once) {
  const auto serving = bench.serve(lines(), echo);
  const auto idle = idle_client(bench);
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.push_back(bench.in_background([&bench] { bench.server().stop(1h); }));
  }
  for (std::jthread& thread : threads) thread.join();
  BOOST_TEST(bench.wait(0s).to_string() == "drained: 1 idle, 0 finished, 0 cut");
  bench.server().stop(0s);
  BOOST_TEST(bench.server().wait().to_string() == "drained: 1 idle, 0 finished, 0 cut");
}

SCENARIO(a_request_that_lies_in_the_kernel_already_is_answered_before_the_end) {
  // The handler of the first connection stops the server after the second one has sent.
  Events<int> reached;
  Events<int> sent;
  const auto serving = bench.serve(lines(), [&](std::string_view line) {
    if (line == "stop") {
      reached.push(1);
      if (!bench.in_memory()) static_cast<void>(sent.wait("the other client to send"));
      bench.server().stop(1h);
    }
    return line;
  });
  const auto second = idle_client(bench);
  const auto first = bench.connect();
  first->send("stop\n");
  if (bench.in_memory()) {
    second->send("in time\n");
    bench.run_ready();
  } else {
    static_cast<void>(bench.next(reached, "the handler"));
    second->send("in time\n");
    sent.push(1);
  }
  BOOST_TEST(second->read_to_end().bytes == "in time\n");
  BOOST_TEST(first->read_to_end().bytes == "stop\n");
  first->close();
  second->close();
  bench.wait(0s);
}

SCENARIO(no_connection_is_taken_once_the_drain_has_begun) {
  const auto serving = bench.serve(lines(), echo);
  const auto idle = idle_client(bench);
  const auto busy = busy_client(bench);
  bench.server().stop(1h);
  BOOST_TEST(idle->read_to_end().bytes.empty());
  BOOST_CHECK_THROW(static_cast<void>(bench.connect()), std::exception);
  bench.stop(0s);
  BOOST_TEST(bench.server().stats().accepted == 2U);
}

CORE_SCENARIO(the_counts_add_up, Sockets::streams) {
  const auto serving = bench.serve(lines(), [](std::string_view line, Session& session) {
    if (line == "abort") session.abort();
    return line;
  });
  std::size_t sent = 0;
  std::size_t received = 0;
  for (int i = 0; i < 5; ++i) {
    const auto client = bench.connect();
    client->send("one\ntwo\n");
    client->end();
    sent += 8;
    received += client->read_to_end().bytes.size();
    static_cast<void>(bench.next_reason());
  }
  for (const std::string_view last : {"abort\n", "hal"}) {
    const auto client = bench.connect();
    client->send("three\n");
    received += client->read(6).size();
    client->send(last);
    client->end();
    sent += 6 + last.size();
    received += client->read_to_end().bytes.size();
    static_cast<void>(bench.next_reason());
  }
  const auto first = idle_client(bench);
  const auto second = busy_client(bench);
  bench.stop(0s);
  const ServerStats stats = bench.server().stats();
  BOOST_TEST(stats.accepted == 9U);
  BOOST_TEST(stats.active == 0U);
  BOOST_TEST(std::accumulate(std::begin(stats.closed), std::end(stats.closed), std::uint64_t{0}) ==
             9U);
  BOOST_TEST(stats.closed_by(CloseReason::peer_ended) == 5U);
  BOOST_TEST(stats.closed_by(CloseReason::aborted) == 1U);
  BOOST_TEST(stats.closed_by(CloseReason::truncated_frame) == 1U);
  BOOST_TEST(stats.closed_by(CloseReason::drained) == 1U);
  BOOST_TEST(stats.closed_by(CloseReason::cut) == 1U);
  BOOST_TEST(stats.bytes_in == sent + 7);
  BOOST_TEST(stats.bytes_out == received + 4);
  BOOST_TEST(stats.frames_in == 15U);
  BOOST_TEST(stats.handler_failures == 0U);
  BOOST_TEST(stats.refused_limit + stats.refused_backend + stats.accept_shed == 0U);
}
