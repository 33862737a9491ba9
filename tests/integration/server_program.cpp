#include "integration/server_program.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <stdexcept>

#include "weir/core/endpoint.hpp"

namespace weir::integration {

namespace {

Launch with_command(Launch launch, std::vector<std::string> command) {
  if (std::find(command.begin(), command.end(), "--listen") == command.end()) {
    command.insert(command.end(), {"--listen", "tcp://127.0.0.1:0"});
  }
  launch.command = std::move(command);
  return launch;
}

}  // namespace

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

ServerProgram::ServerProgram(std::vector<std::string> command, Launch launch)
    : program_(with_command(std::move(launch), std::move(command))),
      address_(address_in(program_.read_line())) {}

std::string ServerProgram::endpoint() const { return Endpoint::of(address_).to_string(); }

std::string ServerProgram::report() {
  const Exit exit = program_.wait();
  BOOST_TEST(exit.status == 0);
  BOOST_TEST(exit.signal == 0);
  return program_.read_line();
}

std::string ServerProgram::drain() {
  program_.signal(SIGTERM);
  return report();
}

}  // namespace weir::integration
