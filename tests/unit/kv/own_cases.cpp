// Our own cases of each command, played in memory: with both protocols, and with keys on one shard
// and on several.
#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "unit/kv/bench.hpp"
#include "unit/kv/case_file.hpp"

using namespace weir::kv::test;

namespace {

/// Keeps nothing and says that it does.
class WillingJournal final : public weir::kv::Journal {
 public:
  [[nodiscard]] bool keeps() const override { return true; }
  [[nodiscard]] weir::Status save() override { return {}; }
  [[nodiscard]] weir::Status begin_snapshot() override { return {}; }
  [[nodiscard]] bool takes_snapshot() const override { return true; }
};

class InMemory final : public CasePlayer {
 public:
  explicit InMemory(std::size_t shards) : kv_(shards, journal_) {
    kv_.service.on_stop([] {});
  }
  std::string say(int client, std::string_view line, std::size_t) override {
    auto [place, is_new] = peers_.try_emplace(client);
    if (is_new) place->second = kv_.dial();
    std::string all;
    for (const std::string& reply : show(kv_.send_raw(place->second, std::string(line) + "\r\n"))) {
      all += (all.empty() ? "" : " & ") + reply;
    }
    return all.empty() ? "nothing" : all;
  }
  void pass(std::chrono::milliseconds time) override { kv_.advance(time); }

 private:
  WillingJournal journal_;
  Bench kv_;
  std::map<int, weir::testing::Peer> peers_;
};

struct Count {
  std::size_t about = 0;  // cases whose command it is
  bool good = false;      // one of them is answered well,
  bool wrong = false;     // and one with an error
};

std::map<std::string, Count> count_cases() {
  std::map<std::string, Count> counts;
  for (const CommandCase& each : read_cases(WEIR_KV_CASES)) {
    Count& count = counts[each.command];
    ++count.about;
    for (const CaseStep& step : each.steps) {
      if (!each.is_about(step)) continue;
      const std::string& reply = step.replies[0];
      const bool error = reply.size() > 1 && reply[0] == '-' && reply[1] >= 'A';  // not -1
      (error ? count.wrong : count.good) = true;
    }
  }
  return counts;
}

/// How many cases others have that are named after `command`.
std::map<std::string, std::size_t> count_of_others() {
  std::ifstream file(std::filesystem::path(WEIR_TEST_DATA) / "resp/command-cases.json");
  std::map<std::string, std::size_t> counts;
  for (const auto& each : nlohmann::json::parse(file)) {
    const std::string name = each["name"];
    ++counts[name.substr(0, name.find(' '))];
  }
  return counts;
}

boost::test_tools::assertion_result others_there(boost::unit_test::test_unit_id) {
  return std::filesystem::exists(std::filesystem::path(WEIR_TEST_DATA) / "resp/command-cases.json");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kv_own_cases)

BOOST_AUTO_TEST_CASE(commands_answer_as_redis_server_does) {
  for (const CommandCase& each : read_cases(WEIR_KV_CASES)) {
    for (const int protocol : {2, 3}) {
      for (const std::size_t shards : {1, 4}) {
        InMemory kv(shards);
        play(each, protocol, kv);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(each_command_has_a_good_case_and_a_wrong_one) {
  auto counts = count_cases();
  const weir::kv::CommandTable table;
  for (const weir::kv::Command* command : table.all()) {
    const Count count = counts[std::string(command->name)];
    BOOST_TEST(count.good, command->name << " has no case that goes well");
    // What takes any arguments may have nothing to complain of.
    BOOST_TEST((count.wrong || command->arity == -1), command->name << " has no case of an error");
  }
  for (const auto& [name, count] : counts) {
    BOOST_TEST((table.find(name) != nullptr), "there is no command " << name);
  }
}

BOOST_AUTO_TEST_CASE(there_are_as_many_cases_of_each_command_as_others_have,
                     *boost::unit_test::precondition(others_there)) {
  auto counts = count_cases();
  for (const auto& [name, others] : count_of_others()) {
    BOOST_TEST(counts[name].about >= others, name << " has " << counts[name].about << " cases");
  }
}

BOOST_AUTO_TEST_CASE(any_text_stands_for_three_dots) {
  BOOST_TEST(matches("abc", "abc"));
  BOOST_TEST(!matches("abc", "abcd"));
  BOOST_TEST(matches("...", ""));
  BOOST_TEST(matches("a...c", "abbc"));
  BOOST_TEST(!matches("a...c", "abbcd"));
  BOOST_TEST(matches("...b...", "abc"));
  BOOST_TEST(!matches("...b...b...", "abc"));
  BOOST_TEST(matches("[...,...]", "[1, 2]"));
}

BOOST_AUTO_TEST_SUITE_END()
