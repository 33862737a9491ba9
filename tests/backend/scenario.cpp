#include "backend/scenario.hpp"

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

boost::test_tools::assertion_result queues_exist(ut::test_unit_id) {
  if (has_message_queues()) return true;
  boost::test_tools::assertion_result none(false);
  none.message() << "this system has no POSIX message queues";
  return none;
}

}  // namespace

Scenario::Scenario(const char* name, const char* file, std::size_t line, void (*body)(Bench&),
                   Modes modes, Sockets sockets) {
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
    add(suite_in(suite, "tls"), {backend, Threads{}, "tls"});
    if (sockets != Sockets::resets) {
      add(suite_in(suite, "unix"), {backend, Threads{}, "unix", /*inspected=*/true});
    }
    if (sockets == Sockets::all) {
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
