// A backend waits through the system call that it is named after, and through no other.
// Watched with strace; skipped where there is none or where it may not watch.
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "integration/echo_server.hpp"

namespace {

using namespace weir::integration;
namespace ut = boost::unit_test;

/// Where strace writes: memory that it opens like a file.
class Trace {
 public:
  Trace() : memory_(::memfd_create("trace", 0)) {}

  [[nodiscard]] std::string path() const {
    return "/proc/self/fd/" + std::to_string(memory_.get());
  }
  [[nodiscard]] std::string text() const {
    std::ostringstream all;
    all << std::ifstream(path()).rdbuf();
    return all.str();
  }

 private:
  weir::Descriptor memory_;  // inherited
};

/// Inherits the tracers, which their programs leave behind, and waits for their end.
class Reaper {
 public:
  Reaper() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }
  ~Reaper() {
    while (::waitpid(-1, nullptr, 0) > 0) {
    }
  }
  Reaper(const Reaper&) = delete;
  Reaper& operator=(const Reaper&) = delete;
};

/// Writes every call that waits for descriptors, and everything about epoll, to `trace`. The tracer
/// is the program's child (-D), so that the program is ours, and keeps its standard error open
/// until the trace is complete. A program that is traced cannot look for leaks.
std::vector<std::string> strace(const Trace& trace) {
  return {"/usr/bin/env", "ASAN_OPTIONS=detect_leaks=0", "strace", "-D",        "-f", "-qq",
          "-e",           "trace=/epoll|poll|select",    "-o",     trace.path()};
}

boost::test_tools::assertion_result strace_works(ut::test_unit_id) {
  const Reaper reaper;
  const Trace trace;
  Program program({.command = echo_command({"--version"}), .wrapper = strace(trace)});
  const Exit exit = program.wait();
  boost::test_tools::assertion_result answer(exit.status == 0 && program.err().empty());
  answer.message() << "strace cannot watch a program here: " << program.err();
  return answer;
}

/// Small messages of many connections, and more on one of them than the kernel takes at once.
void load(const EchoServer& server) {
  std::vector<Client> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(server.connect());
  for (int round = 0; round < 20; ++round) {
    for (Client& client : clients) client.send("ping");
    for (Client& client : clients) BOOST_TEST(client.receive(4) == "ping");
  }
  const std::string much = random_bytes(4 * 1024 * 1024);
  BOOST_TEST((clients.front().echo_slowly(much) == much));
}

/// The names of the calls that a server made which had this load, each with how often.
std::map<std::string, std::size_t> calls_of(const std::string& backend,
                                            const std::string& threads) {
  const Reaper reaper;
  const Trace trace;
  EchoServer server({"--backend", backend, "--threads", threads}, {.wrapper = strace(trace)});
  load(server);
  BOOST_TEST(server.program().terminate().status == 0);

  std::map<std::string, std::size_t> calls;
  std::istringstream lines(trace.text());
  for (std::string line; std::getline(lines, line);) {
    // "1234  epoll_wait(5, ..." or, for the second half of an interrupted one, "1234  <... "
    const std::size_t end = line.find('(');
    const std::size_t begin = line.find_first_of("abcdefghijklmnopqrstuvwxyz");
    if (end < line.size() && begin < end && line.find("<...") > end) {
      ++calls[line.substr(begin, end - begin)];
    }
  }
  for (const auto& [name, count] : calls)
    BOOST_TEST_MESSAGE(backend << ": " << name << " " << count);
  return calls;
}

void check_only(const std::string& backend, const std::set<std::string>& expected) {
  for (const std::string threads : {"1", "2", "per-connection"}) {
    std::size_t count = 0;
    for (const auto& [name, times] : calls_of(backend, threads)) {
      BOOST_TEST(expected.contains(name),
                 backend << " with threads " << threads << " calls " << name);
      count += times;
    }
    if (!expected.empty()) BOOST_TEST(count > 20U);
  }
}

}  // namespace

BOOST_TEST_DECORATOR(*ut::precondition(strace_works))
BOOST_AUTO_TEST_CASE(the_select_backend_waits_in_select_alone) {
  check_only("select", {"select", "pselect6"});
}

BOOST_TEST_DECORATOR(*ut::precondition(strace_works))
BOOST_AUTO_TEST_CASE(the_poll_backend_waits_in_poll_alone) {
  check_only("poll", {"poll", "ppoll"});
}

BOOST_TEST_DECORATOR(*ut::precondition(strace_works))
BOOST_AUTO_TEST_CASE(the_epoll_backend_waits_in_epoll_alone) {
  check_only("epoll", {"epoll_create", "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait",
                       "epoll_pwait2"});
}

BOOST_TEST_DECORATOR(*ut::precondition(strace_works))
BOOST_AUTO_TEST_CASE(the_spin_backend_waits_in_nothing) { check_only("spin", {}); }
