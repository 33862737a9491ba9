#include "cost/cost_report.hpp"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "text.hpp"

namespace weir::bench {
namespace {

using Json = nlohmann::ordered_json;

constexpr int report_indent = 2;
constexpr std::size_t figure_width = 14;
constexpr std::size_t name_width = 13;  // as line() has it

std::string letter(std::size_t index) { return {static_cast<char>('A' + index)}; }

std::string command_text(const Command& command) {
  std::string text = std::filesystem::path{command.front()}.filename().string();
  for (std::size_t i = 1; i < command.size(); ++i) text += " " + command[i];
  return text;
}

std::string shape(const CostOptions& options) {
  const auto& load = options.load;
  std::string text = std::string("a ") +
                     (options.per == CostUnit::message ? "message" : "connection") + ", " +
                     name_of(load.protocol);
  if (load.size > 0) text += ", " + bytes(static_cast<double>(load.size));
  return text + ", " + plural(load.depth, "message") + " at once, on 1 connection";
}

std::string figure_text(const Cost& cost, int digits) {
  return right(cost.is_known() ? fixed(cost.value, digits) : "-", figure_width);
}

std::string names_text(const Cost& cost) {
  std::string text;
  for (const auto& [name, value] : cost.by_name) {
    text.append(text.empty() ? "" : ", ").append(name).append(" ").append(fixed(value, 2));
  }
  return text;
}

std::string rest_lines(const CostReading& reading) {
  std::string text;
  const auto add = [&](const char* name, const Cost& cost, bool has_names) {
    if (!cost.is_known()) {
      text += line("", std::string("no ") + name + ": " + cost.skipped);
    } else if (has_names && !cost.by_name.empty()) {
      text += line("", std::string(name) + ": " + names_text(cost));
    }
  };
  add("instructions", reading.instructions, false);
  add("system calls", reading.system_calls, true);
  add("allocations", reading.allocations, true);
  return text;
}

Json cost_json(const Cost& cost) {
  if (!cost.is_known()) return {{"skipped", cost.skipped}};
  return {{"value", cost.value}, {"by_name", cost.by_name}};
}

}  // namespace

std::string to_text(const CostOptions& options, const std::vector<CostReading>& readings) {
  std::string text = line("counted", shape(options));
  for (std::size_t i = 0; i < readings.size(); ++i) {
    text += line(letter(i), command_text(options.commands[i]));
  }
  text += std::string(name_width, ' ') + right("instructions", figure_width) +
          right("system calls", figure_width) + right("allocations", figure_width) + "\n";
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const auto& reading = readings[i];
    text += line(letter(i), figure_text(reading.instructions, 1) +
                                figure_text(reading.system_calls, 2) +
                                figure_text(reading.allocations, 2));
    text += rest_lines(reading);
  }
  return text;
}

std::string to_json(const CostOptions& options, const std::vector<CostReading>& readings) {
  const auto& load = options.load;
  Json json = {{"per", options.per == CostUnit::message ? "message" : "connection"},
               {"protocol", name_of(load.protocol)},
               {"size_bytes", load.size},
               {"depth", load.depth},
               {"counted", options.messages},
               {"servers", Json::array()}};
  for (std::size_t i = 0; i < readings.size(); ++i) {
    json["servers"].push_back({{"command", options.commands[i]},
                               {"instructions", cost_json(readings[i].instructions)},
                               {"system_calls", cost_json(readings[i].system_calls)},
                               {"allocations", cost_json(readings[i].allocations)}});
  }
  return json.dump(report_indent) + "\n";
}

std::string to_text(const BudgetRow& row, const std::vector<Finding>& findings) {
  std::string text = row.name + "\n";
  for (const auto& finding : findings) {
    const int digits = finding.figure == "instructions" ? 1 : 3;
    const auto allowed = right(fixed(finding.allowed, digits), figure_width);
    const auto counted =
        right(finding.skipped.empty() ? fixed(finding.counted, digits) : "-", figure_width);
    text += right(finding.figure, name_width);
    text.append(counted).append(" of").append(allowed);
    switch (finding.kind) {
      case Finding::Kind::within:
        break;
      case Finding::Kind::above:
        text += "  ABOVE";
        break;
      case Finding::Kind::far_below:
        text += "  far below: lower the budget (--update)";
        break;
      case Finding::Kind::unknown:
      case Finding::Kind::no_tool:
        text += "  not counted: " + finding.skipped;
        break;
    }
    text += "\n";
  }
  return text;
}

}  // namespace weir::bench
