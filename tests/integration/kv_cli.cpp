// weir-kv and the tools that come with Redis, as they are: redis-cli over TCP, TLS and a Unix
// socket, with RESP2 and RESP3, and redis-benchmark.
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "integration/program.hpp"
#include "integration/redis.hpp"
#include "integration/server_program.hpp"
#include "unit/kv/folder.hpp"

using namespace weir::integration;
using weir::kv::test::Folder;

namespace {

using Words = std::vector<std::string>;

Words joined(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// What redis-cli prints; `where` is how it connects.
std::string cli(const Words& where, const Words& command) {
  Program program({.command = joined(joined({redis_program("redis-cli")}, where), command)});
  program.wait();
  return program.out() + program.err();
}

/// The same with `lines` on its standard input.
std::string cli_reads(const Words& where, const std::string& lines, const Words& command = {}) {
  const Words reading = {"/bin/bash", "-c", "printf '%s' \"$0\" | exec \"$@\"", lines,
                         redis_program("redis-cli")};
  Program program({.command = joined(joined(reading, where), command)});
  program.wait();
  return program.out() + program.err();
}

class Kv {
 public:
  explicit Kv(const Words& flags = {})
      : server_(joined({WEIR_KV_PROGRAM, "--log-level", "error"}, flags)) {}

  [[nodiscard]] std::string port() const {
    const std::string endpoint = server_.endpoint();
    return endpoint.substr(endpoint.rfind(':') + 1);
  }
  [[nodiscard]] Words where() const { return {"-p", port()}; }
  [[nodiscard]] ServerProgram& server() { return server_; }

 private:
  ServerProgram server_;
};

/// Strings, hashes, lists, a transaction, errors: whichever way redis-cli has connected.
void check_talk(const Words& where) {
  BOOST_TEST(cli_reads(where,
                       "SET k \"a value\"\nGET k\nGET none\nINCRBY n 42\nTTL k\nHSET h a 1 b 2\n"
                       "RPUSH l a b c\nLRANGE l 0 -1\nMULTI\nINCR n\nLPOP l\nEXEC\n") ==
             "OK\na value\n\n42\n-1\n2\n3\na\nb\nc\nOK\nQUEUED\nQUEUED\n43\na\n");
  BOOST_TEST(cli(where, {"HGETALL", "h"}) == "a\n1\nb\n2\n");
  BOOST_TEST(cli(where, {"INCR", "k"}) == "ERR value is not an integer or out of range\n\n");
  BOOST_TEST(cli(where, {"LPUSH", "h", "x"}) ==
             "WRONGTYPE Operation against a key holding the wrong kind of value\n\n");
  BOOST_TEST(cli(where, {"NONSENSE", "a"}) ==
             "ERR unknown command 'NONSENSE', with args beginning with: 'a' \n\n");
  BOOST_TEST(cli(where, {"BLPOP", "none", "0.01"}) == "\n");
}

}  // namespace

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(redis_installed))
BOOST_AUTO_TEST_SUITE(kv_cli)

BOOST_AUTO_TEST_CASE(redis_cli_talks_over_tcp_with_both_protocols) {
  Kv kv;
  check_talk(kv.where());
  BOOST_TEST(cli(kv.where(), {"FLUSHALL"}) == "OK\n");
  BOOST_TEST(cli(kv.where(), {"-3", "HSET", "h", "a", "1"}) == "1\n");
  BOOST_TEST(cli(kv.where(), {"-3", "HGETALL", "h"}) == "a 1\n");
  BOOST_TEST(cli(kv.where(), {"-3", "--no-raw", "HGETALL", "h"}) == "1# \"a\" => \"1\"\n");
  BOOST_TEST(cli(kv.where(), {"-3", "--no-raw", "GET", "none"}) == "(nil)\n");
  BOOST_TEST(kv.server().drain().starts_with("drained: "));
}

BOOST_AUTO_TEST_CASE(redis_cli_talks_over_tls) {
  Kv kv({"--listen", "tls://127.0.0.1:0", "--tls-self-signed"});
  check_talk(joined(kv.where(), {"--tls", "--insecure"}));
  BOOST_TEST(cli(joined(kv.where(), {"--tls"}), {"PING"}).find("certificate") != std::string::npos);
  kv.server().drain();
}

BOOST_AUTO_TEST_CASE(redis_cli_talks_over_a_unix_socket) {
  const Folder folder;
  const std::string path = folder.path() + "/kv.sock";
  Kv kv({"--listen", "tcp://127.0.0.1:0", "--listen", "unix://" + path});
  check_talk({"-s", path});
  BOOST_TEST(cli(kv.where(), {"GET", "k"}) == "a value\n");
  BOOST_TEST(cli({"-s", path}, {"CLIENT", "LIST"}).find("unix://" + path) != std::string::npos);
  kv.server().drain();
}

