#include "integration/echo_server.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <stdexcept>

#include "weir/core/endpoint.hpp"

namespace weir::integration {

namespace {

Launch with_command(Launch launch, std::vector<std::string> flags) {
  if (std::find(flags.begin(), flags.end(), "--listen") == flags.end()) {
    flags.insert(flags.end(), {"--listen", "tcp://127.0.0.1:0"});
  }
  launch.command = echo_command(std::move(flags));
  return launch;
}

}  // namespace

std::vector<std::string> echo_command(std::vector<std::string> flags) {
  flags.insert(flags.begin(), WEIR_ECHO_PROGRAM);
  return flags;
}

SocketAddress address_in(std::string_view ready_line) {
  constexpr std::string_view beginning = "listening on ";
  if (!ready_line.starts_with(beginning)) {
    throw std::runtime_error("no ready line: " + std::string(ready_line));
  }
  const auto endpoint = Endpoint::parse(ready_line.substr(beginning.size()));
  if (!endpoint.ok()) throw std::runtime_error(endpoint.error().message);
  const auto addresses = resolve(endpoint.value());
  if (!addresses.ok()) throw std::runtime_error(addresses.error().message);
  return addresses.value().front();
}

EchoServer::EchoServer(std::vector<std::string> flags, Launch launch)
    : program_(with_command(std::move(launch), std::move(flags))),
      address_(address_in(program_.read_line())) {}

std::string EchoServer::report() {
  const Exit exit = program_.wait();
  BOOST_TEST(exit.status == 0);
  BOOST_TEST(exit.signal == 0);
  return program_.read_line();
}

std::string EchoServer::drain() {
  program_.signal(SIGTERM);
  return report();
}

}  // namespace weir::integration
