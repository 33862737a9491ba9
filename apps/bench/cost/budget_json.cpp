// The file of a CostBudget.
#include <nlohmann/json.hpp>
#include <utility>

#include "client/protocols/protocols.hpp"
#include "cost/budget.hpp"
#include "failure.hpp"
#include "limits.hpp"

namespace weir::bench {
namespace {

using Json = nlohmann::ordered_json;

constexpr int budget_indent = 2;

Protocol read_protocol(const std::string& name) {
  for (const auto protocol : all_protocols) {
    if (name == name_of(protocol)) return protocol;
  }
  throw Failure("there is no protocol \"" + name + "\"");
}

std::optional<double> read_figure(const Json& json, const char* name) {
  if (!json.contains(name)) return std::nullopt;
  return json.at(name).get<double>();
}

CostUnit read_unit(const std::string& name) {
  if (name == "message") return CostUnit::message;
  if (name == "connection") return CostUnit::connection;
  throw Failure("nothing is counted per \"" + name + "\"");
}

CostOptions read_options(const Json& json) {
  CostOptions options;
  auto command = json.at("command").get<Command>();
  if (command.empty() || command.front().empty()) throw Failure("a command is empty");
  options.commands = {std::move(command)};
  options.per = read_unit(json.value("per", "message"));
  options.messages = json.value("messages", options.messages);
  auto& load = options.load;
  load.protocol = read_protocol(json.value("protocol", name_of(load.protocol)));
  load.connections = 1;
  load.size = json.value("size", load.size);
  if (load.protocol == Protocol::json_rpc) load.size = json_rpc_call_size();
  if (load.protocol == Protocol::http) load.size = 0;
  load.depth = json.value("depth", load.depth);
  load.path = json.value("path", load.path);
  load.reads = json.value("reads", load.reads);
  load.keys = json.value("keys", load.keys);
  if (options.messages == 0) throw Failure("a count is 0");
  check_limits(load);
  return options;
}

BudgetRow read_row(const Json& json) {
  return {.name = json.at("name").get<std::string>(),
          .options = read_options(json),
          .instructions = read_figure(json, "instructions"),
          .system_calls = read_figure(json, "system_calls"),
          .allocations = read_figure(json, "allocations")};
}

// What is as a row has it anyway is left out.
Json row_json(const BudgetRow& row) {
  const CostOptions usual;
  const auto& options = row.options;
  const auto& load = options.load;
  Json json = {{"name", row.name},
               {"command", options.commands.front()},
               {"protocol", name_of(load.protocol)}};
  const auto add = [&](const char* name, const auto& value, const auto& usual_value) {
    if (value != usual_value) json[name] = value;
  };
  if (options.per == CostUnit::connection) json["per"] = "connection";
  add("messages", options.messages, usual.messages);
  const bool has_own_size = load.protocol == Protocol::json_rpc || load.protocol == Protocol::http;
  if (!has_own_size) add("size", load.size, usual.load.size);
  add("depth", load.depth, usual.load.depth);
  add("path", load.path, usual.load.path);
  add("reads", load.reads, usual.load.reads);
  add("keys", load.keys, usual.load.keys);
  if (row.instructions) json["instructions"] = *row.instructions;
  if (row.system_calls) json["system_calls"] = *row.system_calls;
  if (row.allocations) json["allocations"] = *row.allocations;
  return json;
}

Tolerances read_tolerances(const Json& json) {
  Tolerances may;
  json.at("instructions").get_to(may.instructions);
  json.at("instructions_of_another_compiler").get_to(may.instructions_of_another_compiler);
  json.at("system_calls").get_to(may.system_calls);
  json.at("allocations").get_to(may.allocations);
  json.at("counts").get_to(may.counts);
  json.at("far_below").get_to(may.far_below);
  return may;
}

}  // namespace

CostBudget budget_from_json(std::string_view text) {
  CostBudget budget;
  try {
    const auto json = Json::parse(text);
    json.at("compiler").get_to(budget.compiler);
    budget.tolerances = read_tolerances(json.at("tolerances"));
    for (const auto& row : json.at("rows")) budget.rows.push_back(read_row(row));
  } catch (const nlohmann::json::exception& error) {
    throw Failure(error.what());
  }
  return budget;
}

std::string to_json(const CostBudget& budget) {
  const auto& may = budget.tolerances;
  Json json = {{"compiler", budget.compiler},
               {"tolerances",
                {{"instructions", may.instructions},
                 {"instructions_of_another_compiler", may.instructions_of_another_compiler},
                 {"system_calls", may.system_calls},
                 {"allocations", may.allocations},
                 {"counts", may.counts},
                 {"far_below", may.far_below}}},
               {"rows", Json::array()}};
  for (const auto& row : budget.rows) json["rows"].push_back(row_json(row));
  return json.dump(budget_indent) + "\n";
}

}  // namespace weir::bench
