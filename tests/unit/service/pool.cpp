// A pool: which member gets a call, which are ejected and come back, how it ends.
#include "weir/service/pool.hpp"

#include <atomic>
#include <cerrno>
#include <map>
#include <thread>

#include "service/pool_health.hpp"
#include "support/sockets.hpp"
#include "unit/service/client_case.hpp"

namespace {

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

using Seen = PoolHealth::Seen;
using Verdict = PoolHealth::Verdict;

/// The choice among members that nobody ever hears of.
struct Choosing {
  explicit Choosing(std::size_t count, Ejection ejection = {})
      : seen(count), health(ejection, std::vector<std::string>(count), Log(LogLevel::off)) {}

  std::size_t choose() {
    const auto choice = health.choose(now, seen, std::vector<bool>(seen.size()));
    BOOST_REQUIRE(choice.has_value());
    last = *choice;
    return last.member;
  }
  void bad(std::size_t member, int times) {
    for (int i = 0; i < times; ++i) health.note({member, false}, Verdict::bad, now);
  }

  TimePoint now{std::chrono::hours(1)};
  std::vector<Seen> seen;
  PoolHealth health;
  PoolHealth::Choice last;
};

/// Three servers that keep what they are asked, on one loop in memory.
class PoolCase {
 public:
  explicit PoolCase(PoolOptions options = {}) {
    for (std::uint16_t port = 7000; port < 7003; ++port) {
      endpoints.push_back("tcp://127.0.0.1:" + std::to_string(port));
    }
    servers.resize(3);
    sessions.resize(3);
    received.resize(3);
    for (std::size_t i = 0; i < 3; ++i) listen(i);
    options.client.loop = &loop;
    options.client.log = Log(LogLevel::off);
    options.client.backoff.jitter = 0;
    PoolHooks hooks;
    hooks.on_message = [this](std::size_t member, std::string_view frame) {
      messages.push_back(std::to_string(member) + " " + std::string(frame));
    };
    pool = std::make_unique<Pool>(endpoints, lines(), std::move(options), std::move(hooks));
  }
  ~PoolCase() {
    pool.reset();
    loop.run_ready();
  }

  void listen(std::size_t i) {
    servers[i] = std::make_unique<Server>(ServerOptions{.log = Log(LogLevel::off), .loop = &loop});
    Hooks hooks;
    hooks.on_open = [this, i](Session& session) { sessions[i] = session; };
    BOOST_REQUIRE(servers[i]
                      ->listen(
                          endpoints[i], lines(),
                          [this, i](std::string_view line) { received[i].emplace_back(line); },
                          std::move(hooks))
                      .ok());
    BOOST_REQUIRE(servers[i]->start().ok());
  }
  CallId call(std::string_view request, CallOptions options = {}) {
    auto called = pool->call(request, options, [this](Result<std::string> result) {
      outcomes.push_back(result.ok() ? result.value() : std::to_string(result.error().code));
    });
    BOOST_REQUIRE(called.ok());
    loop.run_ready();
    return called.value();
  }
  void answer(std::size_t member, std::string_view line) {
    sessions[member].send(line);
    loop.run_ready();
  }
  [[nodiscard]] std::vector<std::size_t> asked() const {
    std::vector<std::size_t> counts;
    for (const Strings& each : received) counts.push_back(each.size());
    return counts;
  }

  testing::MemoryLoop loop;
  std::vector<std::string> endpoints;
  std::vector<std::unique_ptr<Server>> servers;
  std::vector<Session> sessions;
  std::vector<Strings> received;
  Strings outcomes;
  Strings messages;
  std::unique_ptr<Pool> pool;
};

using Counts = std::vector<std::size_t>;

}  // namespace

BOOST_AUTO_TEST_SUITE(pool)

