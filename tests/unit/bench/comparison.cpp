// The file of a Comparison: there and back, and what is wrong with a wrong one.
#include "compare/comparison.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "compare/comparison_file.hpp"
#include "failure.hpp"
#include "unit/bench/compared.hpp"

namespace {

using namespace weir::bench;
using namespace weir::bench::testing;

Comparison everything() {
  Entry weir = entry_of("weir epoll", {5.4, 5.3, 5.6}, {1.06, 1.05, 1.07});
  weir.no_result = "fewer than 5 rounds";
  weir.beside = {{"client_busy", 0.5}, {"messages_per_second", 180'000}};
  weir.latency = {{50, 20'000}, {99.99, 900'000}};
  Row row = row_of("a", Figure::cpu,
                   {entry_of("C epoll", {5.1, 5.0, 5.3}), weir, skipped_entry("Go", "not here")});
  row.axis = "connections";
  row.at = 64;
  return comparison_of({row, row_of("b", Figure::binary_size, {entry_of("C epoll", {16'384})})});
}

void refuses(const std::string& text, const std::string& why) {
  const ScratchFile file(text);
  try {
    read_comparison(file.path());
    BOOST_ERROR("it was taken: " + text);
  } catch (const BadFile& wrong) {
    const std::string said = wrong.what();
    BOOST_TEST(said.starts_with(file.path() + ": "), said);
    BOOST_TEST(said.find(why) != std::string::npos, said);
  }
}

std::string edited(const std::string& from, const std::string& to) {
  std::string text = to_json(everything());
  const auto at = text.find(from);
  BOOST_REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_comparison_comes_back_from_its_file_as_it_was) {
  Comparison before = everything();
  before.max_spread = 0.25;
  const ScratchFile file(to_json(before));
  const Comparison after = read_comparison(file.path());
  BOOST_TEST(to_json(after) == to_json(before));
  BOOST_TEST(after.suite == before.suite);
  BOOST_TEST(after.started == before.started);
  BOOST_TEST(after.seconds == before.seconds);
  BOOST_TEST(after.max_spread == 0.25);
  BOOST_TEST((after.machine == before.machine));
  BOOST_TEST((after.settings == before.settings));
  BOOST_REQUIRE(after.rows.size() == 2U);
  const Row& row = after.rows[0];
  BOOST_TEST(row.axis == "connections");
  BOOST_TEST(row.at == 64);
  BOOST_TEST((after.rows[1].figure == Figure::binary_size));
  BOOST_REQUIRE(row.entries.size() == 3U);
  BOOST_TEST((row.entries[1].rounds == before.rows[0].entries[1].rounds));
  BOOST_TEST((row.entries[1].ratios == before.rows[0].entries[1].ratios));
  BOOST_TEST((row.entries[1].beside == before.rows[0].entries[1].beside));
  BOOST_TEST((row.entries[1].latency == before.rows[0].entries[1].latency));
  BOOST_TEST((row.entries[0].role == Role::floor));
  BOOST_TEST((row.entries[1].role == Role::weir));
  BOOST_TEST((row.entries[2].role == Role::peer));
  BOOST_TEST(row.entries[1].no_result == "fewer than 5 rounds");
  BOOST_TEST(!row.entries[2].is_measured());
  Comparison baseless = before;
  baseless.rows[0].entries[1].ratios = {};
  BOOST_TEST(comparison_from_json(to_json(baseless)).rows[0].entries[1].no_result ==
             "fewer than 5 rounds");
  BOOST_TEST(row.entries[2].skipped == "not here");
}

BOOST_AUTO_TEST_CASE(a_wrong_file_is_named_with_what_is_wrong) {
  refuses("", "no comparison of weir-bench");
  refuses("{\"weir-bench\": 1", "parse error");
  refuses("[]", "no comparison of weir-bench");
  refuses("{}", "weir-bench");
  refuses("{\"weir-bench\": 1}", "suite");
  refuses("{\"weir-bench\": 2}", "format is 2");
  refuses(edited("\"figure\": \"cpu\"", "\"figure\": \"joy\""), "no figure \"joy\"");
  refuses(edited("\"role\": \"peer\"", "\"role\": \"referee\""), "no role \"referee\"");
  refuses(edited("\"id\": \"b\"", "\"id\": \"a\""), "two rows \"a\"");
  refuses(edited("\"name\": \"Go\"", "\"name\": \"weir epoll\""), "has two of \"weir epoll\"");
  refuses(edited("\"at\": 64.0", "\"at\": \"64\""), "must be number");
}

BOOST_AUTO_TEST_CASE(
    a_role_is_that_of_the_program_and_in_older_files_which_have_no_spread_either_of_the_name) {
  BOOST_TEST((role_of("weir-floor-epoll") == Role::floor));
  BOOST_TEST((role_of("weir-peer-libuv") == Role::peer));
  BOOST_TEST((role_of("nginx") == Role::peer));
  BOOST_TEST((role_of("weir-echo") == Role::weir));
  const Comparison before = everything();
  const auto& entries = before.rows[0].entries;
  std::string text = to_json(before);
  for (auto at = text.find("\"role\""); at != std::string::npos; at = text.find("\"role\"")) {
    text.erase(at, text.find(',', at) + 1 - at);
  }
  text.erase(text.find("\"max_spread\""), std::string("\"max_spread\": 0.1,").size());
  const Comparison after = comparison_from_json(text);
  BOOST_TEST(after.max_spread == usual_max_spread);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    BOOST_TEST((after.rows[0].entries[i].role == entries[i].role), entries[i].name);
  }
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_or_is_too_large_is_named) {
  const auto said_of = [](const std::string& path) -> std::string {
    try {
      read_comparison(path);
      return "nothing";
    } catch (const BadFile& wrong) {
      return wrong.what();
    }
  };
  BOOST_TEST(said_of("/nowhere/at.json") == "/nowhere/at.json: No such file or directory");
  BOOST_TEST(said_of("/tmp") == "/tmp: Is a directory");
  const ScratchFile large("");
  std::filesystem::resize_file(large.path(), max_comparison_bytes + 1);
  BOOST_TEST(said_of(large.path()) == large.path() + ": it is larger than 64 MiB");
}
