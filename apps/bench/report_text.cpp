// Every line stands for itself: a name, then a sentence with its units.
#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

#include "report.hpp"
#include "text.hpp"

namespace weir::bench {
namespace {

std::string shape(const LoadOptions& options) {
  auto text = plural(options.connections, "connection") + ", each " +
              plural(options.depth, "message") + " in flight, ";
  text +=
      options.protocol == Protocol::http ? options.path : bytes(static_cast<double>(options.size));
  text += std::string(", ") + name_of(options.protocol) + ", " + plural(options.threads, "thread");
  if (options.rate > 0) text += ", " + grouped(options.rate) + " messages a second";
  if (options.churn > 0) text += ", a new one after " + plural(options.churn, "message");
  if (options.idle > 0) text += ", beside " + grouped(options.idle) + " idle ones";
  return text;
}

const char* explain(Limit limit, const LoadOptions& options) {
  switch (limit) {
    case Limit::client:
      return "the client: the server could answer more than these messages a second";
    case Limit::server:
      return "the server: a CPU's worth of it was busy all the time";
    case Limit::both:
      return "both: client and server were busy all the time";
    case Limit::neither:
      return options.rate > 0 ? "neither: what was asked for, not a CPU"
                              : "neither: the waits between the two, not a CPU";
  }
  return "";
}

std::string messages_line(const LoadResult& result) {
  return line("messages", grouped(static_cast<double>(result.messages)) + " in " +
                              fixed(result.seconds, 2) + " s, " +
                              grouped(result.messages_per_second) + " a second, " +
                              bytes(result.bytes_per_second) + " a second");
}

std::string latency_line(const Histogram& latency) {
  const auto at = [&](double share) {
    return duration(static_cast<double>(latency.percentile(share)));
  };
  return line("latency", "p50 " + at(0.5) + ", p90 " + at(0.9) + ", p99 " + at(0.99) + ", p99.9 " +
                             at(0.999) + ", p99.99 " + at(0.9999) + ", max " + at(1));
}

std::string server_line(const ServerCost& cost) {
  return line("server CPU", grouped(cost.ns_per_message) + " ns a message, " +
                                grouped(cost.user_ns_per_message) + " user, " +
                                grouped(cost.system_ns_per_message) + " system; " +
                                fixed(cost.cpus, 2) + " CPUs, " + bytes(cost.bytes_per_cpu_second) +
                                " a CPU second");
}

std::string client_line(const LoadResult& result) {
  return line("client CPU", grouped(result.client_ns_per_message) + " ns a message, busy for " +
                                percent(result.client_busy) + " of the time");
}

// Who was too slow for a rate. Where neither was busy, what the server waited for is its own.
const char* who_is_late(Limit limit) {
  switch (limit) {
    case Limit::client:
      return "the client";
    case Limit::both:
      return "client and server";
    case Limit::server:
    case Limit::neither:
      return "the server";
  }
  return "";
}

std::string rate_lines(const LoadOptions& options, const LoadResult& result) {
  const auto& rate = *result.rate;
  auto text = line(
      "rate", grouped(options.rate) + " a second asked for, " + grouped(rate.offered_per_second) +
                  " came due, " + grouped(result.messages_per_second) + " answered; at most " +
                  grouped(static_cast<double>(rate.backlog_peak)) + " waited for their connection");
  if (!rate.kept_up) {
    text += line("note", std::string(who_is_late(result.limit)) +
                             " did not keep up: " + plural(rate.unsent, "message") +
                             " still waited at the end, and their latencies are cut there");
  }
  if (rate.dropped > 0) {
    text += line("note", plural(rate.dropped, "message") + " found the backlog of " +
                             grouped(static_cast<double>(max_backlog)) +
                             " full, was never sent and has no latency");
  }
  return text;
}

std::string churn_line(const LoadResult& result) {
  return line("connections", grouped(static_cast<double>(result.connections_ended)) +
                                 " ended in order, " + grouped(result.connections_per_second) +
                                 " a second");
}

std::string joined(const std::vector<std::string>& words) {
  return std::accumulate(std::next(words.begin()), words.end(), words.front(),
                         [](auto left, const auto& word) { return std::move(left) + " " + word; });
}

// Medians over the rounds, under header().
std::string row(const CommandResult& command) {
  const auto p99 = [](const LoadResult& round) {
    return static_cast<double>(round.latency.percentile(0.99));
  };
  const auto limited = std::ranges::count_if(command.rounds, [](const LoadResult& round) {
    return round.limit == Limit::client || round.limit == Limit::both;
  });
  return std::string{command.letter} + right(grouped(median_of(command, ns_per_message)), 12) +
         right(percent(median_of(command, user_share)), 8) +
         right(grouped(median_of(command, messages_per_second)), 14) +
         right(bytes(median_of(command, bytes_per_cpu_second)), 18) +
         right(duration(median_of(command, p99)), 13) +
         right(std::to_string(limited) + "/" + std::to_string(command.rounds.size()), 16) + "\n";
}

std::string header() {
  return right("server CPU", 13) + right("user", 8) + right("messages/s", 14) +
         right("B/CPU second", 18) + right("p99", 13) + right("client limited", 16) + "\n";
}

std::string ratio_lines(const Ratio& ratio) {
  const auto& spread = ratio.spread;
  auto text = line(std::string{ratio.letter} + "/A",
                   fixed(spread.median, 3) + " of the server CPU a message, from " +
                       fixed(spread.lowest, 3) + " to " + fixed(spread.highest, 3));
  if (!ratio.no_result.empty()) text += line("no result", ratio.no_result);
  return text;
}

}  // namespace

std::string to_text(const LoadOptions& options, const LoadResult& result) {
  auto text = line("load", options.to.text + ": " + shape(options)) + messages_line(result) +
              latency_line(result.latency);
  if (result.rate) text += rate_lines(options, result);
  if (options.churn > 0) text += churn_line(result);
  if (result.server) text += server_line(*result.server);
  text += client_line(result) + line("limit", explain(result.limit, options));
  if (result.unclosed > 0) {
    text += line("note", "the server did not close " + plural(result.unclosed, "connection") +
                             " within 2 s after the end of the stream");
  }
  if (result.idle_lost > 0) {
    text += line("note", "the server closed " + plural(result.idle_lost, "idle connection"));
  }
  return text;
}

std::string to_text(const IdleOptions& options, const IdleResult& result) {
  const auto change = [](std::uint64_t before, std::uint64_t after) {
    return bytes(static_cast<double>(before)) + " before, " + bytes(static_cast<double>(after)) +
           " after";
  };
  const auto& [before, after, bytes_per_connection] = result;
  auto text = line("idle", options.to.text + ": " + plural(options.connections, "connection") +
                               " after the first") +
              line("user memory", change(before.user_bytes, after.user_bytes)) +
              line("resident", change(before.resident_bytes, after.resident_bytes)) +
              line("connection", grouped(bytes_per_connection) + " B of user memory");
  if (after.huge_bytes > before.huge_bytes)
    text += line("note", "some of it came in pages of 2 MiB: more connections say more");
  return text;
}

std::string to_text(const PairOptions& options, const PairResult& result) {
  auto text = line("pair", shape(options.load)) +
              line("rounds", std::to_string(options.rounds) + " for each, in turn" +
                                 (options.pin ? "; servers on CPU 0, load on CPU 1" : ""));
  for (const auto& command : result.commands)
    text += line(std::string{command.letter}, joined(command.command));
  text += '\n';
  text += header();
  for (const auto& command : result.commands) text += row(command);
  text += "\n";
  for (const auto& ratio : result.ratios) text += ratio_lines(ratio);
  return text;
}

}  // namespace weir::bench