BOOST_AUTO_TEST_CASE(the_least_outstanding_is_chosen_and_equal_ones_take_turns) {
  Choosing one(3);
  Counts chosen;
  for (int i = 0; i < 4; ++i) chosen.push_back(one.choose());
  BOOST_TEST(chosen == (Counts{0, 1, 2, 0}));
  one.seen = {{5}, {2}, {2}};
  chosen.clear();
  for (int i = 0; i < 3; ++i) chosen.push_back(one.choose());
  BOOST_TEST(chosen == (Counts{1, 2, 1}));
}

BOOST_AUTO_TEST_CASE(one_that_is_not_connected_is_passed_over) {
  Choosing one(3);
  one.seen = {{0, ClientState::waiting}, {9, ClientState::connected}, {1, ClientState::connecting}};
  BOOST_TEST(one.choose() == 1U);
  one.seen[1].state = ClientState::closed;
  BOOST_TEST(one.choose() == 2U);
  one.seen[2].state = ClientState::waiting;
  BOOST_TEST(one.choose() == 0U);
}

BOOST_AUTO_TEST_CASE(failures_in_a_row_eject_and_a_probe_brings_back) {
  Choosing one(2, {.failures = 3, .first = 1s, .most = 3s});
  one.bad(0, 2);
  one.health.note({0, false}, Verdict::good, one.now);
  one.bad(0, 2);
  BOOST_TEST((one.health.health(0) == Health::healthy));
  one.bad(0, 1);
  BOOST_TEST((one.health.health(0) == Health::ejected));
  for (int i = 0; i < 4; ++i) BOOST_TEST(one.choose() == 1U);
  // The waits grow: 1 s, 2 s, 3 s at most.
  for (const Duration wait : {Duration(1s), Duration(2s), Duration(3s), Duration(3s)}) {
    one.now += wait - 1ns;
    BOOST_TEST(one.choose() == 1U);
    one.now += 1ns;
    BOOST_TEST(one.choose() == 0U);
    BOOST_TEST(one.last.probe);
    BOOST_TEST((one.health.health(0) == Health::probing));
    BOOST_TEST(one.choose() == 1U);  // one probe at a time
    one.health.note({0, true}, Verdict::bad, one.now);
    BOOST_TEST((one.health.health(0) == Health::ejected));
  }
  one.now += 3s;
  BOOST_TEST(one.choose() == 0U);
  one.health.note(one.last, Verdict::none, one.now);  // was cancelled: asked again
  BOOST_TEST(one.choose() == 0U);
  one.health.note(one.last, Verdict::good, one.now);
  BOOST_TEST((one.health.health(0) == Health::healthy));
  BOOST_TEST(one.health.ejections(0) == 5U);
  one.bad(0, 3);
  one.now += 1s;  // the first time again
  BOOST_TEST(one.choose() == 0U);
}

BOOST_AUTO_TEST_CASE(what_was_asked_before_the_ejection_says_nothing_of_now) {
  Choosing one(2, {.failures = 1, .first = 1s});
  one.bad(0, 1);
  one.health.note({0, false}, Verdict::good, one.now);
  BOOST_TEST((one.health.health(0) == Health::ejected));
  one.now += 1s;
  BOOST_TEST(one.choose() == 0U);
  one.bad(0, 1);
  BOOST_TEST((one.health.health(0) == Health::probing));
  BOOST_TEST(one.health.ejections(0) == 1U);
  one.health.note(one.last, Verdict::good, one.now);
  BOOST_TEST((one.health.health(0) == Health::healthy));
}

BOOST_AUTO_TEST_CASE(one_that_is_closed_is_not_probed) {
  Choosing one(2, {.failures = 1, .first = 1s});
  one.bad(0, 1);
  one.seen[0].state = ClientState::closed;
  one.now += 1s;
  BOOST_TEST(one.choose() == 1U);
  BOOST_TEST(!one.last.probe);
}

BOOST_AUTO_TEST_CASE(no_more_than_a_part_is_out) {
  Choosing one(5, {.failures = 1});
  for (std::size_t member = 0; member < 5; ++member) one.bad(member, 3);
  int out = 0;
  for (std::size_t member = 0; member < 5; ++member) {
    if (one.health.health(member) == Health::ejected) ++out;
  }
  BOOST_TEST(out == 2);
}

