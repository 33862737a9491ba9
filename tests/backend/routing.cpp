// A router behind all its layers, with handlers of every kind, on every backend and in every mode
// of threads: whatever becomes of a request, it is answered once, in order, and nothing is left
// over.
#include <mutex>
#include <stdexcept>
#include <vector>

#include "backend/scenario.hpp"
#include "weir/framing/line.hpp"
#include "weir/routing/layers.hpp"
#include "weir/routing/routed.hpp"

namespace {

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

constexpr std::string_view script =
    "echo a\nlater\nthrows\ndrops\ntwice\nlate\nwho\nelsewhere\necho z\n";
constexpr std::string_view answers =
    "a\nlater\nerror: internal error\nerror: unanswered\nonce\nerror: timed out\n"
    "error: not found\nfrom elsewhere\nz\n";

/// The router, and the thread that answers what is asked elsewhere.
struct Service {
  explicit Service(Bench& bench) {
    router.use(counted, rate_limit({.per_second = 1e6, .burst = 1'000'000, .by = RateKey::address}),
               shed({.lag = 1h}), authenticate([](const Context&) { return true; }), limit,
               [](Context& context, Next next) { next(context); });
    router.on("echo", [](std::string_view text) { return text; });
    router.on("throws", []() -> std::string { throw std::runtime_error("thrown"); });
    router.on("drops", [](Responder responder) { responder.drop(); });
    router.on("twice", [this](const Responder& responder) {
      responder.reply("once");
      if (responder.reply("twice") || responder.fail({})) ++wrong;
    });
    router.on("later", [](Responder responder) {
      EventLoop& loop = responder.call()->loop();
      loop.post([kept = std::move(responder)] { kept.reply("later"); });
    });
    router.on("elsewhere", [this](Responder responder) {
      ++with_worker;
      asked.push(std::move(responder));
    });
    router.on(
        "late",
        [this](Responder responder) {
          const std::lock_guard lock(mutex);
          late.push_back(std::move(responder));
        },
        deadline(20ms));
    worker = bench.in_background([this] {
      for (;;) {
        const Responder responder = asked.wait("a request");
        if (responder.call() == nullptr) return;
        responder.reply("from elsewhere");
        --with_worker;
      }
    });
  }
  ~Service() { asked.push(Responder()); }

  RouteStats of(std::string_view name) const {
    for (RouteStats& stats : counted->stats()) {
      if (stats.route == name) return std::move(stats);
    }
    return {};
  }

  std::shared_ptr<Count> counted = count();
  std::shared_ptr<Concurrency> limit = concurrency(2, {.queue = 1000});
  Router<> router;
  Events<Responder> asked;
  std::atomic<int> with_worker{0};  // requests that its thread has not answered
  std::mutex mutex;
  std::vector<Responder> late;
  std::atomic<int> wrong{0};
  std::jthread worker;  // joined first
};

}  // namespace

CORE_SCENARIO(a_routed_request_is_answered_once_whatever_its_handler_does) {
  Service service(bench);
  const auto serving = bench.serve(lines(), routed(service.router));
  constexpr std::size_t clients = 8;
  std::vector<std::unique_ptr<Client>> all;
  for (std::size_t i = 0; i < clients; ++i) {
    all.push_back(bench.connect());
    all.back()->send(script);
  }
  for (std::size_t i = 0; i < clients / 2; ++i) {  // those who do not wait for it
    const auto client = bench.connect();
    client->send("elsewhere\nlater\n");
    client->reset();
  }
  const auto nothing_runs = [&] {
    return service.limit->running() == 0 && service.limit->waiting() == 0;
  };
  if (bench.in_memory()) {
    bench.until("all requests to end", [&] {
      // The thread has all the time it needs: no deadline passes meanwhile.
      bench.pass(service.with_worker == 0 ? 20ms : 0ms);
      return nothing_runs();
    });
  }
  for (const auto& client : all) BOOST_TEST(client->read(answers.size()) == answers);
  bench.until("all slots to be free", nothing_runs);
  {
    const std::lock_guard lock(service.mutex);
    for (const Responder& responder : service.late) BOOST_TEST(!responder.reply("too late"));
  }
  BOOST_TEST(service.wrong == 0);
  BOOST_TEST(service.of("echo").calls == 2 * clients);
  BOOST_TEST(service.of("throws").failed(FailureKind::failed) == clients);
  BOOST_TEST(service.of("drops").failed(FailureKind::unanswered) == clients);
  BOOST_TEST(service.of("late").failed(FailureKind::timed_out) == clients);
  BOOST_TEST(service.of("*").failed(FailureKind::not_found) == clients);
  for (const RouteStats& stats : service.counted->stats()) BOOST_TEST(stats.in_flight == 0U);
  BOOST_TEST(service.limit->refused() == 0U);
}

CORE_SCENARIO(many_connections_share_one_slot) {
  const auto limit = concurrency(1, {.queue = 10'000});
  std::atomic<int> inside{0};
  std::atomic<int> wrong{0};
  Router<> router;
  router.on(
      "x",
      [&](Responder responder) {
        if (++inside != 1) ++wrong;
        EventLoop& loop = responder.call()->loop();
        loop.post([&inside, kept = std::move(responder)] {
          --inside;
          kept.reply("x");
        });
      },
      limit);
  const auto serving = bench.serve(lines(), routed(router));
  std::vector<std::unique_ptr<Client>> clients;
  constexpr std::size_t requests = 50;
  std::string text;
  for (std::size_t i = 0; i < requests; ++i) text += "x\n";
  for (int i = 0; i < 16; ++i) {
    clients.push_back(bench.connect());
    clients.back()->send(text);
  }
  for (const auto& client : clients) BOOST_TEST(client->read(text.size()) == text);
  BOOST_TEST(wrong == 0);
  bench.until("the slot to be free", [&] { return limit->running() + limit->waiting() == 0; });
}
