#include "backend/scenario.hpp"

#include <algorithm>
#include <array>

#include "support/message_peer.hpp"

namespace weir::test {

namespace {

namespace ut = boost::unit_test;

constexpr std::array<std::string_view, 6> backends{"memory", "asio",  "select",
                                                   "poll",   "epoll", "spin"};

ut::test_suite& suite_in(ut::test_suite& parent, const std::string& name) {
  const ut::test_unit_id known = parent.get(name);
  if (known != ut::INV_TEST_UNIT_ID) return ut::framework::get<ut::test_suite>(known);
  auto* suite = BOOST_TEST_SUITE(name);
  parent.add(suite);
  return *suite;
}

/// A Unix socket whose peer goes away looks like one whose peer has finished sending: there is no
/// reset that tells while a handler is out.
constexpr std::array<std::string_view, 5> not_on_unix{
    "a_coroutine_is_cancelled_with_its_connection",
    "a_conversation_is_cancelled_with_its_connection",
    "a_reset_ends_the_connection_and_no_other",
    "a_responder_outlives_its_connection",
    "an_offloaded_handler_outlives_its_connection",
};

/// They cut a frame somewhere, send a file, or send or answer what is larger than a message.
constexpr std::array<std::string_view, 22> not_as_messages{
    "a_busy_connection_finishes_its_frame_when_the_server_stops",
    "a_client_that_does_not_read_is_not_read_either_and_loses_nothing",
    "a_client_that_takes_nothing_for_too_long_ends_with_write_timeout",
    "a_close_behind_a_file_comes_after_it",
    "a_connection_that_is_busy_at_the_deadline_is_cut",
    "a_deadline_of_zero_cuts_what_is_busy_and_drains_what_is_idle",
    "a_file_from_another_thread_goes_out_in_order",
    "a_file_goes_out_in_its_place",
    "a_file_larger_than_all_limits_is_sent_to_a_slow_reader",
    "a_file_that_becomes_shorter_ends_the_connection_with_its_reason",
    "a_frame_that_does_not_end_in_time_ends_the_connection",
    "a_peer_that_goes_while_a_file_is_sent_is_a_reset_and_no_signal",
    "a_second_stop_may_bring_the_deadline_nearer",
    "a_second_stop_never_takes_the_deadline_back",
    "files_that_wait_stop_the_input",
    "frames_may_be_cut_at_every_byte",
    "frames_may_come_byte_by_byte",
    "half_close_gets_a_reply_that_does_not_fit_the_kernel",
    "large_and_tiny_frames_mix",
    "megabytes_go_both_ways_at_once_with_a_slow_reader",
    "the_counts_add_up",
    "the_longest_deadline_there_is_cuts_nothing",
};

template <class Names>
bool holds(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

boost::test_tools::assertion_result queues_exist(ut::test_unit_id) {
  if (has_message_queues()) return true;
  boost::test_tools::assertion_result none(false);
  none.message() << "this system has no POSIX message queues";
  return none;
}

}  // namespace

Scenario::Scenario(const char* name, const char* file, std::size_t line, Modes modes,
                   void (*body)(Bench&)) {
  const auto add = [&](ut::test_suite& suite, const Setting& setting) {
    suite.add(ut::make_test_case(
        [setting, body] {
          Bench bench(setting);
          body(bench);
        },
        name, file, line));
  };
  for (const std::string_view backend : backends) {
    ut::test_suite& suite = suite_in(ut::framework::master_test_suite(), std::string(backend));
    add(suite, {backend, Threads{}});
    if (backend == "memory") continue;
    if (!holds(not_on_unix, name)) add(suite_in(suite, "unix"), {backend, Threads{}, "unix"});
    if (!holds(not_on_unix, name) && !holds(not_as_messages, name)) {
      add(suite_in(suite, "unixpacket"), {backend, Threads{}, "unixpacket"});
    }
    if (modes != Modes::all) continue;
    add(suite_in(suite, "2_threads"), {backend, Threads{.count = 2}});
    add(suite_in(suite, "4_threads"), {backend, Threads{.count = 4}});
    add(suite_in(suite, "thread_per_connection"), {backend, Threads{.per_connection = true}});
  }
}

MessageScenario::MessageScenario(const char* name, const char* file, std::size_t line,
                                 std::string_view schemes, void (*body)(Bench&)) {
  for (const std::string_view backend : backends) {
    if (backend == "memory") continue;
    ut::test_suite& suite = suite_in(ut::framework::master_test_suite(), std::string(backend));
    for (const std::string_view scheme : {"udp", "unixgram", "unixpacket", "mq"}) {
      const std::string wanted = " " + std::string(schemes) + " ";
      const bool one_loop = wanted.find(" " + std::string(scheme) + "/1 ") != std::string::npos;
      if (!one_loop && wanted.find(" " + std::string(scheme) + " ") == std::string::npos) continue;
      const auto add = [&](ut::test_suite& to, const Threads& threads) {
        const Setting setting{backend, threads, scheme};
        auto* test = ut::make_test_case(
            [setting, body] {
              Bench bench(setting);
              body(bench);
            },
            name, file, line);
        if (scheme == "mq") test->add_precondition(queues_exist);
        to.add(test);
      };
      ut::test_suite& kind = suite_in(suite, std::string(scheme));
      add(kind, Threads{});
      if (one_loop) continue;
      add(suite_in(kind, "2_threads"), Threads{.count = 2});
      add(suite_in(kind, "thread_per_connection"), Threads{.per_connection = true});
    }
  }
}

}  // namespace weir::test
