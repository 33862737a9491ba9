// The file of a Comparison. What a reader does not know it leaves alone.
#include <nlohmann/json.hpp>

#include "compare/comparison.hpp"
#include "failure.hpp"

namespace weir::bench {
namespace {

using Json = nlohmann::ordered_json;

constexpr int format = 1;
constexpr int indent = 1;

Json facts_json(const std::vector<Fact>& facts) {
  Json json = Json::array();
  for (const auto& [name, value] : facts) json.push_back(Json::array({name, value}));
  return json;
}

Json entry_json(const Entry& entry) {
  Json json = {{"name", entry.name}, {"role", name_of(entry.role)}, {"command", entry.command}};
  if (!entry.is_measured()) {
    json["skipped"] = entry.skipped;
    return json;
  }
  const Spread spread = spread_of(entry.rounds);
  json["median"] = spread.median;
  json["lowest"] = spread.lowest;
  json["highest"] = spread.highest;
  json["rounds"] = entry.rounds;
  if (!entry.ratios.empty()) {
    json["ratio"] = spread_of(entry.ratios).median;
    json["ratios"] = entry.ratios;
  }
  if (!entry.no_result.empty()) json["no_result"] = entry.no_result;
  if (!entry.beside.empty()) json["beside"] = entry.beside;
  if (!entry.latency.empty()) json["latency"] = entry.latency;
  return json;
}

Json row_json(const Row& row) {
  Json entries = Json::array();
  for (const Entry& entry : row.entries) entries.push_back(entry_json(entry));
  return {{"id", row.id},           {"suite", row.suite},
          {"chart", row.chart},     {"axis", row.axis},
          {"at", row.at},           {"title", row.title},
          {"what", row.what},       {"figure", name_of(row.figure)},
          {"per", row.per},         {"base", row.base},
          {"command", row.command}, {"entries", std::move(entries)}};
}

std::vector<Fact> read_facts(const Json& json) {
  std::vector<Fact> facts;
  for (const Json& fact : json) {
    facts.emplace_back(fact.at(0).get<std::string>(), fact.at(1).get<std::string>());
  }
  return facts;
}

// Files from before there were roles have names that tell: "weir, a thread each", "C select".
Role role_of_older(const std::string& name) {
  if (name.starts_with("weir")) return Role::weir;
  return name.starts_with("C ") ? Role::floor : Role::peer;
}

// The one of `all` that has this name; `what` says what they are.
template <class T, std::size_t count>
T named(const T (&all)[count], const char* what, const Json& json) {
  const auto name = json.get<std::string>();
  for (const T each : all) {
    if (name == name_of(each)) return each;
  }
  throw Failure(std::string("there is no ") + what + " \"" + name + "\"");
}

Entry read_entry(const Json& json) {
  Entry entry;
  json.at("name").get_to(entry.name);
  json.at("command").get_to(entry.command);
  entry.role =
      json.contains("role") ? named(all_roles, "role", json.at("role")) : role_of_older(entry.name);
  entry.skipped = json.value("skipped", "");
  if (!entry.is_measured()) return entry;
  json.at("rounds").get_to(entry.rounds);
  if (entry.rounds.empty()) throw Failure("\"" + entry.name + "\" has no rounds");
  if (json.contains("ratios")) json.at("ratios").get_to(entry.ratios);
  entry.no_result = json.value("no_result", "");
  if (json.contains("beside")) json.at("beside").get_to(entry.beside);
  if (json.contains("latency")) json.at("latency").get_to(entry.latency);
  return entry;
}

Row read_row(const Json& json) {
  Row row;
  json.at("id").get_to(row.id);
  json.at("suite").get_to(row.suite);
  json.at("chart").get_to(row.chart);
  json.at("axis").get_to(row.axis);
  json.at("at").get_to(row.at);
  json.at("title").get_to(row.title);
  json.at("what").get_to(row.what);
  row.figure = named(all_figures, "figure", json.at("figure"));
  json.at("per").get_to(row.per);
  json.at("base").get_to(row.base);
  json.at("command").get_to(row.command);
  for (const Json& entry : json.at("entries")) row.entries.push_back(read_entry(entry));
  return row;
}

}  // namespace

std::string to_json(const Comparison& comparison) {
  Json rows = Json::array();
  for (const Row& row : comparison.rows) rows.push_back(row_json(row));
  const Json json = {{"weir-bench", format},
                     {"suite", comparison.suite},
                     {"started", comparison.started},
                     {"seconds", comparison.seconds},
                     {"command", comparison.command},
                     {"max_spread", comparison.max_spread},
                     {"machine", facts_json(comparison.machine)},
                     {"settings", facts_json(comparison.settings)},
                     {"rows", std::move(rows)}};
  // Commands come from the user and need not be UTF-8.
  return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

Comparison comparison_from_json(std::string_view text) {
  try {
    const Json json = Json::parse(text);
    const int version = json.at("weir-bench").get<int>();
    if (version != format) {
      throw Failure("its format is " + std::to_string(version) + ", not " + std::to_string(format));
    }
    Comparison comparison;
    json.at("suite").get_to(comparison.suite);
    json.at("started").get_to(comparison.started);
    json.at("seconds").get_to(comparison.seconds);
    json.at("command").get_to(comparison.command);
    comparison.max_spread = json.value("max_spread", usual_max_spread);
    comparison.machine = read_facts(json.at("machine"));
    comparison.settings = read_facts(json.at("settings"));
    for (const Json& row : json.at("rows")) comparison.rows.push_back(read_row(row));
    return comparison;
  } catch (const Json::exception& mistake) {
    throw Failure(std::string("it is no comparison of weir-bench: ") + mistake.what());
  }
}

}  // namespace weir::bench
