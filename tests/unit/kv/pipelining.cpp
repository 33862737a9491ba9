// Commands that come together: what is looked at before its turn changes no answer.
#include <algorithm>
#include <random>

#include "unit/kv/bench.hpp"
#include "weir/framing/resp_writer.hpp"

namespace weir::kv::test {

namespace {

using Words = std::vector<std::string>;

std::string in_resp(const Words& words) {
  std::string bytes;
  RespWriter write(bytes);
  write.array(words.size());
  for (const std::string& word : words) write.bulk(word);
  return bytes;
}

/// Commands whose keys meet often, also while the table of keys changes its size.
class Commands {
 public:
  explicit Commands(unsigned seed) : random_(seed) {}

  std::string next() {
    switch (below(24)) {
      case 0:
        return in_resp({"MGET", key(), key(), key()});
      case 1:
        return in_resp({"MSET", key(), value(), key(), value()});
      case 2:
        return in_resp({"DEL", key(), key()});
      case 3:
        return in_resp({"RENAME", key(), key()});
      case 4:
        return in_resp({"APPEND", key(), value()});
      case 5:
        return in_resp({"LPUSH", key(), value()});
      case 6:
        return in_resp({"HSET", key(), "field", value()});
      case 7:
        return in_resp({"PEXPIRE", key(), below(2) == 0 ? "-1" : "1000"});
      case 8:
        return in_resp({below(2) == 0 ? "MULTI" : "EXEC"});
      case 9:
        return "GET " + key() + "\r\n";
      case 10:
        return below(2) == 0 ? "\r\n" : "*0\r\n";
      case 11:
        return in_resp({"NONE", key()});
      case 12:
        return in_resp({"GET"});
      case 13:
        return in_resp({below(30) == 0 ? "FLUSHALL" : "DBSIZE"});
      case 14:
      case 15:
      case 16:
        return in_resp({"get", key()});
      default:
        return in_resp({"SET", key(), value()});
    }
  }
  unsigned below(unsigned most) { return static_cast<unsigned>(random_()) % most; }

 private:
  std::string key() { return "key:" + std::to_string(below(300)); }
  std::string value() { return std::string(below(200), 'v') + std::to_string(below(1000)); }

  std::mt19937 random_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(kv_pipelining)

BOOST_AUTO_TEST_CASE(commands_of_one_read_are_answered_as_if_each_came_alone) {
  for (const std::size_t shards : {1U, 3U}) {
    Bench alone(shards);
    Bench together(shards);
    auto one = alone.dial();
    auto other = together.dial();
    Commands commands(42);
    for (int round = 0; round < 100; ++round) {
      std::string script;
      std::string expected;
      for (int i = 0; i < 50; ++i) {
        const std::string command = commands.next();
        script += command;
        expected += alone.send_raw(one, command);
      }
      std::string answers;
      for (std::size_t at = 0; at < script.size();) {
        const std::size_t size =
            std::min<std::size_t>(1 + commands.below(4000), script.size() - at);
        answers += together.send_raw(other, std::string_view(script).substr(at, size));
        at += size;
      }
      BOOST_REQUIRE(answers == expected);
      BOOST_REQUIRE(together.journal.lines == alone.journal.lines);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_stands_behind_a_command_that_waits_is_answered_behind_it) {
  Bench kv;
  auto waiting = kv.dial();
  const std::string script = in_resp({"GET", "a"}) + in_resp({"BLPOP", "list", "0"}) +
                             in_resp({"GET", "a"}) + in_resp({"GET", "b"});
  BOOST_TEST(kv.send_raw(waiting, script) == "$-1\r\n");
  BOOST_TEST(kv.say("MSET a 1 b 2") == "OK");
  BOOST_TEST(kv.say("RPUSH list x") == "1");
  BOOST_TEST(kv.send_raw(waiting, in_resp({"DEL", "a"})) ==
             "*2\r\n$4\r\nlist\r\n$1\r\nx\r\n$1\r\n1\r\n$1\r\n2\r\n:1\r\n");
}

BOOST_AUTO_TEST_CASE(a_command_is_held_to_the_limits_of_its_turn) {
  Bench kv;
  kv.service.settings().set_password("secret");
  const std::string large = in_resp({"SET", "a", std::string(20'000, 'x')});
  auto peer = kv.dial();
  const std::string welcome = in_resp({"AUTH", "secret"}) + large;
  BOOST_TEST(kv.send_raw(peer, welcome + welcome) == "+OK\r\n+OK\r\n+OK\r\n+OK\r\n");
  BOOST_TEST(kv.send_raw(peer, in_resp({"RESET"}) + large) ==
             "+RESET\r\n-ERR Protocol error: unauthenticated bulk length\r\n");
}

BOOST_AUTO_TEST_CASE(many_keys_of_one_command_are_found_where_they_are) {
  for (const std::size_t shards : {1U, 4U}) {
    Bench kv(shards);
    auto peer = kv.dial();
    Words set{"MSET"};
    Words get{"MGET"};
    std::string expected = "*100\r\n";
    for (int i = 0; i < 100; ++i) {
      const std::string number = std::to_string(1000 + i);
      set.insert(set.end(), {"key" + number, number});
      get.push_back("key" + number);
      expected += "$4\r\n" + number + "\r\n";
    }
    BOOST_TEST(kv.send_raw(peer, in_resp(set) + in_resp(get)) == "+OK\r\n" + expected);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weir::kv::test
