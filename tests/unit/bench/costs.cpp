// What the client itself costs: no memory for a message. And what people see while it runs.
#include <array>
#include <boost/test/unit_test.hpp>
#include <string>

#include "client/ledger.hpp"
#include "client/open_loop.hpp"
#include "progress.hpp"
#include "unit/bench/answering.hpp"
#include "unit/framing/counting_new.hpp"

using namespace weir::test;
using namespace weir::bench;
using namespace std::string_literals;

namespace {

/// Asks for memory while `answer` is taken again and again, cut at `cut`, for one message each.
std::size_t allocations_of(const LoadOptions& options, const std::string& opened,
                           const std::string& answer, std::size_t cut) {
  const auto dialect = make_dialect(options);
  const auto answers = dialect->answers(dialect->first_message(0));
  if (!opened.empty()) answers->take(opened, 0);
  std::uint64_t started = 0;
  std::uint64_t completed = 0;
  std::size_t before = 0;
  for (int round = 0; round < 1000; ++round) {
    if (round == 10) before = allocations();
    ++started;
    completed += answers->take(std::span{answer}.first(cut), started).messages;
    completed += answers->take(std::span{answer}.subspan(cut), started).messages;
  }
  const auto after = allocations();
  BOOST_TEST(completed == 1000U);
  return after - before;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bench_costs)

BOOST_AUTO_TEST_CASE(an_answer_costs_no_memory) {
  const auto head = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"s;
  const auto http = head + std::string(500, 'x');
  for (const std::size_t cut : {1U, 20U, 41U, 100U}) {
    BOOST_TEST(allocations_of(shaped(Protocol::http), "", http, cut) == 0U);
  }
  BOOST_TEST(
      allocations_of(shaped(Protocol::http), "",
                     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
                     48) == 0U);
}

BOOST_AUTO_TEST_CASE(messages_that_wait_cost_no_memory_once_there_was_room_for_as_many) {
  OpenLoop loop{1e6, 10, 1000, 1};
  Recorder recorder{Recorder::Rule::by_due_time};
  std::array<Ledger, 10> ledgers;
  loop.start(0);
  std::size_t before = 0;
  std::uint64_t now = 0;
  for (int round = 0; round < 1000; ++round) {
    if (round == 50) before = allocations();
    now += round < 50 ? 300'000 : 100'000;
    while (loop.arrive(now)) {
    }
    for (unsigned i = 0; i < ledgers.size(); ++i) {
      for (; loop.has_backlog(i); ledgers[i].settle(1, now, recorder))
        ledgers[i].start(1, loop.take(i));
    }
  }
  const auto after = allocations();
  BOOST_TEST(after == before);
}

BOOST_AUTO_TEST_CASE(a_bar_fills_from_left_to_right) {
  BOOST_TEST(progress_line("measuring", 0, 0) ==
             "measuring [....................]   0%  0 a second");
  BOOST_TEST(progress_line("measuring", 0.5, 123456) ==
             "measuring [##########..........]  50%  123,456 a second");
  BOOST_TEST(progress_line("measuring", 7, 1) ==
             "measuring [####################] 100%  1 a second");
}

BOOST_AUTO_TEST_SUITE_END()
