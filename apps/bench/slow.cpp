// weir-bench-slow: what slow clients cost a healthy one, and how a server rids itself of them.
//
//     weir-bench-slow [--clients N] [--seconds N] [--pause SECONDS] [--admin PORT] COMMAND
//
// The command says "listening on tcp://127.0.0.1:PORT" and serves HTTP/1.1: "/small", and "/large",
// which is more than sockets hold. A healthy client asks for /small 200 times a second on one
// connection, for 10 s alone and then beside the slow ones:
//
//     head     a request whose head comes byte by byte, one each `pause` seconds (3)
//     body     the same with a body
//     reader   asks for /large, and never reads
//
// A third each. Who is ended comes back at once, so that they are as many all the time. With the
// port of weir's inspector the server's own counters are shown behind.
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "failure.hpp"
#include "program.hpp"
#include "system/child.hpp"
#include "system/process.hpp"
#include "text.hpp"
#include "two_servers.hpp"

namespace weir::bench {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto alone = 10s;
constexpr auto between_requests = 5ms;
constexpr auto deadline = 10s;  // of a healthy client's request
constexpr auto tick = 20ms;     // how often slow clients are looked after
constexpr int crowd_niceness = 10;
constexpr unsigned most_clients = 19'000;

struct Options {
  unsigned clients = 5000;
  unsigned seconds = 60;
  unsigned pause = 3;
  unsigned admin = 0;
  std::vector<std::string> command;
};

Options parse(const std::vector<std::string>& arguments) {
  Options options;
  const std::array flags = {NumberFlag{"--clients", &options.clients, most_clients},
                            NumberFlag{"--seconds", &options.seconds, 600},
                            NumberFlag{"--pause", &options.pause, 60},
                            NumberFlag{"--admin", &options.admin, 65535}};
  options.command = parse_command(arguments, flags);
  return options;
}

void send_all(const Descriptor& socket, std::string_view bytes) {
  if (::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(bytes.size())) {
    fail_with_errno("a request cannot be sent");
  }
}

/// A whole response with a length.
std::string ask(const Descriptor& socket, const std::string& path, const Interrupts& interrupts) {
  send_all(socket, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  std::string answer;
  std::array<char, 64 * 1024> buffer{};
  for (std::size_t whole = 0; whole == 0 || answer.size() < whole;) {
    if (!interrupts.wait_readable(socket.get(), deadline)) throw Failure("no answer in 10 s");
    const ssize_t came = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
    if (came <= 0) throw Failure("the server ended the healthy connection");
    answer.append(buffer.data(), static_cast<std::size_t>(came));
    const std::size_t end = answer.find("\r\n\r\n");
    const std::size_t length = answer.find("Content-Length: ");
    if (end == std::string::npos) continue;
    if (length > end) throw Failure("a response without a length: " + answer.substr(0, end));
    whole = end + 4 + std::stoul(answer.substr(length + 16));
  }
  return answer;
}

/// What a healthy client waited for each answer, sorted.
std::vector<double> healthy(const Descriptor& socket, Clock::duration time,
                            const Interrupts& interrupts) {
  std::vector<double> took;
  const auto end = Clock::now() + time;
  for (auto next = Clock::now(); next < end; next += between_requests) {
    std::this_thread::sleep_until(next);
    // From when it was due: a server that stands still delays all that should have come meanwhile.
    if (!ask(socket, "/small", interrupts).starts_with("HTTP/1.1 200 ")) {
      throw Failure("the healthy client was not answered 200");
    }
    took.push_back(std::chrono::duration<double, std::nano>(Clock::now() - next).count());
  }
  std::ranges::sort(took);
  return took;
}

double at(const std::vector<double>& sorted, double share) {
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

/// How the slow clients of one kind were ended, and after what time.
struct Kind {
  const char* name;
  std::string opening;  // what is sent at once
  char drop;            // what is sent then, each `pause`; none for '\0'
  std::uint64_t told = 0;
  std::uint64_t ended = 0;
  double longest = 0;  // seconds
};

/// All the slow clients, on a thread of their own.
class Crowd {
 public:
  Crowd(const Endpoint& server, const Options& options, const Interrupts& interrupts)
      : server_(server), options_(options), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    kinds_ = {
        {{"head", "GET /small HTTP/1.1\r\nHost: localhost\r\nX: ", 'a'},
         {"body", "POST /small HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n", 'a'},
         {"reader", "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n", '\0'}}};
    clients_.resize(options.clients);
    for (std::size_t i = 0; i < clients_.size(); ++i) begin(i);
    interrupts.sleep(1ns);
    thread_ = std::thread([this] { run(); });
  }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;
  ~Crowd() { stop(); }

  void stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] const std::array<Kind, 3>& kinds() const { return kinds_; }
  /// Why it could not go on; empty when it could.
  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  struct Client {
    Descriptor socket;
    Clock::time_point since;
  };

  Kind& kind_of(std::size_t i) { return kinds_[i % kinds_.size()]; }

  void begin(std::size_t i) {
    Client& client = clients_[i];
    client.socket.close();
    client.socket = connect_to(server_);
    client.since = Clock::now();
    const Kind& kind = kind_of(i);
    if (kind.drop == '\0') {
      const int small = 4096;
      ::setsockopt(client.socket.get(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    }
    // It may be over already: then epoll tells.
    static_cast<void>(
        ::send(client.socket.get(), kind.opening.data(), kind.opening.size(), MSG_NOSIGNAL));
    const std::uint32_t events = kind.drop == '\0' ? EPOLLRDHUP : EPOLLIN;
    epoll_event event{.events = events, .data = {.u64 = i}};
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, client.socket.get(), &event) != 0) {
      fail_with_errno("epoll_ctl");
    }
  }

  void end(std::size_t i) {
    std::array<char, 16> first{};
    const ssize_t came = ::recv(clients_[i].socket.get(), first.data(), first.size(), 0);
    Kind& kind = kind_of(i);
    const bool told = came > 0 && std::string_view(first.data(), 12) == "HTTP/1.1 408";
    ++(told ? kind.told : kind.ended);
    const std::chrono::duration<double> lasted = Clock::now() - clients_[i].since;
    kind.longest = std::max(kind.longest, lasted.count());
    begin(i);
  }

  void run() {
    // They stand for other machines, which would take nothing from the healthy client.
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), crowd_niceness);
    try {
      const std::size_t share = clients_.size() * tick / std::chrono::seconds(options_.pause) + 1;
      std::size_t turn = 0;
      for (auto next = Clock::now(); !stopping_; next += tick) {
        std::this_thread::sleep_until(next);
        for (std::size_t n = 0; n < share; ++n, turn = (turn + 1) % clients_.size()) {
          const char drop = kind_of(turn).drop;
          if (drop == '\0') continue;
          static_cast<void>(::send(clients_[turn].socket.get(), &drop, 1, MSG_NOSIGNAL));
        }
        std::array<epoll_event, 256> events{};
        const int ready = ::epoll_wait(epoll_.get(), events.data(), events.size(), 0);
        for (int i = 0; i < ready; ++i) end(events[static_cast<std::size_t>(i)].data.u64);
      }
    } catch (const std::exception& failure) {
      failure_ = failure.what();
    }
  }

  const Endpoint& server_;
  const Options& options_;
  Descriptor epoll_;
  std::array<Kind, 3> kinds_;
  std::vector<Client> clients_;
  std::string failure_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

