// Every number in its base unit, named in its key: seconds, ns, bytes.
#include <nlohmann/json.hpp>

#include "report.hpp"

namespace weir::bench {
namespace {

using Json = nlohmann::ordered_json;

constexpr int indent = 2;

const char* name_of(Limit limit) {
  switch (limit) {
    case Limit::client:
      return "client";
    case Limit::server:
      return "server";
    case Limit::both:
      return "both";
    case Limit::neither:
      return "neither";
  }
  return "";
}

Json shape_json(const LoadOptions& options) {
  return {{"protocol", name_of(options.protocol)},
          {"connections", options.connections},
          {"size_bytes", options.size},
          {"depth", options.depth},
          {"threads", options.threads},
          {"warmup_seconds", options.warmup.count()},
          {"rate_per_second", options.rate},
          {"churn", options.churn},
          {"idle_connections", options.idle}};
}

// [percent, ns] from 0 to 100.
Json curve(const Histogram& latency) {
  Json points = Json::array();
  for (const auto& point : latency.curve()) {
    points.push_back(Json::array({point.share * 100, point.value}));
  }
  return points;
}

Json rate_json(const RateResult& rate) {
  return {{"offered_per_second", rate.offered_per_second},
          {"kept_up", rate.kept_up},
          {"backlog_peak", rate.backlog_peak},
          {"unsent", rate.unsent},
          {"dropped", rate.dropped}};
}

Json measured(const LoadResult& result) {
  const auto& latency = result.latency;
  Json json = {{"seconds", result.seconds},
               {"messages", result.messages},
               {"messages_per_second", result.messages_per_second},
               {"bytes_per_second", result.bytes_per_second},
               {"latency_ns",
                {{"p50", latency.percentile(0.5)},
                 {"p90", latency.percentile(0.9)},
                 {"p99", latency.percentile(0.99)},
                 {"p99.9", latency.percentile(0.999)},
                 {"p99.99", latency.percentile(0.9999)},
                 {"max", latency.max()}}},
               {"latency_curve", curve(latency)}};
  if (result.rate) json["rate"] = rate_json(*result.rate);
  if (result.server) {
    const auto& server = *result.server;
    json["server"] = {{"cpu_ns_per_message", server.ns_per_message},
                      {"user_ns_per_message", server.user_ns_per_message},
                      {"system_ns_per_message", server.system_ns_per_message},
                      {"cpus", server.cpus},
                      {"bytes_per_cpu_second", server.bytes_per_cpu_second}};
  }
  json["client"] = {{"cpu_ns_per_message", result.client_ns_per_message},
                    {"busy", result.client_busy}};
  json["limit"] = name_of(result.limit);
  json["unclosed"] = result.unclosed;
  json["connections_ended"] = result.connections_ended;
  json["connections_per_second"] = result.connections_per_second;
  json["idle_lost"] = result.idle_lost;
  return json;
}

Json memory(const Memory& memory) {
  return {{"user_bytes", memory.user_bytes},
          {"resident_bytes", memory.resident_bytes},
          {"huge_page_bytes", memory.huge_bytes}};
}

Json command_json(const CommandResult& command) {
  Json rounds = Json::array();
  for (const auto& round : command.rounds) rounds.push_back(measured(round));
  return {{"letter", std::string(1, command.letter)},
          {"command", command.command},
          {"median",
           {{"server_cpu_ns_per_message", median_of(command, ns_per_message)},
            {"messages_per_second", median_of(command, messages_per_second)},
            {"bytes_per_cpu_second", median_of(command, bytes_per_cpu_second)}}},
          {"rounds", std::move(rounds)}};
}

Json ratio_json(const Ratio& ratio) {
  Json json = {{"of", std::string{ratio.letter} + "/A"}, {"metric", "server_cpu_ns_per_message"},
               {"median", ratio.spread.median},          {"lowest", ratio.spread.lowest},
               {"highest", ratio.spread.highest},        {"rounds", ratio.rounds},
               {"result", ratio.no_result.empty()}};
  if (!ratio.no_result.empty()) json["no_result"] = ratio.no_result;
  return json;
}

// Commands and endpoints come from the user and need not be UTF-8.
std::string dumped(const Json& json) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string to_json(const LoadOptions& options, const LoadResult& result) {
  Json json = {{"to", options.to.text}, {"load", shape_json(options)}};
  json.update(measured(result));
  return dumped(json);
}

std::string to_json(const IdleOptions& options, const IdleResult& result) {
  return dumped({{"to", options.to.text},
                 {"connections", options.connections},
                 {"before", memory(result.before)},
                 {"after", memory(result.after)},
                 {"user_bytes_per_connection", result.bytes_per_connection}});
}

std::string to_json(const PairOptions& options, const PairResult& result) {
  Json commands = Json::array();
  for (const auto& command : result.commands) commands.push_back(command_json(command));
  Json ratios = Json::array();
  for (const auto& ratio : result.ratios) ratios.push_back(ratio_json(ratio));
  return dumped({{"load", shape_json(options.load)},
                 {"pinned", options.pin},
                 {"commands", std::move(commands)},
                 {"ratios", std::move(ratios)}});
}

}  // namespace weir::bench
