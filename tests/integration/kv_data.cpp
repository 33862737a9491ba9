// weir-kv --data as a program: killed under load, on a full disk, and read by a real redis-server.
// WEIR_KV_KILLS in the environment says how often it is killed for each policy, 5 times else.
#include <sys/resource.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "integration/client.hpp"
#include "integration/program.hpp"
#include "integration/redis.hpp"
#include "integration/server_program.hpp"
#include "unit/kv/folder.hpp"

namespace ut = boost::unit_test;
using namespace weir::integration;
using weir::kv::test::Folder;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {

constexpr int writers = 4;
constexpr int depth = 8;  // commands that each writer has under way
/// With this many kills of one folder, a new one is begun, so that replaying stays short.
constexpr int kills_a_folder = 10;

int kills() {
  const char* const said = std::getenv("WEIR_KV_KILLS");
  return said == nullptr ? 5 : std::atoi(said);
}

std::vector<std::string> command(const std::string& folder, const std::string& policy) {
  return {WEIR_KV_PROGRAM, "--data", folder, "--fsync", policy, "--log-level", "error"};
}

std::string set(const std::string& key, const std::string& value) {
  return "*3\r\n$3\r\nSET\r\n$" + std::to_string(key.size()) + "\r\n" + key + "\r\n$" +
         std::to_string(value.size()) + "\r\n" + value + "\r\n";
}

std::string key_of(int round, int writer, std::size_t i) {
  return "k:" + std::to_string(round) + ":" + std::to_string(writer) + ":" + std::to_string(i);
}

/// Sets key after key, with itself as the value, until the server is no more.
class Writer {
 public:
  Writer(const weir::SocketAddress& address, int round, int number)
      : round_(round), number_(number), thread_([this, address] { run(address); }) {}
  /// When each key's change was acknowledged, in their order. After the server's end.
  const std::vector<Clock::time_point>& acknowledged() {
    if (thread_.joinable()) thread_.join();
    return acknowledged_;
  }

 private:
  void run(const weir::SocketAddress& address) {
    try {
      Client client(address);
      for (;;) {
        std::string bytes;
        for (int i = 0; i < depth; ++i) {
          const std::string key = key_of(round_, number_, sent_++);
          bytes += set(key, key);
        }
        client.send(bytes);
        for (int i = 0; i < depth; ++i) {
          if (client.receive(5) != "+OK\r\n") return;
          acknowledged_.push_back(Clock::now());
        }
      }
    } catch (const std::exception&) {
      // The server is gone.
    }
  }

  const int round_;
  const int number_;
  std::size_t sent_ = 0;
  std::vector<Clock::time_point> acknowledged_;
  std::thread thread_;
};

/// Which of the keys that were acknowledged are there, in their order.
std::vector<bool> look_for(Client& client, int round, int writer, std::size_t count) {
  constexpr std::size_t together = 500;
  std::vector<bool> there;
  while (there.size() < count) {
    const std::size_t begin = there.size();
    const std::size_t end = std::min(count, begin + together);
    std::string bytes;
    for (std::size_t i = begin; i < end; ++i) {
      const std::string key = key_of(round, writer, i);
      bytes += "*2\r\n$3\r\nGET\r\n$" + std::to_string(key.size()) + "\r\n" + key + "\r\n";
    }
    client.send(bytes);
    for (std::size_t i = begin; i < end; ++i) {
      const std::string key = key_of(round, writer, i);
      const std::string expected = "$" + std::to_string(key.size()) + "\r\n" + key + "\r\n";
      std::string reply = client.receive(5);
      if (reply != "$-1\r\n") reply += client.receive(expected.size() - reply.size());
      there.push_back(reply == expected);
    }
  }
  return there;
}

/// Of a reply; nothing where the connection ended instead.
std::string first_bytes(Client& client) {
  try {
    return client.receive(5);
  } catch (const std::exception&) {
    return {};
  }
}

struct Loss {
  std::size_t acknowledged = 0;
  std::size_t missing = 0;
  std::size_t holes = 0;     // missing, and a later one is there
  Clock::duration oldest{};  // of what is missing: how long before the kill it was acknowledged
};

void compare(Client& client, Writer& writer, int round, int number, Clock::time_point killed,
             Loss& loss) {
  const auto& acknowledged = writer.acknowledged();
  loss.acknowledged += acknowledged.size();
  const std::vector<bool> there = look_for(client, round, number, acknowledged.size());
  for (std::size_t i = 0; i < acknowledged.size(); ++i) {
    if (there[i] && i != 0 && !there[i - 1]) ++loss.holes;
    if (there[i]) continue;
    ++loss.missing;
    loss.oldest = std::max(loss.oldest, killed - acknowledged[i]);
  }
}

/// Starts, loads, kills after `least` and up to 200 ms more, and looks, again and again.
Loss kill_again_and_again(const std::string& policy, std::chrono::milliseconds least) {
  Loss loss;
  std::mt19937 random(std::random_device{}());
  std::unique_ptr<Folder> folder;
  for (int round = 0; round < kills(); ++round) {
    if (round % kills_a_folder == 0) folder = std::make_unique<Folder>();
    std::vector<std::unique_ptr<Writer>> all;
    Clock::time_point killed;
    {
      auto flags = command(folder->path(), policy);
      if (round % 2 == 1) flags.insert(flags.end(), {"--threads", "2"});
      ServerProgram kv(flags);
      for (int i = 0; i < writers; ++i) {
        all.push_back(std::make_unique<Writer>(kv.address(), round, i));
      }
      const auto begin = Clock::now();
      const auto lasts = least + std::chrono::milliseconds(random() % 200);
      // Every third one in the middle of a rewrite, or after it.
      if (round % 3 == 0) {
        std::this_thread::sleep_for(lasts - std::chrono::milliseconds(random() % 20));
        Client(kv.address()).send("BGREWRITEAOF\r\n");
      }
      std::this_thread::sleep_until(begin + lasts);
      killed = Clock::now();
      kv.program().signal(SIGKILL);
      kv.program().wait();
    }
    ServerProgram again(command(folder->path(), policy));
    Client client = again.connect();
    for (int i = 0; i < writers; ++i) {
      compare(client, *all[static_cast<std::size_t>(i)], round, i, killed, loss);
    }
    again.program().signal(SIGKILL);
    again.program().wait();
  }
  BOOST_TEST_MESSAGE(
      policy << ": " << kills() << " kills, " << loss.acknowledged << " acknowledged, "
             << loss.missing << " missing, the oldest "
             << std::chrono::duration_cast<std::chrono::milliseconds>(loss.oldest).count()
             << " ms before its kill");
  return loss;
}

}  // namespace