BOOST_AUTO_TEST_CASE(one_alone_is_never_ejected_by_default) {
  Choosing one(1, {.failures = 1});
  one.bad(0, 100);
  BOOST_TEST((one.health.health(0) == Health::healthy));
}

BOOST_AUTO_TEST_CASE(when_all_are_out_all_are_used) {
  Choosing one(2, {.failures = 1, .most_out = 1});
  one.bad(0, 1);
  one.bad(1, 1);
  BOOST_TEST((one.health.health(1) == Health::ejected));
  BOOST_TEST(one.choose() != one.choose());
  BOOST_TEST(!one.last.probe);
}

BOOST_FIXTURE_TEST_CASE(calls_are_spread_and_answered, PoolCase) {
  for (int i = 0; i < 6; ++i) call("q" + std::to_string(i));
  BOOST_TEST(asked() == (Counts{2, 2, 2}));
  answer(1, "a");
  answer(1, "b");
  BOOST_TEST(outcomes == (Strings{"a", "b"}));
  call("q6");
  call("q7");
  BOOST_TEST(asked() == (Counts{2, 4, 2}));  // it has the fewest outstanding
}

BOOST_FIXTURE_TEST_CASE(a_dead_member_costs_no_call_but_those_it_had, PoolCase) {
  pool->start();
  loop.run_ready();
  servers[0].reset();
  loop.advance(1ms);
  for (int i = 0; i < 4; ++i) call("q");
  BOOST_TEST(asked() == (Counts{0, 2, 2}));
  listen(0);
  loop.advance(1s);
  call("q");
  BOOST_TEST(asked() == (Counts{1, 2, 2}));
}

BOOST_AUTO_TEST_CASE(a_member_that_does_not_answer_is_ejected_and_probed) {
  PoolOptions options;
  options.ejection.failures = 2;
  PoolCase one(options);
  for (int i = 0; i < 6; ++i) one.call("q", {.deadline = 1s});
  for (int i = 0; i < 2; ++i) {
    one.answer(1, "a");
    one.answer(2, "a");
  }
  one.loop.advance(1s);
  BOOST_TEST((one.pool->members()[0].health == Health::ejected));
  BOOST_TEST(one.pool->members()[0].ejections == 1U);
  for (int i = 0; i < 4; ++i) one.call("q");
  BOOST_TEST(one.asked() == (Counts{2, 4, 4}));
  one.loop.advance(1s);
  one.call("probe");
  one.call("q");
  BOOST_TEST(one.asked() == (Counts{3, 5, 4}));
  // By order, the late ones come first.
  for (const char* text : {"late", "late", "alive"}) one.answer(0, text);
  BOOST_TEST(one.outcomes.back() == "alive");
  BOOST_TEST((one.pool->members()[0].health == Health::healthy));
}

BOOST_AUTO_TEST_CASE(a_call_that_its_member_could_not_do_counts_against_it) {
  PoolOptions options;
  options.ejection = {.failures = 1, .most_out = 1};
  const auto ejected = [](const PoolCase& one) {
    std::size_t count = 0;
    for (const PoolMember& member : one.pool->members()) count += member.ejections;
    return count;
  };
  {
    PoolCase one(options);
    one.call("q");
    one.sessions[0].abort();
    one.loop.run_ready();
    BOOST_TEST(one.outcomes == Strings{std::to_string(ECONNRESET)});
    BOOST_TEST(ejected(one) == 1U);
  }
  {
    PoolCase one(options);
    for (auto& server : one.servers) server.reset();
    one.call("q", {.deadline = 1s});
    one.loop.advance(1s);
    BOOST_TEST(one.outcomes == Strings{std::to_string(ETIME)});
    BOOST_TEST(ejected(one) == 1U);
  }
  options.client.backoff.attempts = 1;
  PoolCase one(options);
  for (auto& server : one.servers) server.reset();
  one.call("q");
  BOOST_TEST(one.outcomes == Strings{std::to_string(ENOTCONN)});
  BOOST_TEST(ejected(one) == 1U);
}

