// Hashes and lists.
#include "kv/list_value.hpp"

#include <deque>

#include "kv/hash_value.hpp"
#include "unit/kv/bench.hpp"

using namespace weir::kv::test;

namespace {

const std::string wrong_type = "-WRONGTYPE Operation against a key holding the wrong kind of value";

}  // namespace

BOOST_AUTO_TEST_SUITE(kv_collections)

BOOST_AUTO_TEST_CASE(hashes) {
  Bench kv;
  kv.check({{"HSET h a 1 b 2", "2"},
            {"HSET h a 3 c 4", "1"},
            {"HGET h a", "\"3\""},
            {"HGET h x", "nil"},
            {"HGET none x", "nil"},
            {"HMGET h a x c", "[\"3\", nil, \"4\"]"},
            {"HMGET none a", "[nil]"},
            {"HGETALL h", "[\"a\", \"3\", \"b\", \"2\", \"c\", \"4\"]"},
            {"HGETALL none", "[]"},
            {"HKEYS h", "[\"a\", \"b\", \"c\"]"},
            {"HVALS h", "[\"3\", \"2\", \"4\"]"},
            {"HLEN h", "3"},
            {"HLEN none", "0"},
            {"HEXISTS h a", "1"},
            {"HEXISTS h x", "0"},
            {"HSTRLEN h a", "1"},
            {"HSTRLEN h x", "0"},
            {"HSETNX h a 9", "0"},
            {"HSETNX h d 9", "1"},
            {"HDEL h a x b", "2"},
            {"HINCRBY h n 5", "5"},
            {"HINCRBY h n -7", "-2"},
            {"HINCRBYFLOAT h f 1.25", "\"1.25\""},
            {"HSET h s abc", "1"},
            {"HINCRBY h s 1", "-ERR hash value is not an integer"},
            {"HINCRBYFLOAT h s 1", "-ERR hash value is not a float"},
            {"HINCRBY h n x", "-ERR value is not an integer or out of range"},
            {"HINCRBYFLOAT h f x", "-ERR value is not a valid float"},
            {"HSET h a", "-ERR wrong number of arguments for 'hset' command"},
            {"HSET h a 1 b", "-ERR wrong number of arguments for 'hset' command"},
            {"HMSET h a 1", "OK"},
            {"HSCAN h 0 MATCH a", "[\"0\", [\"a\", \"1\"]]"},
            {"HSCAN none 0", "[\"0\", []]"},
            {"HDEL none a", "0"},
            {"SET s v", "OK"},
            {"HGET s a", wrong_type},
            {"HSET s a 1", wrong_type},
            {"GET h", wrong_type},
            {"HDEL h a c d n f s", "6"},
            {"EXISTS h", "0"}});
}

BOOST_AUTO_TEST_CASE(a_hash_in_resp3_is_a_map) {
  Bench kv;
  kv.say("HELLO 3");
  kv.check({{"HSET h a 1", "1"}, {"HGETALL h", "{\"a\": \"1\"}"}, {"HGET h x", "nil"}});
}

BOOST_AUTO_TEST_CASE(a_large_hash_has_all_its_fields) {
  Bench kv;
  for (int i = 0; i < 1000; ++i) {
    const std::string n = std::to_string(i);
    BOOST_TEST(kv.say("HSET h f" + n + " v" + n) == "1");
  }
  kv.check({{"OBJECT ENCODING h", "\"hashtable\""},
            {"HLEN h", "1000"},
            {"HGET h f500", "\"v500\""},
            {"HSET h f500 changed", "0"},
            {"HGET h f500", "\"changed\""},
            {"COPY h g", "1"},
            {"HDEL h f500", "1"},
            {"HGET h f500", "nil"},
            {"HGET g f500", "\"changed\""},
            {"HLEN h", "999"}});
  const std::string reply = kv.say("HSCAN h 0 COUNT 100000");
  BOOST_TEST(reply.starts_with("[\"0\", ["));
  kv.say("HSET small f " + std::string(65, 'x'));
  BOOST_TEST(kv.say("OBJECT ENCODING small") == "\"hashtable\"");
}

BOOST_AUTO_TEST_CASE(lists) {
  Bench kv;
  kv.check({{"RPUSH l a b c", "3"},
            {"LPUSH l z y", "5"},
            {"LRANGE l 0 -1", "[\"y\", \"z\", \"a\", \"b\", \"c\"]"},
            {"LRANGE l -2 100", "[\"b\", \"c\"]"},
            {"LRANGE l 3 1", "[]"},
            {"LRANGE none 0 -1", "[]"},
            {"LLEN l", "5"},
            {"LINDEX l 0", "\"y\""},
            {"LINDEX l -1", "\"c\""},
            {"LINDEX l 5", "nil"},
            {"LSET l 1 Z", "OK"},
            {"LSET l 9 Z", "-ERR index out of range"},
            {"LSET none 0 Z", "-ERR no such key"},
            {"LPOP l", "\"y\""},
            {"RPOP l 2", "[\"c\", \"b\"]"},
            {"LPOP l 0", "[]"},
            {"LPOP l -1", "-ERR value is out of range, must be positive"},
            {"LPOP none", "nil"},
            {"LPOP none 1", "nil"},
            {"RPUSH l x a x b x", "7"},
            {"LREM l -2 x", "2"},
            {"LRANGE l 0 -1", "[\"Z\", \"a\", \"x\", \"a\", \"b\"]"},
            {"LREM l 0 a", "2"},
            {"LREM l 1 none", "0"},
            {"LTRIM l 1 1", "OK"},
            {"LRANGE l 0 -1", "[\"x\"]"},
            {"LTRIM l 5 6", "OK"},
            {"EXISTS l", "0"},
            {"LPUSHX l a", "0"},
            {"RPUSHX l a", "0"},
            {"SET s v", "OK"},
            {"LPUSH s a", wrong_type},
            {"LRANGE s 0 1", wrong_type},
            {"LRANGE l a 1", "-ERR value is not an integer or out of range"}});
}

