// weir-kv's log, begun anew while every kind of key changes: weir-kv and a real redis-server find
// the same in it.
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <string>
#include <vector>

#include "integration/program.hpp"
#include "integration/redis.hpp"
#include "integration/server_program.hpp"
#include "unit/kv/folder.hpp"

using namespace weir::integration;
using weir::kv::test::Folder;

namespace {

std::vector<std::string> command(const std::string& folder) {
  return {WEIR_KV_PROGRAM, "--data", folder, "--log-level", "error"};
}

/// What redis-cli prints for `lines`; `where` is how it connects.
std::string cli(const std::vector<std::string>& where, const std::string& lines) {
  const Folder folder;
  const std::string file = folder.path() + "/lines";
  std::ofstream(file) << lines;
  std::vector<std::string> command = {"/bin/bash", "-c", "exec \"$@\" <\"$0\"", file,
                                      redis_program("redis-cli")};
  command.insert(command.end(), where.begin(), where.end());
  Program program({.command = command});
  program.wait();
  return program.out() + program.err();
}

std::vector<std::string> port_of(const ServerProgram& server) {
  const std::string endpoint = server.endpoint();
  return {"-p", endpoint.substr(endpoint.rfind(':') + 1)};
}

/// Keys 0 to `keys`, a string, a list and a hash in turn, some with a time.
std::string fill(int keys) {
  const std::string text(1000, 'v');
  std::string lines;
  for (int i = 0; i < keys; ++i) {
    const std::string key = "k" + std::to_string(i);
    lines += i % 3 == 0   ? "SET " + key + " " + text + "\n"
             : i % 3 == 1 ? "RPUSH " + key + " a b " + text + "\n"
                          : "HSET " + key + " a 1 b " + text + "\n";
    if (i % 4 == 0) lines += "PEXPIREAT " + key + " " + std::to_string(9999999000000 + i) + "\n";
  }
  for (int i = 0; i < 1000; ++i) {
    const std::string number = std::to_string(i);
    lines += "RPUSH long " + number + "\nHSET wide f" + number + " " + number + "\n";
  }
  return lines;
}

/// Changes while the log is begun anew.
std::string change(int keys) {
  std::string lines = "BGREWRITEAOF\n";
  for (int i = 0; i < keys; i += 5) {
    const std::string key = "k" + std::to_string(i);
    const std::string next = "k" + std::to_string(i + 1);
    lines += "RENAME " + key + " renamed" + std::to_string(i) + "\n";
    lines += "COPY " + next + " copied" + std::to_string(i) + "\n";
    lines += "PERSIST k" + std::to_string(i + 2) + "\n";
    lines += "EXPIREAT k" + std::to_string(i + 3) + " 9999999999\n";
    lines += "MULTI\nDEL k" + std::to_string(i + 4) + "\nRPUSH pushed " + key + "\nEXEC\n";
  }
  return lines + "LTRIM long 10 -10\nHDEL wide f1 f2\nHINCRBY wide f3 5\nLPOP pushed\n";
}

/// What two servers with the same data answer alike.
std::string questions(int keys) {
  std::string lines = "DBSIZE\nLRANGE long 0 -1\nLRANGE pushed 0 -1\nHLEN wide\n";
  for (int i = 0; i < 1000; ++i) lines += "HGET wide f" + std::to_string(i) + "\n";
  for (int i = 0; i < keys; ++i) {
    for (const std::string name : {"k", "renamed", "copied"}) {
      const std::string key = name + std::to_string(i);
      for (const std::string question :
           {"TYPE ?", "PEXPIRETIME ?", "GET ?", "HLEN ?", "HMGET ? a b", "LRANGE ? 0 -1"}) {
        const std::size_t at = question.find('?');
        lines += question.substr(0, at) + name + std::to_string(i) + question.substr(at + 1) + "\n";
      }
    }
  }
  return lines;
}

}  // namespace

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(redis_installed))
BOOST_AUTO_TEST_CASE(redis_server_loads_a_log_that_was_begun_anew_under_changes_of_each_type) {
  constexpr int keys = 600;
  const Folder folder;
  ServerProgram kv(command(folder.path()));
  const std::vector<std::string> where = port_of(kv);
  BOOST_TEST(cli(where, fill(keys)).find("ERR") == std::string::npos);
  BOOST_TEST(cli(where, change(keys)).find("ERR") == std::string::npos);
  while (cli(where, "INFO persistence").find("aof_rewrites:1") == std::string::npos) {
  }
  cli(where, "SET last 1\n");
  const std::string answers = cli(where, questions(keys));
  kv.drain();
  ServerProgram again(command(folder.path()));
  BOOST_TEST(count_lines(answers) > 5000U);
  BOOST_TEST((cli(port_of(again), questions(keys)) == answers));
  again.drain();
  Redis redis("appendonly yes\ndir " + folder.path());
  BOOST_TEST((cli({"-s", redis.socket()}, questions(keys)) == answers));
}
