// More clients than weir-echo can have: those it has are served on, the others go at once, the log
// stays short, and there is room again when somebody leaves.
#include <sys/select.h>

#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "integration/deadline.hpp"
#include "integration/each_backend.hpp"
#include "integration/echo_server.hpp"

namespace {

using namespace weir::integration;
namespace ut = boost::unit_test;

constexpr std::size_t most_log_lines = 5;

std::vector<Client> connect_all(const EchoServer& server, std::size_t count) {
  std::vector<Client> clients;
  for (std::size_t i = 0; i < count; ++i) clients.push_back(server.connect());
  return clients;
}

/// Keeps those that are served, and answers how many that are; waits for the end of the others.
std::size_t keep_served(std::vector<Client>& clients) {
  std::vector<Client> served;
  for (Client& client : clients) {
    if (client.is_served()) served.push_back(std::move(client));
  }
  clients = std::move(served);
  return clients.size();
}

/// The server learns of those that left in its own time.
void wait_until_served(const EchoServer& server) {
  const Deadline deadline;
  for (;;) {
    Client client = server.connect();
    if (client.is_served()) return;
    if (deadline.passed()) throw std::runtime_error("no client is served any more");
  }
}

boost::test_tools::assertion_result may_open_beyond_fd_setsize(ut::test_unit_id) {
  boost::test_tools::assertion_result answer(raise_descriptor_limit() >= FD_SETSIZE + 300);
  answer.message() << "the hard limit on descriptors is too low";
  return answer;
}

boost::test_tools::assertion_result sanitizer_needs_no_descriptor(ut::test_unit_id) {
  boost::test_tools::assertion_result answer(!address_sanitized);
  answer.message() << "the sanitizer opens a pipe to look at an object, and reports what it could "
                      "not look at";
  return answer;
}

}  // namespace

EACH_SERVER(one_connection_too_many_is_refused_at_once) {
  EchoServer server({"--backend", backend, "--threads", threads, "--max-connections", "2"});
  std::vector<Client> two = connect_all(server, 2);
  BOOST_TEST(keep_served(two) == 2U);
  for (int i = 0; i < 50; ++i) BOOST_TEST(server.connect().receive_all() == "");
  BOOST_TEST(keep_served(two) == 2U);

  server.program().wait_for_error("the limit of 2 connections is reached");
  two.pop_back();
  wait_until_served(server);
  BOOST_TEST(keep_served(two) == 1U);
  BOOST_TEST(server.program().terminate().status == 0);
  BOOST_TEST(count_lines(server.program().err()) <= most_log_lines);
}

BOOST_AUTO_TEST_SUITE(out_of_descriptors, *ut::precondition(sanitizer_needs_no_descriptor))

EACH_SERVER(it_serves_those_it_has) {
  EchoServer server({"--backend", backend, "--threads", threads}, {.descriptors = 64});
  std::vector<Client> early = connect_all(server, 5);
  BOOST_TEST(keep_served(early) == 5U);

  std::vector<Client> knocking = connect_all(server, 200);
  BOOST_TEST(keep_served(early) == 5U);
  const std::size_t served = keep_served(knocking);
  // A loop for each connection takes up to four more descriptors.
  BOOST_TEST(served > 0U);
  BOOST_TEST(served < 64U);
  BOOST_TEST(keep_served(early) == 5U);
  BOOST_TEST(keep_served(knocking) == served);

  early.clear();
  knocking.clear();
  wait_until_served(server);
  BOOST_TEST(server.program().terminate().status == 0);
  // "too many open files", however the backend came upon it.
  BOOST_TEST(count_lines(server.program().err(), "Too many open files") >= 1U);
  BOOST_TEST(count_lines(server.program().err()) <= most_log_lines);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(select_refuses_connections_beyond_fd_setsize,
                     *ut::precondition(may_open_beyond_fd_setsize)) {
  EchoServer server({"--backend", "select"});
  std::vector<Client> clients = connect_all(server, FD_SETSIZE + 100);
  const std::size_t served = keep_served(clients);
  BOOST_TEST(served > FD_SETSIZE - 50U);
  BOOST_TEST(served < static_cast<std::size_t>(FD_SETSIZE));
  BOOST_TEST(keep_served(clients) == served);
  const std::string line = server.program().wait_for_error("refused");
  BOOST_TEST(line.find("select serves descriptors below 1024 only") != std::string::npos, line);

  clients.pop_back();
  wait_until_served(server);
  BOOST_TEST(server.program().terminate().status == 0);
  BOOST_TEST(count_lines(server.program().err()) <= most_log_lines);
}

BOOST_AUTO_TEST_CASE(the_other_backends_serve_descriptors_beyond_fd_setsize,
                     *ut::precondition(may_open_beyond_fd_setsize)) {
  for (const std::string backend : {"asio", "poll", "epoll", "spin"}) {
    EchoServer server({"--backend", backend}, {.open_before = FD_SETSIZE});
    BOOST_TEST(server.connect().echo("far up") == "far up");
    BOOST_TEST(server.program().terminate().status == 0);
    BOOST_TEST(server.program().err() == "");
  }
}

BOOST_AUTO_TEST_CASE(select_counts_the_descriptors_that_it_inherited,
                     *ut::precondition(may_open_beyond_fd_setsize)) {
  EchoServer server({"--backend", "select"}, {.open_before = FD_SETSIZE - 24});
  std::vector<Client> clients = connect_all(server, 50);
  const std::size_t served = keep_served(clients);
  BOOST_TEST(served > 5U);
  BOOST_TEST(served < 24U);
  BOOST_TEST(keep_served(clients) == served);
  server.program().wait_for_error("select serves descriptors below 1024 only");
}

BOOST_AUTO_TEST_CASE(select_without_a_descriptor_to_listen_with_says_so,
                     *ut::precondition(may_open_beyond_fd_setsize)) {
  const std::string endpoint = "tcp://127.0.0.1:0";
  Program program({.command = echo_command({"--backend", "select", "--listen", endpoint}),
                   .open_before = FD_SETSIZE});
  BOOST_TEST(program.wait().status == 1);
  const std::string beginning =
      "weir-echo: cannot listen on " + endpoint + ": select serves descriptors below 1024 only";
  BOOST_TEST(program.err().substr(0, beginning.size()) == beginning);
  BOOST_TEST(count_lines(program.err()) == 1U);
  BOOST_TEST(program.out() == "");
}