BOOST_AUTO_TEST_CASE(with_always_every_acknowledged_change_is_there_after_a_kill) {
  const Loss loss = kill_again_and_again("always", 20ms);
  BOOST_TEST(loss.acknowledged != 0U);
  BOOST_TEST(loss.missing == 0U);
}

BOOST_AUTO_TEST_CASE(with_everysec_at_most_the_last_second_is_missing_after_a_kill) {
  const Loss loss = kill_again_and_again("everysec", 250ms);
  BOOST_TEST(loss.acknowledged != 0U);
  BOOST_TEST(loss.holes == 0U);
  BOOST_TEST((loss.oldest < 1s));
}

BOOST_AUTO_TEST_CASE(what_was_changed_is_there_after_an_orderly_end_whatever_the_policy) {
  for (const std::string policy : {"always", "everysec", "no"}) {
    const Folder folder;
    ServerProgram kv(command(folder.path(), policy));
    Client client = kv.connect();
    client.send(set("a", policy));
    BOOST_TEST(client.receive(5) == "+OK\r\n");
    kv.drain();
    ServerProgram again(command(folder.path(), policy));
    Client other = again.connect();
    other.send("GET a\r\n");
    const std::string expected = "$" + std::to_string(policy.size()) + "\r\n" + policy + "\r\n";
    BOOST_TEST(other.receive(expected.size()) == expected);
    other.send("SHUTDOWN\r\n");
    BOOST_TEST(again.program().wait().status == 0);
  }
}

