// A client whose connections are cut a thousand times, anywhere: nothing is lost silently, nothing
// that was answered was executed twice, the order is kept, the memory is flat.
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <boost/test/data/test_case.hpp>
#include <cerrno>
#include <fstream>
#include <random>
#include <thread>

#include "support/sockets.hpp"
#include "unit/service/client_case.hpp"
#include "weir/io/backend.hpp"

namespace {

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;
namespace data = boost::unit_test::data;

/// Address space for what the test keeps, so that it grows by what it uses and no more.
constexpr std::size_t most_messages = 8'000'000;

std::size_t resident_bytes() {
  std::size_t whole = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> whole >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// Reads lines "p N" and "c N", answers those of the second kind, and cuts each connection after
/// some bytes: in a line, in an answer, by an end or by a reset.
class CuttingServer {
 public:
  explicit CuttingServer(unsigned seed) : random_(seed), listener_(open_listener(16)) {
    executed_.reserve(most_messages);
    thread_ = std::jthread([this] { run(); });
  }
  ~CuttingServer() { stop(); }
  CuttingServer(const CuttingServer&) = delete;
  CuttingServer& operator=(const CuttingServer&) = delete;

  [[nodiscard]] std::string endpoint() const { return address_of(listener_).to_string(); }
  /// From now on it cuts nothing.
  void be_gentle() { gentle_ = true; }
  void stop() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
  }
  /// What it executed, in its order; after stop().
  [[nodiscard]] const std::vector<std::uint64_t>& executed() const { return executed_; }

 private:
  void run() {
    for (;;) {
      Descriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!socket.valid()) return;
      serve(std::move(socket));
    }
  }

  void serve(Descriptor socket) {
    std::size_t left = random_() % 3000;
    std::string input;
    std::string piece(512, '\0');
    while (gentle_ || left != 0) {
      const std::size_t most = gentle_ ? piece.size() : std::min(1 + random_() % 512, left);
      const ssize_t count = ::recv(socket.get(), piece.data(), most, 0);
      if (count <= 0) return;
      left -= std::min(left, static_cast<std::size_t>(count));
      input.append(piece, 0, static_cast<std::size_t>(count));
      std::string answers;
      for (std::size_t end = input.find('\n'); end != std::string::npos; end = input.find('\n')) {
        const std::string line = input.substr(0, end);
        input.erase(0, end + 1);
        executed_.push_back(std::stoull(line.substr(2)));
        if (line.front() == 'c') answers += line.substr(2) + "\n";
      }
      const bool whole = gentle_ || random_() % 20 != 0;
      if (!whole) answers.resize(random_() % (answers.size() + 1));
      if (::send(socket.get(), answers.data(), answers.size(), MSG_NOSIGNAL) < 0) return;
      if (!whole) break;
    }
    if (random_() % 2 == 0) reset(std::move(socket));
  }

  std::mt19937 random_;
  Descriptor listener_;
  std::atomic<bool> gentle_{false};
  std::vector<std::uint64_t> executed_;
  std::jthread thread_;
};

/// What became of each message, by its number. Written on the client's loop.
class Ledger {
 public:
  enum class Kind : std::uint8_t { post, call, retried_call };

  /// Hands the client message `number`.
  [[nodiscard]] bool give(Client& client, std::uint64_t number, Kind kind) {
    const std::string text = (kind == Kind::post ? "p " : "c ") + std::to_string(number);
    if (kind == Kind::post) {
      const auto told = [this, number](const DeliveryReport& report) {
        note(number, report.delivery, report.reason);
      };
      return client.post(text, told) == Posted::accepted;
    }
    const CallOptions options{.deadline = 5min, .retry = kind == Kind::retried_call};
    return client
        .call(text, options,
              [this, number](Result<std::string> result) {
                if (result.ok()) {
                  if (result.value() != std::to_string(number)) ++wrong_answers;
                  note(number, Delivery::answered, {});
                } else {
                  note(number, Delivery::lost, result.error());
                }
              })
        .ok();
  }

