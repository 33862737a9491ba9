// Every line stands for itself: a name, then a sentence with its units.
#include "report.hpp"
#include "text.hpp"

namespace weir::bench {
namespace {

std::string shape(const LoadOptions& options) {
  return plural(options.connections, "connection") + ", each " + plural(options.depth, "message") +
         " in flight, " + bytes(static_cast<double>(options.size)) + ", " +
         (options.protocol == Protocol::raw ? "raw" : "length:4") + ", " +
         plural(options.threads, "thread");
}

const char* explain(Limit limit) {
  switch (limit) {
    case Limit::client:
      return "the client: the server could answer more than these messages a second";
    case Limit::server:
      return "the server: a CPU's worth of it was busy all the time";
    case Limit::both:
      return "both: client and server were busy all the time";
    case Limit::neither:
      return "neither: the waits between the two, not a CPU";
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
                             at(0.999) + ", max " + at(1));
}

std::string server_line(const ServerCost& cost) {
  return line("server CPU", grouped(cost.ns_per_message) + " ns a message, " +
                                percent(cost.user_share) + " user, " +
                                percent(1 - cost.user_share) + " system; " + fixed(cost.cpus, 2) +
                                " CPUs, " + bytes(cost.bytes_per_cpu_second) + " a CPU second");
}

std::string client_line(const LoadResult& result) {
  return line("client CPU", grouped(result.client_ns_per_message) + " ns a message, busy for " +
                                percent(result.client_busy) + " of the time");
}

}  // namespace

std::string to_text(const LoadOptions& options, const LoadResult& result) {
  auto text = line("load", options.to.text + ": " + shape(options)) + messages_line(result) +
              latency_line(result.latency);
  if (result.server)
    text += server_line(*result.server);
  text += client_line(result) + line("limit", explain(result.limit));
  if (result.unclosed > 0) {
    text += line("note", "the server did not close " + plural(result.unclosed, "connection") +
                             " within 2 s after the end of the stream");
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

}  // namespace weir::bench
