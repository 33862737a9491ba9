// What strace and callgrind wrote once, read.
#include <boost/test/unit_test.hpp>

#include "cost/callgrind.hpp"
#include "cost/cost.hpp"
#include "cost/strace.hpp"
#include "failure.hpp"

namespace {

using namespace weir::bench;

// strace 6.1, of an echo server with one client.
constexpr std::string_view table = R"(% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 30.50    0.000326           7        44           mmap
 30.50    0.000326           3        89        77 openat
  1.31    0.000014           2      1006         1 epoll_wait
  1.22    0.000013          13         1           munmap
  0.00    0.000000           0         1         1 access
  0.00    0.000000           0         1           execve
------ ----------- ----------- --------- --------- ----------------
100.00    0.001069           4      1142        80 total
)";

// valgrind 3.19, shortened.
constexpr std::string_view profile = R"(# callgrind format
version: 1
creator: callgrind-3.19.0
pid: 15157
cmd:  ./weir-echo --listen tcp://127.0.0.1:0
part: 1

desc: Trigger: Program termination

positions: line
events: Ir
summary: 7606097

ob=(4) /usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2
fl=(4) ???
fn=(6) 0x00000000000210d0
0 1072
totals: 7607169
)";

}  // namespace

BOOST_AUTO_TEST_CASE(calls_are_read_by_name_and_their_sum_is_no_name) {
  const Counts calls = calls_in(table);
  const Counts expected{{"mmap", 44},  {"openat", 89}, {"epoll_wait", 1006},
                        {"munmap", 1}, {"access", 1},  {"execve", 1}};
  BOOST_TEST((calls == expected));
}

BOOST_AUTO_TEST_CASE(what_is_no_table_of_calls_is_refused) {
  BOOST_CHECK_THROW(calls_in(""), Failure);
  BOOST_CHECK_THROW(calls_in("strace: Process 17 detached\n"), Failure);
  BOOST_CHECK_THROW(calls_in(table.substr(0, table.find(" 30.50"))), Failure);
}

BOOST_AUTO_TEST_CASE(instructions_are_the_totals_of_a_profile) {
  BOOST_TEST(instructions_in(profile) == 7'607'169U);
}

BOOST_AUTO_TEST_CASE(more_events_than_instructions_leave_the_first_number) {
  BOOST_TEST(instructions_in("events: Ir Dr Dw\n\ntotals: 120 30 20\n") == 120U);
}

BOOST_AUTO_TEST_CASE(a_profile_without_an_end_is_refused) {
  BOOST_CHECK_THROW(instructions_in(""), Failure);
  BOOST_CHECK_THROW(instructions_in(profile.substr(0, profile.find("totals"))), Failure);
  BOOST_CHECK_THROW(instructions_in("\ntotals: many\n"), Failure);
}

BOOST_AUTO_TEST_CASE(a_message_costs_what_the_longer_life_had_more) {
  const Counts shorter{{"openat", 12}, {"recvfrom", 50}, {"sendto", 50}};
  const Counts longer{{"openat", 12}, {"recvfrom", 2050}, {"sendto", 1050}, {"mmap", 1}};
  const Cost cost = cost_between(shorter, longer, 1000);
  BOOST_TEST(cost.value == 3.001, boost::test_tools::tolerance(1e-9));
  const std::map<std::string, double> expected{{"recvfrom", 2.0}, {"sendto", 1.0}};
  BOOST_TEST((cost.by_name == expected));
  BOOST_TEST(cost.is_known());
}