  void note(std::uint64_t number, Delivery delivery, const Error& reason) {
    if (reports.size() <= number) reports.resize(number + 1);
    if (++reports[number].count != 1) ++reported_twice;
    reports[number].delivery = delivery;
    reports[number].code = reason.code;
    if (delivery == Delivery::lost) {
      ++lost;
    } else {
      std::uint64_t& last = delivery == Delivery::delivered ? last_delivered : last_answered;
      if (number <= last) ++out_of_order;
      last = number;
    }
  }

  struct Fate {
    int count = 0;
    Delivery delivery = Delivery::lost;
    int code = 0;
  };
  std::vector<Fate> reports;
  std::size_t reported_twice = 0;
  std::size_t wrong_answers = 0;
  std::size_t out_of_order = 0;
  std::size_t lost = 0;
  std::uint64_t last_delivered = 0;
  std::uint64_t last_answered = 0;
};

/// The promises about messages 1 to `last`, given what the server executed.
void check(const Ledger& ledger, const std::vector<std::uint64_t>& executed, std::uint64_t last,
           bool retried) {
  BOOST_TEST(ledger.reports.size() == last + 1);
  BOOST_TEST(ledger.reported_twice == 0U);
  BOOST_TEST(ledger.wrong_answers == 0U);
  BOOST_TEST(ledger.out_of_order == 0U);
  std::vector<int> times(last + 1, 0);
  std::size_t backwards = 0;
  std::uint64_t highest = 0;
  for (const std::uint64_t number : executed) {
    if (number < highest && times[number] == 0) ++backwards;
    highest = std::max(highest, number);
    ++times[number];
  }
  BOOST_TEST(backwards == 0U);
  std::size_t silent = 0;
  std::size_t twice = 0;
  std::size_t invented = 0;
  std::size_t misjudged = 0;
  for (std::uint64_t number = 1; number <= last; ++number) {
    const Ledger::Fate& fate = ledger.reports[number];
    if (fate.count != 1) ++silent;
    if (times[number] > 1) ++twice;
    if (fate.delivery == Delivery::answered && times[number] == 0) ++invented;
    // Lost are only those whose callers were told that they may have been executed.
    if (fate.delivery == Delivery::lost && fate.code != ECONNRESET) ++misjudged;
  }
  BOOST_TEST(silent == 0U);
  BOOST_TEST(invented == 0U);
  BOOST_TEST(misjudged == 0U);
  if (retried) {
    BOOST_TEST(ledger.lost == 0U);
  } else {
    BOOST_TEST(twice == 0U);
  }
}

void torture(const std::string& backend, std::size_t disconnects, bool retried) {
  CuttingServer server(static_cast<unsigned>(disconnects) + (retried ? 1 : 0));
  ClientOptions options;
  options.backend = backend;
  options.log = Log(LogLevel::off);
  options.backoff = {.first = 1ms, .most = 2ms, .seed = 1};
  options.queue.messages = 500;
  options.queue.policy = QueuePolicy::block;
  Ledger ledger;
  ledger.reports.reserve(most_messages);
  Client client(server.endpoint(), lines(), options);
  std::uint64_t last = 0;
  std::size_t resident = 0;
  std::size_t descriptors = 0;
  std::uint64_t known = 0;  // messages then
  std::uint64_t ended = 0;
  while (ended < disconnects) {
    for (int i = 0; i < 10; ++i) {
      const auto kind = ++last % 3 == 0 ? Ledger::Kind::post
                        : retried       ? Ledger::Kind::retried_call
                                        : Ledger::Kind::call;
      BOOST_REQUIRE(ledger.give(client, last, kind));
    }
    ended = client.stats().disconnects;
    if (resident == 0 && ended >= disconnects / 5) {
      resident = resident_bytes();
      known = last;
      descriptors = open_descriptors();
    }
  }
  // What the test itself keeps of each message is not the client's.
  const std::size_t own = (last - known) * (sizeof(Ledger::Fate) + sizeof(std::uint64_t));
  const std::size_t grown = resident_bytes() - std::min(resident + own, resident_bytes());
  if (!sanitized) BOOST_TEST(grown < 4 * 1024 * 1024);
  BOOST_TEST(open_descriptors() <= descriptors + 2);
  server.be_gentle();
  client.close(60s);
  const ClientStats stats = client.stats();
  BOOST_TEST(stats.queued_messages == 0U);
  BOOST_TEST(stats.queued_bytes == 0U);
  BOOST_TEST(stats.in_flight == 0U);
  BOOST_TEST(stats.delivered + stats.answered + stats.lost == last);
  server.stop();
  check(ledger, server.executed(), last, retried);
  BOOST_TEST_MESSAGE(backend << ": " << last << " messages, " << stats.disconnects
                             << " disconnects, " << stats.lost << " lost, " << stats.resent
                             << " resent, " << grown / 1024 << " KiB more");
}

