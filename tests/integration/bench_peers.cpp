// The servers that weir-bench compares weir with echo rightly, or comparing them would say nothing.
// Nothing is built for it: those that are not there are skipped, under their names. (The target
// bench-peers makes them all; what needs no more packages than weir is there whenever this is.)
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "integration/client.hpp"
#include "integration/deadline.hpp"
#include "integration/program.hpp"
#include "integration/server_program.hpp"

namespace {

using namespace weir::integration;
namespace ut = boost::unit_test;

constexpr std::size_t mib = 1024 * 1024;

struct Peer {
  std::string_view name;
  bool broadcasts = false;
};

constexpr std::array peers = {
    Peer{"weir-floor-epoll", true},
    Peer{"weir-floor-select"},
    Peer{"weir-floor-threads"},
    Peer{"weir-peer-asio-callbacks", true},
    Peer{"weir-peer-asio-coroutines"},
    Peer{"weir-peer-libuv", true},
    Peer{"weir-peer-libevent"},
    Peer{"weir-peer-libev"},
    Peer{"weir-peer-node"},
    Peer{"weir-peer-go"},
};

std::string path_of(std::string_view program) {
  return std::string(WEIR_PROGRAMS "/").append(program);
}

/// One test for every peer: a suite with the test's name, and in it a case for each.
struct EachPeer {
  using Test = void (*)(const std::string& program);

  EachPeer(const char* name, Test test, std::size_t line, bool broadcasts = false) {
    auto* suite = new ut::test_suite(name, __FILE__, line);  // Boost's
    ut::framework::current_auto_test_suite().add(suite);
    for (const Peer& peer : peers) {
      if (broadcasts && !peer.broadcasts) continue;
      const std::string program = path_of(peer.name);
      auto* one =
          ut::make_test_case([=] { test(program); }, std::string(peer.name), __FILE__, line);
      one->add_precondition([=](ut::test_unit_id) {
        boost::test_tools::assertion_result there(::access(program.c_str(), X_OK) == 0);
        if (!there) there.message() << program << " is not built; the target bench-peers does it";
        return there;
      });
      suite->add(one);
    }
  }
};

class Server {
 public:
  Server(const std::string& program, const std::string& mode, Launch launch = {})
      : program_(with_command(std::move(launch), {program, mode, "0"})),
        address_(address_in(program_.read_line())) {}
  ~Server() {
    const Exit exit = program_.terminate();
    BOOST_TEST(exit.status == 0);
    BOOST_TEST(exit.signal == 0);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] Program& program() { return program_; }
  [[nodiscard]] Client connect() const { return Client(address_); }

  /// Each byte that comes back is compared with what was sent.
  void load(const std::string& protocol, const std::vector<std::string>& shape) {
    std::vector<std::string> command = {path_of("weir-bench"),
                                        "load",
                                        "--protocol",
                                        protocol,
                                        "--warmup",
                                        "0",
                                        "--to",
                                        "tcp://127.0.0.1:" + std::to_string(address_.port())};
    command.insert(command.end(), shape.begin(), shape.end());
    Program bench({.command = command});
    const Exit exit = bench.wait();
    BOOST_TEST(exit.status == 0, bench.err());
  }

 private:
  static Launch with_command(Launch launch, std::vector<std::string> command) {
    launch.command = std::move(command);
    return launch;
  }

