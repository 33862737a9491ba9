#include "weir/routing/log_layer.hpp"

#include "unit/routing/router_bench.hpp"
#include "weir/routing/authenticate.hpp"

using namespace weir;
using namespace weir::test;

namespace {

struct Logged : RouterBench {
  Log to(LogLevel level) {
    return Log(level, [this](LogLevel at, std::string_view line) {
      written.push_back(std::string(to_string(at)) + " " + std::string(line));
    });
  }
  /// `line` with the peer's port replaced.
  static std::string without_port(std::string line) {
    const std::size_t begin = line.find("127.0.0.1:") + 10;
    return line.replace(begin, line.find_first_not_of("0123456789", begin) - begin, "PORT");
  }
  std::vector<std::string> written;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(log_layer)

BOOST_FIXTURE_TEST_CASE(a_line_says_who_asked_what_and_what_became_of_it, Logged) {
  router.use(weir::log(to(LogLevel::info)),
             authenticate([](Context&) { return std::optional<std::string>("ann\n"); }));
  on_later("x");
  Peer peer = dial();
  bench.say(peer, "x\n");
  bench.advance(2ms);
  BOOST_TEST(written.empty());
  out[0].reply("x");
  bench.run();
  BOOST_REQUIRE(written.size() == 1U);
  BOOST_TEST(
      without_port(written[0]).starts_with("info route 'x' from tcp://127.0.0.1:PORT as ann"));
  BOOST_TEST(written[0].ends_with(": answered in 2000 us"));
  BOOST_TEST(written[0].find('\n') == std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_flood_of_failures_is_braked_by_kind_and_counted, Logged) {
  router.use(weir::log(to(LogLevel::info), LogLevel::info, {.failures = LogLevel::warning}));
  router.on("no", [] { throw Refusal("not\ayou"); });
  Peer peer = dial();
  for (int i = 0; i < 100; ++i) bench.say(peer, "no\nwho\n");
  BOOST_REQUIRE(written.size() == 2U);
  BOOST_TEST(
      without_port(written[0]).starts_with("warning route 'no' from tcp://127.0.0.1:PORT: "));
  BOOST_TEST(written[0].find('\a') == std::string::npos);
  BOOST_TEST(without_port(written[1]) ==
             "warning route '*' from tcp://127.0.0.1:PORT: not found in 0 us");
  bench.advance(1s);
  bench.say(peer, "no\n");
  BOOST_TEST(written[2].ends_with("(and 99 more like it before)"));
}

BOOST_FIXTURE_TEST_CASE(below_its_level_it_is_silent, Logged) {
  router.use(weir::log(to(LogLevel::warning)));
  router.on("x", [] { return "x"; });
  BOOST_TEST(ask("x\nwho\n") == "x\nerror: not found\n");
  BOOST_TEST(written.empty());
}

BOOST_AUTO_TEST_SUITE_END()