/// The highest RssAnon of a process, looked at ten times a second.
class Peak {
 public:
  explicit Peak(pid_t pid) : thread_([this, pid] { run(pid); }) {}
  Peak(const Peak&) = delete;
  Peak& operator=(const Peak&) = delete;
  ~Peak() { stop(); }

  std::uint64_t stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
    return highest_;
  }

 private:
  void run(pid_t pid) {
    while (!stopping_) {
      highest_ = std::max(highest_.load(), read_anonymous_bytes(pid));
      std::this_thread::sleep_for(100ms);
    }
  }

  std::atomic<std::uint64_t> highest_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

void show_counters(unsigned port, const Interrupts& interrupts) {
  const Endpoint admin = parse_endpoint("tcp://127.0.0.1:" + std::to_string(port));
  std::istringstream lines(ask(connect_to(admin), "/metrics", interrupts));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("weir_connections_closed_total") && !line.ends_with(" 0")) {
      std::cout << line << '\n';
    }
  }
}

void show(const char* name, const std::vector<double>& took) {
  std::cout << line(name, "p50 " + duration(at(took, 0.5)) + ", p99 " + duration(at(took, 0.99)) +
                              ", longest " + duration(took.back()));
}

void run(const Options& options) {
  const Interrupts interrupts;
  reserve_descriptors(options.clients);
  pin_to_cpu(load_cpu);
  Child child(options.command, server_cpu);
  const Endpoint endpoint = child.wait_listening(interrupts);
  const Descriptor socket = connect_to(endpoint);
  static_cast<void>(healthy(socket, 1s, interrupts));
  const std::vector<double> before = healthy(socket, alone, interrupts);
  show("alone", before);
  const std::uint64_t memory_before = read_anonymous_bytes(child.pid());
  Peak peak(child.pid());
  Crowd crowd(endpoint, options, interrupts);
  const auto beside = healthy(socket, std::chrono::seconds(options.seconds), interrupts);
  crowd.stop();
  if (!crowd.failure().empty()) throw Failure(crowd.failure());
  show(("beside " + std::to_string(options.clients)).c_str(), beside);
  std::cout << line("p99", fixed(at(beside, 0.99) / at(before, 0.99), 2) + " times");
  const std::uint64_t highest = peak.stop();
  std::cout << line("RssAnon", bytes(static_cast<double>(memory_before)) + " alone, " +
                                   bytes(static_cast<double>(highest)) + " at most");
  for (const Kind& kind : crowd.kinds()) {
    std::cout << line(kind.name, plural(kind.told, "time") + " told 408, " +
                                     plural(kind.ended, "time") + " ended, after " +
                                     fixed(kind.longest, 1) + " s at the latest");
  }
  if (options.admin != 0) show_counters(options.admin, interrupts);
}

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  return weir::bench::run_program("weir-bench-slow", [&] {
    weir::bench::run(weir::bench::parse({argv + 1, argv + argc}));
  });
}
