#include "unit/kv/case_file.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <set>
#include <stdexcept>

namespace weir::kv::test {

namespace {

constexpr std::string_view nothing = "nothing";
constexpr std::string_view between = " & ";

[[noreturn]] void refuse(const std::string& place, const std::string& line) {
  throw std::runtime_error(place + ": not a line of a case: " + line);
}

/// "expire (ours): a name"
CommandCase read_head(const std::string& line, const std::string& place) {
  CommandCase each;
  const std::size_t colon = line.find(": ");
  if (colon == std::string::npos) refuse(place, line);
  each.command = line.substr(0, colon);
  constexpr std::string_view ours = " (ours)";
  each.ours = each.command.ends_with(ours);
  if (each.ours) each.command.resize(each.command.size() - ours.size());
  each.place = place + line.substr(colon);
  return each;
}

/// "2: GET k -> nil"
CaseStep read_step(std::string_view line, const std::string& place) {
  CaseStep step;
  if (line.starts_with("@ ")) {
    step.passes = std::chrono::milliseconds(std::stoi(std::string(line.substr(2))));
    return step;
  }
  if (line.size() > 3 && line[1] == ':') {
    step.client = line[0] - '0';
    line.remove_prefix(3);
  }
  constexpr std::string_view arrow = "-> ";
  const std::size_t reply = line.starts_with(arrow) ? 0 : line.find(" -> ");
  if (reply == std::string_view::npos) refuse(place, std::string(line));
  step.line = line.substr(0, reply);
  line.remove_prefix(reply + arrow.size() + (reply == 0 ? 0 : 1));
  constexpr std::string_view arrow3 = " ->3 ";
  const std::size_t third = line.find(arrow3);
  step.replies[0] = line.substr(0, third);
  step.replies[1] =
      third == std::string_view::npos ? step.replies[0] : line.substr(third + arrow3.size());
  return step;
}

void read_file(const std::filesystem::path& path, std::vector<CommandCase>& cases) {
  std::ifstream file(path);
  std::size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    const std::string place = path.filename().string() + ":" + std::to_string(++number);
    const std::size_t first = line.find_first_not_of(' ');
    if (first == std::string::npos || line[first] == '#') continue;
    if (!line.starts_with("  ")) {
      cases.push_back(read_head(line, place));
      continue;
    }
    if (cases.empty()) refuse(place, line);
    const CaseStep step = read_step(std::string_view(line).substr(2), place);
    if (step.passes.count() != 0) cases.back().takes_time = true;
    cases.back().steps.push_back(step);
  }
}

}  // namespace

std::size_t CaseStep::count(std::string_view text) {
  if (text == nothing) return 0;
  std::size_t count = 1;
  for (std::size_t at = 0; (at = text.find(between, at)) != std::string_view::npos; ++at) ++count;
  return count;
}

bool CommandCase::is_about(const CaseStep& step) const {
  const std::string_view word = std::string_view(step.line).substr(0, step.line.find(' '));
  return std::equal(word.begin(), word.end(), command.begin(), command.end(), [](char a, char b) {
    return a == b || (a >= 'A' && a <= 'Z' && a - 'A' + 'a' == b);
  });
}

std::vector<CommandCase> read_cases(const std::filesystem::path& folder) {
  std::set<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.insert(entry.path());
  std::vector<CommandCase> cases;
  for (const auto& path : files) read_file(path, cases);
  return cases;
}

bool matches(std::string_view pattern, std::string_view text) {
  constexpr std::string_view any = "...";
  const std::size_t first = pattern.find(any);
  if (first == std::string_view::npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, first))) return false;
  text.remove_prefix(first);
  for (;;) {
    pattern.remove_prefix(pattern.find(any) + any.size());
    const std::size_t next = pattern.find(any);
    if (next == std::string_view::npos) return text.ends_with(pattern);
    const std::size_t found = text.find(pattern.substr(0, next));
    if (found == std::string_view::npos) return false;
    text.remove_prefix(found + next);
  }
}

void play(const CommandCase& each, int protocol, CasePlayer& player) {
  std::set<int> greeted;
  for (const CaseStep& step : each.steps) {
    if (step.passes.count() != 0) {
      player.pass(step.passes);
      continue;
    }
    if (protocol == 3 && greeted.insert(step.client).second) player.say(step.client, "HELLO 3", 1);
    const std::string& expected = step.replies[protocol - 2];
    const std::string reply = player.say(step.client, step.line, CaseStep::count(expected));
    BOOST_TEST(matches(expected, reply), each.place << " (RESP" << protocol << ")\n  " << step.line
                                                    << "\n  " << reply << "\n  rather than "
                                                    << expected);
  }
}

}  // namespace weir::kv::test
