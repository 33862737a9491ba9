// Keys, whatever their values, and their times.
#include <set>

#include "kv/glob.hpp"
#include "unit/kv/bench.hpp"

using namespace weir::kv::test;

BOOST_AUTO_TEST_SUITE(kv_keys)

BOOST_AUTO_TEST_CASE(exists_type_touch_unlink) {
  Bench kv;
  kv.check({{"SET s v", "OK"},
            {"RPUSH l v", "1"},
            {"HSET h f v", "1"},
            {"TYPE s", "string"},
            {"TYPE l", "list"},
            {"TYPE h", "hash"},
            {"TYPE none", "none"},
            {"EXISTS s l none s", "3"},
            {"TOUCH s none", "1"},
            {"OBJECT ENCODING l", "\"quicklist\""},
            {"OBJECT ENCODING h", "\"listpack\""},
            {"OBJECT ENCODING s", "\"embstr\""},
            {"OBJECT ENCODING none", "nil"},
            {"OBJECT FOO s", "-ERR unknown subcommand 'FOO'. Try OBJECT HELP."},
            {"UNLINK s l h none", "3"},
            {"DBSIZE", "0"},
            {"RANDOMKEY", "nil"}});
}

BOOST_AUTO_TEST_CASE(rename_and_copy) {
  Bench kv;
  kv.check({{"RENAME none k", "-ERR no such key"},
            {"SET a 1 EX 100", "OK"},
            {"SET b 2", "OK"},
            {"RENAME a b", "OK"},
            {"GET b", "\"1\""},
            {"TTL b", "100"},
            {"RENAME b b", "OK"},
            {"SET a 3", "OK"},
            {"RENAMENX a b", "0"},
            {"RENAMENX a c", "1"},
            {"HSET h f v", "1"},
            {"RENAME h c", "OK"},
            {"HGET c f", "\"v\""},
            {"COPY c d", "1"},
            {"HSET c f w", "0"},
            {"HGET d f", "\"v\""},
            {"COPY c d", "0"},
            {"COPY c d REPLACE", "1"},
            {"HGET d f", "\"w\""},
            {"COPY c c", "-ERR source and destination objects are the same"},
            {"COPY none d", "0"},
            {"COPY c d FOO", "-ERR syntax error"}});
}

BOOST_AUTO_TEST_CASE(expire_and_its_conditions) {
  Bench kv;
  kv.check({{"EXPIRE none 10", "0"},
            {"SET k v", "OK"},
            {"EXPIRE k 10 GT", "0"},
            {"EXPIRE k 10 XX", "0"},
            {"EXPIRE k 10 LT", "1"},
            {"EXPIRE k 5 GT", "0"},
            {"EXPIRE k 20 GT", "1"},
            {"EXPIRE k 30 NX", "0"},
            {"TTL k", "20"},
            {"PTTL k", "20000"},
            {"EXPIRETIME k", "1700000020"},
            {"PEXPIRETIME k", "1700000020000"},
            {"PEXPIRE k 1500", "1"},
            {"TTL k", "2"},
            {"PERSIST k", "1"},
            {"PERSIST k", "0"},
            {"TTL k", "-1"},
            {"TTL none", "-2"},
            {"EXPIREAT k 1700000100", "1"},
            {"TTL k", "100"},
            {"PEXPIREAT k 1700000100500 GT", "1"},
            {"EXPIRE k 10 NX GT",
             "-ERR NX and XX, GT or LT options at the same time are not compatible"},
            {"EXPIRE k 10 GT LT", "-ERR GT and LT options at the same time are not compatible"},
            {"EXPIRE k 10 FOO", "-ERR Unsupported option FOO"},
            {"EXPIRE k x", "-ERR value is not an integer or out of range"},
            {"EXPIRE k 9223372036854775807", "-ERR invalid expire time in 'expire' command"},
            {"EXPIRE k -1", "1"},
            {"EXISTS k", "0"}});
}

