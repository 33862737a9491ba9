#include "compare/running_server.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <chrono>

#include "failure.hpp"
#include "system/descriptor.hpp"
#include "system/process.hpp"

namespace weir::bench {
namespace {

using namespace std::chrono_literals;

constexpr auto start_deadline = 10s;
constexpr auto between_attempts = 10ms;

// Nobody listens there now; whoever asks first may have it.
std::uint16_t free_port() {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(socket.get(), generic, size) != 0) fail_with_errno("bind");
  if (::getsockname(socket.get(), generic, &size) != 0) fail_with_errno("getsockname");
  return ntohs(address.sin_port);
}

void wait_answering(const Endpoint& endpoint, pid_t pid, const std::string& name,
                    const Interrupts& interrupts) {
  const auto deadline = std::chrono::steady_clock::now() + start_deadline;
  for (;;) {
    try {
      connect_to(endpoint);
      return;
    } catch (const Failure&) {
      if (!is_running(pid)) throw Failure(name + " ended before it took a connection");
      if (std::chrono::steady_clock::now() > deadline) {
        throw Failure(name + " takes no connection on " + endpoint.text);
      }
    }
    interrupts.sleep(between_attempts);
  }
}

}  // namespace

RunningServer::RunningServer(const Contestant& contestant, std::optional<unsigned> cpu,
                             const Interrupts& interrupts, std::uint16_t behind) {
  if (!contestant.command_on) {
    command_ = contestant.command;
    child_ = std::make_unique<Child>(command_, cpu);
    endpoint_ = child_->wait_listening(interrupts);
    return;
  }
  const std::uint16_t port = free_port();
  command_ = contestant.command_on({.own = port, .behind = behind});
  endpoint_ = parse_endpoint("tcp://127.0.0.1:" + std::to_string(port));
  child_ = std::make_unique<Child>(command_, cpu);
  wait_answering(endpoint_, child_->pid(), contestant.name, interrupts);
}

}  // namespace weir::bench