  Program program_;
  weir::SocketAddress address_;
};

std::string frame(std::string_view payload) {
  std::string bytes;
  for (unsigned shift = 32; shift > 0; shift -= 8) {
    bytes += static_cast<char>(payload.size() >> (shift - 8) & 0xff);
  }
  return bytes.append(payload);
}

std::string count(std::size_t usual) { return std::to_string(sanitized ? usual / 8 : usual); }

// 300 connections: more than the 256 descriptors that a program has here unless it asks for more.

void raw_short(const std::string& program) {
  Server server(program, "echo");
  server.load("raw", {"--connections", "300", "--messages", count(16'000)});
  server.load("raw", {"--connections", "16", "--depth", "64", "--messages", count(64'000)});
}

void raw_long(const std::string& program) {
  Server server(program, "echo");
  const auto size = std::to_string(mib);
  server.load("raw", {"--connections", "8", "--size", size, "--messages", "32"});
  server.load("raw", {"--connections", "1", "--size", size, "--depth", "16", "--messages", "32"});
}

void frames_short(const std::string& program) {
  Server server(program, "frames");
  server.load("length:4", {"--connections", "300", "--messages", count(16'000)});
  server.load("length:4", {"--connections", "16", "--depth", "64", "--messages", count(64'000)});
}

void frames_long(const std::string& program) {
  Server server(program, "frames");
  const auto size = std::to_string(mib);
  server.load("length:4", {"--connections", "8", "--size", size, "--messages", "32"});
  server.load("length:4",
              {"--connections", "1", "--size", size, "--depth", "16", "--messages", "32"});
}

/// Sends all of it and finishes; reads only when nothing more can be sent, so that the server has
/// much to send when it hears of the end. Answers what came until then.
std::string send_and_finish(const Client& client, std::string_view bytes) {
  const int small = 64 * 1024;
  ::setsockopt(client.descriptor(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  const Deadline deadline;
  std::string came;
  std::array<char, 16 * 1024> some{};
  while (!bytes.empty() && !deadline.passed()) {
    pollfd polled{client.descriptor(), POLLIN | POLLOUT, 0};
    ::poll(&polled, 1, deadline.poll_timeout());
    if ((polled.revents & POLLOUT) != 0) {
      const ssize_t sent =
          ::send(client.descriptor(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else {
      const ssize_t got = ::recv(client.descriptor(), some.data(), some.size(), MSG_DONTWAIT);
      if (got > 0) came.append(some.data(), static_cast<std::size_t>(got));
    }
  }
  client.finish_sending();
  return came;
}

void half_close(const std::string& program) {
  const std::string mebibyte = random_bytes(mib);
  for (const std::string mode : {"echo", "frames"}) {
    Server server(program, mode);
    Client client = server.connect();
    std::string said = frame("short");
    for (int i = 0; i < 16; ++i) said += frame(mebibyte);
    std::string came = send_and_finish(client, said);
    came += client.receive_all();
    BOOST_TEST((came == said), came.size() << " bytes came back of " << said.size());
  }
}

void half_a_frame(const std::string& program) {
  Server server(program, "frames");
  Client client = server.connect();
  const std::string first = frame("first");
  const std::string second = frame("second");
  for (std::size_t cut = 1; cut < second.size(); ++cut) {
    client.send(first + second.substr(0, cut));
    BOOST_TEST(client.receive(first.size()) == first);
    client.send(second.substr(cut));
    BOOST_TEST(client.receive(second.size()) == second);
  }
  client.send(std::string("\0\x10\0\1", 4));  // a byte more than 1 MiB
  BOOST_TEST(client.receive_all() == "");
  BOOST_TEST(server.connect().echo(first) == first);
}

void resets(const std::string& program) {
  const std::string much = random_bytes(mib / 4);
  for (const std::string mode : {"echo", "frames"}) {
    Server server(program, mode);
    Client stays = server.connect();
    BOOST_TEST(stays.echo(frame("before")) == frame("before"));
    for (int i = 0; i < 60; ++i) {
      Client client = server.connect();
      if (i % 4 == 0) BOOST_TEST(client.echo(frame("x")) == frame("x"));
      if (i % 4 == 1) client.send(frame("unread"));
      if (i % 4 == 2) client.send(frame(much));
      if (i % 4 == 3) client.send(frame(much).substr(0, much.size() / 2));
      client.reset();
    }
    BOOST_TEST(stays.echo(frame("after")) == frame("after"));
    BOOST_TEST(server.connect().echo(frame("new")) == frame("new"));
    BOOST_TEST(server.program().err() == "");
  }
}

void command_lines(const std::string& program) {
  for (const std::string word : {"nonsense", "-1", "65536", ""}) {
    Program refused({.command = {program, "frames", word}});
    BOOST_TEST(refused.wait().status == 2);
    BOOST_TEST(refused.err().starts_with("usage: "));
  }
  Program plain({.command = {program}});
  Client client(address_in(plain.read_line()));
  BOOST_TEST(client.echo("raw bytes") == "raw bytes");
}

void told_to_all(const std::string& program) {
  Server server(program, "broadcast");
  Client speaker = server.connect();
  BOOST_TEST(speaker.echo(frame("first")) == frame("first"));
  Client listener = server.connect();
  BOOST_TEST(listener.echo(frame("second")) == frame("second"));  // both are members now
  BOOST_TEST(speaker.receive(frame("second").size()) == frame("second"));
  server.connect().reset();
  const std::string said = frame("one") + frame(std::string(mib, 'x')) + frame("");
  speaker.send(said);
  BOOST_TEST((speaker.receive(said.size()) == said));
  BOOST_TEST((listener.receive(said.size()) == said));
  BOOST_TEST(server.program().err() == "");
}

/// What waits for it is bounded.
void a_sleeper_ends(const std::string& program) {
  Server server(program, "broadcast");
  Client sleeper = server.connect();
  BOOST_TEST(sleeper.echo(frame("good night")) == frame("good night"));
  Client speaker = server.connect();
  const std::string said = frame(std::string(mib, 'x'));
  constexpr std::size_t times = 40;
  for (std::size_t i = 0; i < times; ++i) BOOST_TEST_REQUIRE((speaker.echo(said) == said));
  BOOST_TEST(sleeper.receive_all().size() < times * said.size());
}

const EachPeer each_raw_short("raw_short_messages_come_back", raw_short, __LINE__);
const EachPeer each_raw_long("raw_messages_of_1_mib_come_back", raw_long, __LINE__);
const EachPeer each_frames_short("short_frames_come_back", frames_short, __LINE__);
const EachPeer each_frames_long("frames_of_1_mib_come_back", frames_long, __LINE__);
const EachPeer each_half_close("who_finishes_sending_gets_the_rest", half_close, __LINE__);
const EachPeer each_half_frame("half_a_frame_holds_up_no_whole_one", half_a_frame, __LINE__);
const EachPeer each_reset("resets_leave_the_others_alone", resets, __LINE__);
const EachPeer each_command("command_lines_are_understood_or_refused", command_lines, __LINE__);
const EachPeer each_broadcast("a_frame_is_told_to_all", told_to_all, __LINE__, true);
const EachPeer each_sleeper("a_member_that_takes_nothing_ends", a_sleeper_ends, __LINE__, true);

}  // namespace

BOOST_AUTO_TEST_CASE(weir_floor_select_refuses_what_is_past_its_set) {
  Server server(path_of("weir-floor-select"), "echo", {.open_before = 1015});
  std::vector<Client> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(server.connect());
    BOOST_TEST(clients.back().echo("served") == "served");
  }
  while (clients.size() < 16) clients.push_back(server.connect());
  BOOST_TEST(clients.back().receive_all() == "");
  BOOST_TEST(server.program().wait_for_error("refused").ends_with("select ends at 1024"));
  BOOST_TEST(clients.front().echo("still") == "still");
  server.program().terminate();
  BOOST_TEST(count_lines(server.program().err()) == 2U, server.program().err());
}
