// What weir-kv says to wrong values of its own flags; tests/integration/flags.cpp has those that
// all programs share.
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "integration/program.hpp"
#include "integration/server_program.hpp"

using namespace weir::integration;

BOOST_AUTO_TEST_CASE(a_wrong_value_is_answered_with_the_right_ones) {
  struct Mistake {
    std::vector<std::string> flags;
    std::string line;  // behind "weir-kv: "
  };
  const std::string size =
      "expected bytes from 1 to 18446744073709551615, such as 65536, 64KiB or 1MiB";
  const std::string policy = "expected noeviction, allkeys-lru or volatile-ttl";
  const std::string fsync = "expected always, everysec or no";
  const std::vector<Mistake> mistakes = {
      {{"--max-memory", "lots"}, "--max-memory 'lots': " + size},
      {{"--max-memory", "-1"}, "--max-memory '-1': " + size},
      {{"--max-memory", "1.5GiB"}, "--max-memory '1.5GiB': " + size},
      {{"--max-memory", ""}, "--max-memory '': " + size},
      {{"--max-memory-policy", "allkeys-lfu"}, "--max-memory-policy 'allkeys-lfu': " + policy},
      {{"--max-memory-policy", ""}, "--max-memory-policy '': " + policy},
      {{"--fsync", "never"}, "--fsync 'never': " + fsync},
      {{"--fsync", "Always"}, "--fsync 'Always': " + fsync},
      {{"--password"}, "--password: the value is missing: expected --password TEXT, see --help"},
      {{"--data"}, "--data: the value is missing: expected --data DIR, see --help"},
  };
  for (const Mistake& mistake : mistakes) {
    std::vector<std::string> command = {WEIR_KV_PROGRAM};
    command.insert(command.end(), mistake.flags.begin(), mistake.flags.end());
    Program program({.command = command});
    BOOST_TEST_CONTEXT(mistake.line) {
      BOOST_TEST(program.wait().status == 2);
      BOOST_TEST(program.err() == "weir-kv: " + mistake.line + "\n");
      BOOST_TEST(program.out() == "");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_is_said_before_anything_listens) {
  Program program({.command = {WEIR_KV_PROGRAM, "--listen", "tcp://127.0.0.1:0", "--data",
                               "/proc/nothing/here"}});
  BOOST_TEST(program.wait().status == 1);
  BOOST_TEST(program.err() ==
             "weir-kv: cannot make the folder /proc/nothing/here: No such file or directory\n");
  BOOST_TEST(program.out() == "");
}

BOOST_AUTO_TEST_CASE(right_values_are_taken) {
  ServerProgram kv({WEIR_KV_PROGRAM, "--max-memory", "64MiB", "--max-memory-policy", "allkeys-lru",
                    "--password", "a secret"});
  Client client = kv.connect();
  client.send("AUTH \"a secret\"\r\nCONFIG GET maxmemory\r\nCONFIG GET maxmemory-policy\r\n");
  const std::string expected =
      "+OK\r\n*2\r\n$9\r\nmaxmemory\r\n$8\r\n67108864\r\n"
      "*2\r\n$16\r\nmaxmemory-policy\r\n$11\r\nallkeys-lru\r\n";
  BOOST_TEST(client.receive(expected.size()) == expected);
  kv.drain();
}
