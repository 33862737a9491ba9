// The code of docs/inspector.md. Each ```cpp block of the guide stands in here word for word;
// structure.snippets checks that.
#include "weir/inspector/inspector.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <string_view>
#include <vector>

#include "weir/framing/line.hpp"
#include "weir/testing/memory_loop.hpp"

namespace {

// [serve
int serve_inspected() {
  weir::Server server;
  server.listen("tcp://127.0.0.1:7000", weir::lines(), [](std::string_view line) { return line; });
  weir::Inspector inspector(server, {.name = "echo"});
  if (!inspector.listen("tcp://127.0.0.1:9901").ok()) return 1;
  return server.run();
}
// ]

// [figures
weir::InspectorOptions with_figures(const std::atomic<int>& players) {
  weir::InspectorOptions options{.name = "game"};
  options.figures = [&players] {
    return std::vector<weir::Figure>{
        {"game_players", "Players that are in a room.", false, {}, static_cast<double>(players)}};
  };
  return options;
}
// ]

// [token
weir::Result<weir::Endpoint> listen_for_others(weir::Inspector& inspector,
                                               const weir::InspectorOptions& options) {
  if (const auto allowed = weir::Inspector::check("tcp://0.0.0.0:9901", options); !allowed.ok()) {
    return allowed.error();  // without a token in the options
  }
  return inspector.listen("tcp://0.0.0.0:9901");
}
// ]

}  // namespace

BOOST_AUTO_TEST_SUITE(inspector)

BOOST_AUTO_TEST_CASE(figures_are_asked_for_when_they_are_shown) {
  std::atomic<int> players{3};
  const weir::InspectorOptions options = with_figures(players);
  players = 4;
  const auto figures = options.figures();
  BOOST_REQUIRE_EQUAL(figures.size(), 1U);
  BOOST_TEST(figures[0].value == 4.0);
}

BOOST_AUTO_TEST_CASE(nobody_listens_for_others_without_a_token) {
  weir::testing::MemoryLoop loop;
  weir::Server server({.loop = &loop});
  weir::Inspector inspector(server);
  static_cast<void>(&serve_inspected);  // it has the ports of the guide
  const auto bound = listen_for_others(inspector, {});
  BOOST_REQUIRE(!bound.ok());
  BOOST_TEST(bound.error().message.find("needs a token") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