BOOST_AUTO_TEST_CASE(keys_that_expired_are_deleted_though_nobody_asks) {
  Bench kv;
  for (int i = 0; i < 10'000; ++i) kv.say("SET k" + std::to_string(i) + " v PX 100");
  kv.say("SET stays v");
  BOOST_TEST(kv.service.store().at(0).size() == 10'001U);
  kv.advance(1s);
  BOOST_TEST(kv.service.store().at(0).size() == 1U);
  BOOST_TEST(kv.service.store().at(0).volatile_size() == 0U);
}

BOOST_AUTO_TEST_CASE(one_tick_looks_at_a_bounded_number_of_keys) {
  Bench kv;
  for (int i = 0; i < 20'000; ++i) kv.say("SET k" + std::to_string(i) + " v PX 1");
  kv.advance(100ms);
  const std::size_t left = kv.service.store().at(0).size();
  BOOST_TEST(left > 10'000U);
  BOOST_TEST(left < 20'000U);
}

BOOST_AUTO_TEST_CASE(keys_and_scan_find_what_matches) {
  Bench kv;
  kv.check({{"MSET one 1 two 2 three 3", "OK"},
            {"KEYS t?o", "[\"two\"]"},
            {"KEYS x*", "[]"},
            {"SCAN x", "-ERR invalid cursor"},
            {"SCAN 0 COUNT 0", "-ERR syntax error"},
            {"SCAN 0 COUNT x", "-ERR value is not an integer or out of range"},
            {"SCAN 0 MATCH on* COUNT 100", "[\"0\", [\"one\"]]"},
            {"SCAN 0 TYPE list COUNT 100", "[\"0\", []]"}});
}

BOOST_AUTO_TEST_CASE(a_scan_over_several_shards_sees_every_key) {
  Bench kv(4);
  for (int i = 0; i < 1000; ++i) kv.say("SET k" + std::to_string(i) + " v");
  std::set<std::string> seen;
  std::string cursor = "0";
  int calls = 0;
  do {
    const std::string reply = kv.say("SCAN " + cursor + " COUNT 50");
    cursor = reply.substr(2, reply.find('"', 2) - 2);
    for (std::size_t at = reply.find("\"k"); at != std::string::npos;
         at = reply.find("\"k", at + 1)) {
      seen.insert(reply.substr(at + 1, reply.find('"', at + 1) - at - 1));
    }
    BOOST_REQUIRE(++calls < 1000);
  } while (cursor != "0");
  BOOST_TEST(seen.size() == 1000U);
  BOOST_TEST(kv.say("DBSIZE") == "1000");
  BOOST_TEST(kv.say("MSET a 1 b 2 c 3 d 4") == "OK");
  BOOST_TEST(kv.say("DEL a b c d") == "4");
  BOOST_TEST(kv.say("FLUSHALL") == "OK");
  BOOST_TEST(kv.say("DBSIZE") == "0");
}

BOOST_AUTO_TEST_CASE(object_idletime_counts_from_the_last_access) {
  Bench kv;
  kv.say("SET k v");
  kv.advance(10s);
  BOOST_TEST(kv.say("OBJECT IDLETIME k") == "10");
  kv.say("GET k");
  BOOST_TEST(kv.say("OBJECT IDLETIME k") == "0");
}

BOOST_AUTO_TEST_CASE(patterns) {
  using weir::kv::glob_matches;
  BOOST_TEST(glob_matches("h?llo", "hello"));
  BOOST_TEST(glob_matches("h*llo", "heeeello"));
  BOOST_TEST(glob_matches("h[ae]llo", "hallo"));
  BOOST_TEST(!glob_matches("h[^e]llo", "hello"));
  BOOST_TEST(glob_matches("h[a-b]llo", "hbllo"));
  BOOST_TEST(glob_matches("h\\*llo", "h*llo"));
  BOOST_TEST(!glob_matches("h\\*llo", "hello"));
  BOOST_TEST(glob_matches("*", ""));
  BOOST_TEST(!glob_matches("?", ""));
  BOOST_TEST(glob_matches("a*b*c", "aXbXbXc"));
  // Takes no time that grows with the number of stars.
  BOOST_TEST(!glob_matches("a*a*a*a*a*a*a*a*a*a*a*a*b", std::string(10'000, 'a')));
}

BOOST_AUTO_TEST_SUITE_END()