BOOST_AUTO_TEST_CASE(redis_cli_says_the_password) {
  Kv kv({"--password", "a secret"});
  BOOST_TEST(cli(kv.where(), {"GET", "k"}) == "NOAUTH Authentication required.\n\n");
  const Words with = joined(kv.where(), {"--no-auth-warning", "-a", "a secret"});
  check_talk(with);
  BOOST_TEST(cli(joined(with, {"-3"}), {"PING"}) == "PONG\n");
  BOOST_TEST(cli(joined(with, {"--user", "default"}), {"PING"}) == "PONG\n");
  const Words wrong = joined(kv.where(), {"--no-auth-warning", "-a", "guess"});
  BOOST_TEST(cli(wrong, {"GET", "k"}).find("WRONGPASS") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(redis_cli_subscribes_loads_and_scans) {
  Kv kv;
  Program listener(
      {.command = joined(joined({redis_program("redis-cli")}, kv.where()), {"SUBSCRIBE", "news"})});
  for (const char* const line : {"subscribe", "news", "1"}) {
    BOOST_TEST(listener.read_line() == line);
  }
  BOOST_TEST(cli(kv.where(), {"PUBLISH", "news", "hello"}) == "1\n");
  for (const char* const line : {"message", "news", "hello"}) {
    BOOST_TEST(listener.read_line() == line);
  }
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "SET key:" + std::to_string(i) + " v\r\n";
  const std::string loaded = cli_reads(kv.where(), many, {"--pipe"});
  BOOST_TEST(loaded.find("errors: 0, replies: 5000") != std::string::npos);
  const std::string keys = cli(kv.where(), {"--scan", "--pattern", "key:*"});
  BOOST_TEST(count_lines(keys, "key:") == 5000U);
  const std::string report = cli(kv.where(), {"--bigkeys"});
  BOOST_TEST(report.find("5000 strings with 5000 bytes") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_client_that_waits_does_not_hold_the_end_up) {
  Kv kv({"--drain", "1h"});
  Program waiting(
      {.command = joined(joined({redis_program("redis-cli")}, kv.where()), {"BLPOP", "l", "0"})});
  while (cli(kv.where(), {"INFO", "clients"}).find("blocked_clients:1") == std::string::npos) {
  }
  kv.server().drain();
  waiting.wait();
  BOOST_TEST((waiting.out() + waiting.err()).find("Server closed the connection") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_client_that_waited_and_went_is_noticed_behind_what_it_sent) {
  for (const std::string backend : {"asio", "select", "poll", "epoll"}) {
    Kv kv({"--backend", backend});
    const auto blocked = [&](const std::string& count) {
      const std::string clients = cli(kv.where(), {"INFO", "clients"});
      return clients.find("blocked_clients:" + count) != std::string::npos;
    };
    Client client = kv.server().connect();
    client.send("BLPOP l 0\r\nPING\r\n");
    while (!blocked("1")) {
    }
    client.send("PING\r\n");
    client.finish_sending();
    while (!blocked("0")) {
    }
    BOOST_TEST(cli(kv.where(), {"RPUSH", "l", "x"}) == "1\n");
    BOOST_TEST(cli(kv.where(), {"LLEN", "l"}) == "1\n");
    kv.server().drain();
  }
}

BOOST_AUTO_TEST_CASE(redis_benchmark_meets_no_error) {
  // Its default tests but those of sets and sorted sets, which weir-kv does not have.
  const std::string tests =
      "ping_inline,ping_mbulk,set,get,incr,lpush,rpush,lpop,rpop,hset,lrange_100,lrange_300,"
      "lrange_500,lrange_600,mset";
  for (const Words& how : {Words{}, Words{"-P", "16"}, Words{"--threads", "2"}, Words{"-3"}}) {
    Kv kv({"--threads", "2"});
    const Words flags = {"-t", tests, "-n", "1000", "-c", "20", "-r", "100", "-q"};
    Program benchmark(
        {.command =
             joined(joined(joined({redis_program("redis-benchmark")}, kv.where()), flags), how)});
    BOOST_TEST(benchmark.wait().status == 0);
    BOOST_TEST(benchmark.out().find("rror") == std::string::npos);
    BOOST_TEST(benchmark.err() == "");
    BOOST_TEST(cli(kv.where(), {"EXISTS", "mylist"}) == "1\n");
    kv.server().drain();
  }
}

BOOST_AUTO_TEST_SUITE_END()