BOOST_AUTO_TEST_CASE(a_long_list_is_what_a_deque_would_be) {
  weir::kv::List list;
  std::deque<std::string> model;
  std::uint64_t random = 88172645463325252;
  const auto next = [&random] {
    random ^= random << 13;
    random ^= random >> 7;
    return random ^= random << 17;
  };
  using End = weir::kv::List::End;
  for (int i = 0; i < 20'000; ++i) {
    const std::string text(next() % (i % 100 == 0 ? 10'000 : 40), static_cast<char>('a' + i % 26));
    switch (next() % 8) {
      case 0:
      case 1:
      case 2:
        list.push(End::back, text);
        model.push_back(text);
        break;
      case 3:
      case 4:
        list.push(End::front, text);
        model.push_front(text);
        break;
      case 5:
        if (model.empty()) break;
        BOOST_REQUIRE(list.pop(End::front) == model.front());
        model.pop_front();
        break;
      case 6:
        if (model.empty()) break;
        BOOST_REQUIRE(list.pop(End::back) == model.back());
        model.pop_back();
        break;
      default:
        if (model.empty()) break;
        const std::size_t at = next() % model.size();
        BOOST_REQUIRE(list.at(at) == model[at]);
        list.set(at, text);
        model[at] = text;
    }
    BOOST_REQUIRE(list.size() == model.size());
  }
  std::size_t at = 0;
  list.each(0, list.size(), [&](std::string_view text) { BOOST_REQUIRE(text == model[at++]); });
  BOOST_TEST(at == model.size());
  list.trim(100, 50);
  BOOST_TEST(list.size() == 50U);
  BOOST_TEST(list.at(0) == model[100]);
  BOOST_TEST(list.at(49) == model[149]);
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_list_gets_what_comes) {
  Bench kv;
  auto waiting = kv.dial();
  BOOST_TEST(kv.say(waiting, "BLPOP a b 0") == "");
  BOOST_TEST(kv.say("RPUSH b x y") == "2");
  kv.loop.run_ready();
  BOOST_TEST(show(waiting.take()).at(0) == "[\"b\", \"x\"]");
  BOOST_TEST(kv.say("LRANGE b 0 -1") == "[\"y\"]");
  BOOST_TEST(kv.say(waiting, "BRPOP b 0") == "[\"b\", \"y\"]");
  BOOST_TEST(kv.journal.lines.back() == "*2\r\n$4\r\nRPOP\r\n$1\r\nb\r\n");
}

BOOST_AUTO_TEST_CASE(the_time_of_waiting_ends) {
  Bench kv;
  auto waiting = kv.dial();
  BOOST_TEST(kv.say(waiting, "BLPOP a 1.5") == "");
  kv.advance(1499ms);
  BOOST_TEST(waiting.take() == "");
  kv.advance(1ms);
  BOOST_TEST(waiting.take() == "*-1\r\n");
  BOOST_TEST(kv.say("RPUSH a x") == "1");
  BOOST_TEST(kv.say("LLEN a") == "1");
  kv.check({{"BLPOP a -1", "-ERR timeout is negative"},
            {"BLPOP a x", "-ERR timeout is not a float or out of range"}});
}

BOOST_AUTO_TEST_CASE(commands_behind_a_waiting_one_wait_as_well) {
  Bench kv;
  auto waiting = kv.dial();
  BOOST_TEST(kv.send_raw(waiting, "BLPOP a 0\r\nPING\r\n") == "");
  kv.say("RPUSH a x");
  kv.loop.run_ready();
  BOOST_TEST(waiting.take() == "*2\r\n$1\r\na\r\n$1\r\nx\r\n+PONG\r\n");
}

BOOST_AUTO_TEST_CASE(who_went_while_waiting_takes_nothing) {
  Bench kv;
  auto waiting = kv.dial();
  BOOST_TEST(kv.say(waiting, "BLPOP a 0") == "");
  waiting.end();
  kv.loop.run_ready();
  BOOST_TEST(kv.service.clients().size() == 1U);
  kv.check({{"RPUSH a x", "1"}, {"LLEN a", "1"}});
}

BOOST_AUTO_TEST_CASE(within_a_transaction_nobody_waits) {
  Bench kv;
  kv.check({{"MULTI", "OK"}, {"BLPOP a 0", "QUEUED"}, {"EXEC", "[nil]"}});
}

BOOST_AUTO_TEST_SUITE_END()