const std::vector<std::string> backend_names = [] {
  std::vector<std::string> names;
  for (const std::string_view name : backends()) names.emplace_back(name);
  return names;
}();

}  // namespace

BOOST_AUTO_TEST_SUITE(client_torture)

BOOST_DATA_TEST_CASE(a_thousand_disconnects_lose_nothing_silently, data::make(backend_names),
                     backend) {
  torture(backend, scaled(backend == "spin" ? 200 : 1000), false);
}

BOOST_DATA_TEST_CASE(calls_that_may_be_retried_are_all_answered, data::make(backend_names),
                     backend) {
  torture(backend, scaled(backend == "spin" ? 100 : 300), true);
}

BOOST_AUTO_TEST_CASE(a_thousand_disconnects_in_memory_at_any_byte) {
  std::mt19937 random(3);
  ClientOptions options;
  options.backoff.first = 1ms;
  options.backoff.most = 2ms;
  options.queue.cuts = 100;  // here nearly every message is cut in the middle
  ClientCase one(options, {.max_read = 3, .max_write = 3, .capacity = 9});
  ServerOptions server{.log = Log(LogLevel::off), .loop = &one.loop};
  std::vector<std::uint64_t> executed;
  one.server = std::make_unique<Server>(std::move(server));
  Hooks hooks;
  hooks.on_open = [&](Session& session) { one.sessions.push_back(session); };
  const auto listening = one.server->listen(
      ClientCase::endpoint, lines(),
      [&](std::string_view line) -> std::optional<std::string> {
        executed.push_back(std::stoull(std::string(line.substr(2))));
        if (line.front() == 'c') return std::string(line.substr(2));
        return std::nullopt;
      },
      std::move(hooks));
  BOOST_REQUIRE(listening.ok());
  BOOST_REQUIRE(one.server->start().ok());
  Ledger ledger;
  std::uint64_t last = 0;
  std::size_t next_cut = 10;
  while (one.client->stats().disconnects < 1000) {
    const auto kind = ++last % 3 == 0 ? Ledger::Kind::post : Ledger::Kind::call;
    BOOST_REQUIRE(ledger.give(*one.client, last, kind));
    testing::Faults faults = one.loop.faults();
    faults.fail_at = faults.vanish_at = testing::Faults::none;
    if (one.loop.steps() >= next_cut) {
      next_cut = one.loop.steps() + 1 + random() % 40;
      faults.fail_at = next_cut;
    }
    if (faults.fail_at != testing::Faults::none) one.loop.set_faults(faults);
    one.loop.run_ready();
    one.loop.advance(1ms);
  }
  one.loop.set_faults({});
  one.client->close(10s);
  one.loop.advance(10s);
  check(ledger, executed, last, false);
  BOOST_TEST_MESSAGE("memory: " << last << " messages, " << ledger.lost << " lost");
}

BOOST_AUTO_TEST_SUITE_END()