BOOST_AUTO_TEST_CASE(a_probe_that_proves_nothing_is_followed_by_another) {
  PoolOptions options;
  options.ejection.failures = 1;
  PoolCase one(options);
  one.call("q", {.deadline = 1s});
  one.loop.advance(2s);  // it failed, and its time is up
  std::vector<Delivery> reports;
  BOOST_TEST((one.pool->post("probe", [&](const DeliveryReport& report) {
    reports.push_back(report.delivery);
  }) == Posted::accepted));
  one.loop.run_ready();
  BOOST_TEST((reports == std::vector{Delivery::delivered}));
  BOOST_TEST(one.asked() == (Counts{2, 0, 0}));
  one.pool->cancel(one.call("probe"));
  one.loop.run_ready();
  BOOST_TEST(one.asked() == (Counts{3, 0, 0}));
  one.call("probe");
  BOOST_TEST(one.asked() == (Counts{4, 0, 0}));
  BOOST_TEST((one.pool->members()[0].health == Health::probing));
}

BOOST_AUTO_TEST_CASE(a_probe_for_which_there_was_no_room_is_followed_by_another) {
  PoolOptions options;
  options.ejection.failures = 1;
  options.client.queue.messages = 1;
  options.client.max_in_flight = 1;
  PoolCase one(options);
  for (int i = 0; i < 4; ++i) one.call("q", {.deadline = i == 0 ? 1s : 10s});
  one.answer(1, "a");
  one.answer(2, "a");
  one.loop.advance(2s);  // the first failed, and its time is up; one more waits in its queue
  BOOST_TEST((one.pool->members()[0].health == Health::ejected));
  one.call("q");
  BOOST_TEST(one.asked() == (Counts{1, 2, 1}));
  one.answer(0, "late");
  one.call("probe");
  BOOST_TEST(one.pool->members()[0].outstanding == 2U);
  one.answer(0, "of the one that waited");
  one.answer(0, "alive");
  BOOST_TEST(one.outcomes.back() == "alive");
  BOOST_TEST((one.pool->members()[0].health == Health::healthy));
}

BOOST_AUTO_TEST_CASE(what_no_member_can_take_is_offered_once) {
  PoolOptions options;
  options.client.queue.bytes = 10;
  PoolCase one(options);
  const auto called =
      one.pool->call("longer than the queue", {}, [](const Result<std::string>&) {});
  BOOST_REQUIRE(!called.ok());
  BOOST_TEST(called.error().code == EMSGSIZE);
  std::uint64_t offered = 0;
  for (const PoolMember& member : one.pool->members()) offered += member.stats.rejected;
  BOOST_TEST(offered == 1U);
}

BOOST_AUTO_TEST_CASE(a_full_member_is_passed_over) {
  PoolOptions options;
  options.client.queue.messages = 1;
  options.client.max_in_flight = 1;
  PoolCase one(options);
  int accepted = 0;
  for (int i = 0; i < 10; ++i) {
    AnswerHandler each = [](const Result<std::string>&) {};
    const auto called = one.pool->call("q", {}, std::move(each));
    one.loop.run_ready();
    if (called.ok()) {
      ++accepted;
    } else {
      BOOST_TEST(called.error().code == ENOBUFS);
      BOOST_TEST(static_cast<bool>(each));  // it keeps its handler
    }
  }
  BOOST_TEST(accepted == 6);  // one in flight and one queued, of each
}

BOOST_FIXTURE_TEST_CASE(a_call_of_a_pool_can_be_cancelled, PoolCase) {
  call("a");
  const CallId second = call("b");
  pool->cancel(second);
  loop.run_ready();
  BOOST_TEST(outcomes == Strings{std::to_string(ECANCELED)});
  answer(0, "of a");
  BOOST_TEST(outcomes.back() == "of a");
}

