// The code of docs/routing.md, whole: a router with layers, and its tests. Each ```cpp block of the
// guide stands in here word for word; structure.snippets checks that.
#include <boost/test/unit_test.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "weir/framing/length_prefix.hpp"
#include "weir/framing/line.hpp"
#include "weir/routing/layers.hpp"
#include "weir/routing/routed.hpp"
#include "weir/service/server.hpp"
#include "weir/testing/memory_loop.hpp"

namespace {

using namespace std::chrono_literals;

// [layer
class Quota final : public weir::Layer {
 public:
  void call(weir::Context& context, weir::Next next) override {
    if (context.payload().size() > 100) {
      context.fail({.kind = weir::FailureKind::refused, .message = "too much"});
      return;
    }
    next.note(context, context.payload().size());
    next(context);
  }
  void settled(weir::Context&, const weir::Failure* failure, std::uint64_t note) override {
    if (failure == nullptr) bytes_ += note;
  }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  std::atomic<std::uint64_t> bytes_{0};
};
// ]

std::optional<std::string> find_user(weir::Context& context) {
  if (context.payload() != "open sesame") return std::nullopt;
  return "ann";
}

struct Service {
  Service() {
    // [routes
    router.on("echo", [](std::string_view text) { return text; });
    router.on("length", [](std::string_view text) { return std::to_string(text.size()); });
    router.on(7, [] { return "seven"; });
    router.otherwise(
        [](const weir::Context&) -> std::string { throw weir::Refusal("ask for echo or length"); });
    // ]
    // [groups
    auto admin = router.group("admin.");
    admin.use(weir::authenticate(find_user));
    admin.on("who", [](const weir::Context& context) { return context.identity(); });
    admin.on(
        "report", [this] { return report(); }, weir::deadline(2s));
    // ]
    // [built_in
    router.use(counted, weir::log(log), weir::shed(), weir::rate_limit({.per_second = 1000}));
    router.use(weir::concurrency(100, {.queue = 1000}), weir::deadline(5s));
    // ]
    // [function
    router.use([](weir::Context& context, weir::Next next) {
      if (context.payload() == "please") throw weir::Refusal("no");
      next(context);
    });
    // ]
    router.use(quota);
  }

  // [report
  std::string report() const {
    std::string lines;
    for (const weir::RouteStats& stats : counted->stats()) {
      const auto median =
          std::chrono::duration_cast<std::chrono::microseconds>(stats.time.quantile(0.5));
      lines += stats.route + " " + std::to_string(stats.calls) + " calls, median " +
               std::to_string(median.count()) + " us; ";
    }
    return lines;
  }
  // ]

  weir::Log log{weir::LogLevel::warning};
  std::shared_ptr<weir::Count> counted = weir::count();
  std::shared_ptr<Quota> quota = std::make_shared<Quota>();
  weir::Router<> router;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(routing)

BOOST_AUTO_TEST_CASE(the_service_of_the_guide_answers) {
  Service service;
  weir::Router<>& router = service.router;
  weir::testing::MemoryLoop loop;
  weir::Server server({.log = weir::Log(weir::LogLevel::off), .loop = &loop});
  // [listen
  server.listen("tcp://127.0.0.1:7000", weir::lines(), weir::routed(router));
  server.listen("tcp://127.0.0.1:7001", weir::length_prefix(4),
                weir::routed(router, weir::opcode(2)));
  // ]
  BOOST_REQUIRE(server.start().ok());
  const auto ask = [&](std::string_view endpoint, std::string_view bytes) {
    auto peer = loop.dial(endpoint);
    peer.send(bytes);
    loop.run_ready();
    return peer.take();
  };
  const auto by_line = [&](std::string_view bytes) { return ask("tcp://127.0.0.1:7000", bytes); };
  BOOST_TEST(by_line("echo hi\nlength four\nwhat\necho please\n") ==
             "hi\n4\nerror: ask for echo or length\nerror: no\n");
  BOOST_TEST(by_line("admin.who x\nadmin.who open sesame\n") == "error: unauthenticated\nann\n");
  BOOST_TEST(by_line("echo " + std::string(101, 'x') + "\n") == "error: too much\n");
  BOOST_TEST(by_line("admin.report open sesame\n").starts_with("* 1 calls, median 0 us; "));
  BOOST_TEST(ask("tcp://127.0.0.1:7001", std::string_view("\0\0\0\2\0\7", 6)) ==
             std::string_view("\0\0\0\5seven", 9));
  BOOST_TEST(service.quota->bytes() > 0U);
}

BOOST_AUTO_TEST_SUITE_END()
