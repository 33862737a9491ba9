// What a run of compare has to do: the rows that it is asked for, and the command of each.
#include "compare/work.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "compare/cost_suite.hpp"
#include "shell_words.hpp"
#include "system/scratch_folder.hpp"

namespace {

using namespace weir::bench;
using Ids = std::vector<std::string>;

struct Fixture {
  ScratchFolder folder;
  Programs programs{folder.path()};  // nothing is built there

  Work work(const std::string& suite, const std::string& only = {}) const {
    const bool quick = suite == "quick";
    const SuiteSettings settings{.programs = programs,
                                 .seconds = Seconds{quick ? 0.25 : 0.7},
                                 .quick = quick,
                                 .scratch = folder.path()};
    CompareOptions options;
    options.suite = suite;
    options.only = only;
    return work_of(options, settings, {.rounds = quick ? 5U : 7U});
  }
  Ids ids(const std::string& suite, const std::string& only = {}) const {
    const Work all = work(suite, only);
    Ids ids;
    for (const Plan& plan : all.plans) ids.push_back(plan.row.id);
    ids.insert(ids.end(), all.counted.begin(), all.counted.end());
    return ids;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(work_of_a_run, Fixture)

BOOST_AUTO_TEST_CASE(an_id_is_one_row_and_the_same_load_in_every_suite) {
  std::map<std::string, std::string> loads;
  for (const char* suite : {"full", "quick", "backends", "peers", "servers"}) {
    std::map<std::string, int> times;
    for (const Plan& plan : work(suite).plans) {
      const Row& row = plan.row;
      BOOST_TEST(++times[row.id] == 1, row.id);
      const auto load = row.chart + ", " + row.title + ": " + std::to_string(plan.connections);
      BOOST_TEST(loads.emplace(row.id, load).first->second == load, row.id);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_command_of_a_row_repeats_that_row_of_that_suite_as_it_was_measured) {
  const Work quick_idle = work("quick", "peers/idle");
  BOOST_REQUIRE(quick_idle.plans.size() == 1U);
  BOOST_TEST(quick_idle.plans[0].row.command ==
             "weir-bench compare quick --only peers/idle/1000 --rounds 3 --seconds 0.25 "
             "--max-spread 0.1");
  const Work idle = work("full", "peers/idle");
  BOOST_REQUIRE(idle.plans.size() == 1U);
  BOOST_TEST(idle.plans[0].row.command ==
             "weir-bench compare peers --only peers/idle/9999 --rounds 3 --seconds 0.7 "
             "--max-spread 0.1");
  const std::string begin = "weir-bench compare ";
  for (const char* suite : {"quick", "full"}) {
    for (const Plan& plan : work(suite).plans) {
      const std::string& command = plan.row.command;
      const auto of = command.substr(begin.size(), command.find(" --only") - begin.size());
      BOOST_TEST((ids(of, plan.row.id) == Ids{plan.row.id}), command);
    }
  }
}

BOOST_AUTO_TEST_CASE(only_takes_a_whole_id_or_all_that_contain_it_of_what_is_counted_too) {
  BOOST_TEST((ids("cost") == cost_row_ids()));
  BOOST_TEST((ids("cost", "instructions") ==
              Ids{"cost/instructions/ping-pong", "cost/instructions/pipelined"}));
  BOOST_TEST((ids("full", "hello") == Ids{"servers/hello/1", "servers/hello/16",
                                          "cost/compile_time/hello", "cost/binary_size/hello"}));
  BOOST_TEST((ids("full", "cost/allocations/pipelined") == Ids{"cost/allocations/pipelined"}));
  BOOST_TEST((ids("full", "servers/hello/1") == Ids{"servers/hello/1"}));
  BOOST_TEST(ids("peers", "instructions").empty());
  BOOST_TEST(work("cost", "cost/typo").is_empty());
}

BOOST_AUTO_TEST_CASE(what_is_counted_is_what_was_asked_for_and_its_command_names_who_was) {
  for (const char* name : {"weir-floor-epoll", "weir-echo"}) {
    std::ofstream(folder.file(name)) << "#!/bin/sh\nexit 1\n";
    std::filesystem::permissions(folder.file(name), std::filesystem::perms::owner_all);
  }
  const auto rows = run_cost_suite(
      {.programs = folder.path(), .ids = {"cost/allocations/pipelined"}, .quick = true},
      Interrupts{});
  BOOST_REQUIRE(rows.size() == 1U);
  BOOST_TEST(rows[0].id == "cost/allocations/pipelined");
  BOOST_TEST(rows[0].entries.size() == 3U);
  std::string command = "weir-bench cost --protocol length:4 --depth 64 -- " +
                        folder.file("weir-floor-epoll") + " frames 0";
  for (const char* backend : {"asio", "epoll"}) {
    command += " --- " + folder.file("weir-echo") + " --listen tcp://127.0.0.1:0 --backend " +
               backend + " --max-connections 20000 --log-level error --framing length:4";
  }
  BOOST_TEST(rows[0].command == command);
}

BOOST_AUTO_TEST_CASE(less_to_count_takes_less_time) {
  const SuiteSettings settings{.programs = programs, .scratch = folder.path()};
  const auto seconds = [&](const std::string& only) {
    return expected_time(work("cost", only), settings, {}).count();
  };
  BOOST_TEST(seconds("") == 120, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(seconds("hello") == 30, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(words_are_quoted_for_a_shell_where_they_must_be) {
  BOOST_TEST(shell_words({"weir-bench", "--out", "my file", "it's", ""}) ==
             "weir-bench --out 'my file' 'it'\\''s' ''");
  BOOST_TEST(exact(0.1) == "0.1");
  BOOST_TEST(exact(2) == "2");
}

BOOST_AUTO_TEST_SUITE_END()