BOOST_AUTO_TEST_CASE(a_second_process_is_refused_and_a_damaged_log_as_well) {
  const Folder folder;
  {
    ServerProgram kv(command(folder.path(), "no"));
    Program second({.command = command(folder.path(), "no")});
    BOOST_TEST(second.wait().status == 1);
    BOOST_TEST(second.err() ==
               "weir-kv: another process keeps its data in " + folder.path() + "\n");
    kv.drain();
  }
  folder.write("*1\r\n$4\r\nPING\r\nnonsense");
  Program damaged({.command = command(folder.path(), "no")});
  BOOST_TEST(damaged.wait().status == 1);
  BOOST_TEST(damaged.err().find("is damaged at byte 14: ") != std::string::npos);
  BOOST_TEST(folder.read() == "*1\r\n$4\r\nPING\r\nnonsense");
}

BOOST_AUTO_TEST_CASE(where_the_file_may_grow_no_more_changes_are_refused_until_it_may) {
  const Folder folder;
  ServerProgram kv(command(folder.path(), "always"),
                   {.wrapper = {"/bin/bash", "-c", "ulimit -S -f 16; exec \"$0\" \"$@\""}});
  const std::string value(3000, 'v');
  std::size_t kept = 0;
  std::string refusal;
  while (refusal.empty() && kept < 100) {
    Client client = kv.connect();
    client.send(set("k" + std::to_string(kept), value));
    const std::string reply = first_bytes(client);
    if (reply == "+OK\r\n") {
      ++kept;
    } else if (!reply.empty()) {
      refusal = reply;
    }
  }
  BOOST_TEST(kept == 5U);
  BOOST_TEST(refusal == "-MISC");
  BOOST_TEST(folder.read().size() == kept * set("k0", value).size());  // nothing is torn
  Client client = kv.connect();
  client.send("GET k0\r\n");
  BOOST_TEST(client.receive(7 + value.size() + 2) == "$3000\r\n" + value + "\r\n");
  rlimit limit{RLIM_INFINITY, RLIM_INFINITY};
  BOOST_REQUIRE(::prlimit(kv.program().pid(), RLIMIT_FSIZE, &limit, nullptr) == 0);
  std::string reply;
  for (const auto until = Clock::now() + 20s; reply != "+OK\r\n" && Clock::now() < until;) {
    Client again = kv.connect();
    again.send(set("last", value));
    reply = first_bytes(again);
  }
  BOOST_TEST(reply == "+OK\r\n");
  kv.drain();
}

BOOST_TEST_DECORATOR(*ut::precondition(redis_installed))
BOOST_AUTO_TEST_CASE(redis_server_loads_the_log) {
  const Folder folder;
  ServerProgram kv(command(folder.path(), "everysec"));
  Client client = kv.connect();
  std::string bytes;
  for (int i = 0; i < 500; ++i) bytes += set("k" + std::to_string(i), std::to_string(i));
  bytes += "SET timed 1 EX 1000\r\nBGREWRITEAOF\r\nMULTI\r\nSET m 1\r\nSET k0 again\r\nEXEC\r\n";
  client.send(bytes);
  static_cast<void>(client.receive(500 * 5));
  kv.drain();
  {
    Redis redis("appendonly yes\ndir " + folder.path());
    const auto ask = [&](const std::string& what) {
      Program cli(
          {.command = {"/bin/bash", "-c", "exec redis-cli -s " + redis.socket() + " " + what}});
      cli.wait();
      return cli.out();
    };
    BOOST_TEST(ask("DBSIZE") == "502\n");
    BOOST_TEST(ask("MGET k0 k1 k499 m timed") == "again\n1\n499\n1\n1\n");
    BOOST_TEST(ask("PTTL timed") > "9");
  }
}