BOOST_FIXTURE_TEST_CASE(posts_and_messages_of_members, PoolCase) {
  for (int i = 0; i < 3; ++i) BOOST_TEST((pool->post("p") == Posted::accepted));
  loop.run_ready();
  BOOST_TEST(asked() == (Counts{1, 1, 1}));
  answer(2, "news");
  BOOST_TEST(messages == Strings{"2 news"});
}

BOOST_FIXTURE_TEST_CASE(a_handler_may_destroy_the_pool, PoolCase) {
  const auto called = pool->call("a", {}, [this](const Result<std::string>&) { pool.reset(); });
  BOOST_REQUIRE(called.ok());
  call("b");
  answer(0, "x");
  BOOST_TEST(pool == nullptr);
  BOOST_TEST(outcomes == Strings{std::to_string(ECANCELED)});
}

BOOST_AUTO_TEST_CASE(a_pool_without_endpoints_says_so) {
  Pool pool({}, lines());
  const auto result = pool.call("x");
  BOOST_REQUIRE(!result.ok());
  BOOST_TEST(result.error().message.find("no endpoint") != std::string::npos);
  BOOST_TEST((pool.post("x") == Posted::rejected));
  BOOST_TEST(pool.members().empty());
}

BOOST_AUTO_TEST_CASE(a_program_without_a_loop_calls_through_a_pool) {
  std::vector<std::unique_ptr<Server>> servers;
  std::vector<std::string> endpoints;
  for (int i = 0; i < 3; ++i) {
    ServerOptions options;
    options.log = Log(LogLevel::off);
    servers.push_back(std::make_unique<Server>(std::move(options)));
    const auto listening = servers.back()->listen("tcp://127.0.0.1:0", lines(),
                                                  [](std::string_view line) { return line; });
    BOOST_REQUIRE(listening.ok());
    BOOST_REQUIRE(servers.back()->start().ok());
    endpoints.push_back(listening.value().to_string());
  }
  PoolOptions options;
  options.client.log = Log(LogLevel::off);
  for (std::size_t round = 0; round < scaled(100); ++round) {
    Pool pool(endpoints, lines(), options);
    std::atomic<int> wrong{0};
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 2; ++i) {
        threads.emplace_back([&] {
          for (int j = 0; j < 10; ++j) {
            const auto answer = pool.call("hello");
            if (!answer.ok() || answer.value() != "hello") ++wrong;
          }
        });
      }
    }
    BOOST_TEST(wrong == 0);
    std::atomic<int> answered{0};
    for (int i = 0; i < 5; ++i) {
      const auto called =
          pool.call("x", {}, [&](const Result<std::string>& result) { answered += result.ok(); });
      BOOST_REQUIRE(called.ok());
    }
    if (round % 2 == 0) {
      pool.close(10s);
      BOOST_TEST(answered == 5);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_pool_may_be_destroyed_by_its_own_handler) {
  ServerOptions quiet;
  quiet.log = Log(LogLevel::off);
  Server server(std::move(quiet));
  const auto listening =
      server.listen("tcp://127.0.0.1:0", lines(), [](std::string_view line) { return line; });
  BOOST_REQUIRE(listening.ok());
  BOOST_REQUIRE(server.start().ok());
  PoolOptions options;
  options.client.log = Log(LogLevel::off);
  for (int i = 0; i < 50; ++i) {
    auto pool =
        std::make_unique<Pool>(std::vector{listening.value().to_string()}, lines(), options);
    const auto gone = std::make_shared<std::atomic<bool>>(false);
    Pool& asked = *pool;
    const auto called =
        asked.call("x", {}, [owned = std::move(pool), gone](const Result<std::string>&) mutable {
          owned.reset();
          *gone = true;
        });
    BOOST_REQUIRE(called.ok());
    while (!*gone) std::this_thread::yield();
  }
}

BOOST_AUTO_TEST_SUITE_END()
