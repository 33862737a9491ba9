// Strings that are numbers, and parts of strings.
#include "unit/kv/bench.hpp"

using namespace weir::kv::test;

BOOST_AUTO_TEST_SUITE(kv_numbers)

BOOST_AUTO_TEST_CASE(incr_and_decr) {
  Bench kv;
  kv.check({{"INCR n", "1"},
            {"INCRBY n 41", "42"},
            {"DECR n", "41"},
            {"DECRBY n 50", "-9"},
            {"GET n", "\"-9\""},
            {"SET s abc", "OK"},
            {"INCR s", "-ERR value is not an integer or out of range"},
            {"INCRBY n x", "-ERR value is not an integer or out of range"},
            {"INCRBY n 9223372036854775808", "-ERR value is not an integer or out of range"},
            {"SET m 9223372036854775807", "OK"},
            {"INCR m", "-ERR increment or decrement would overflow"},
            {"DECRBY n -9223372036854775808", "-ERR decrement would overflow"},
            {"SET z \" 1\"", "OK"},
            {"INCR z", "-ERR value is not an integer or out of range"},
            {"RPUSH l a", "1"},
            {"INCR l", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
            {"SET t 1 EX 100", "OK"},
            {"INCR t", "2"},
            {"TTL t", "100"}});
}

BOOST_AUTO_TEST_CASE(incrbyfloat) {
  Bench kv;
  kv.check({{"SET f 10.50", "OK"},
            {"INCRBYFLOAT f 0.1", "\"10.6\""},
            {"INCRBYFLOAT f -5", "\"5.6\""},
            {"SET f 5.0e3", "OK"},
            {"INCRBYFLOAT f 2.0e2", "\"5200\""},
            {"INCRBYFLOAT none 1.5", "\"1.5\""},
            {"INCRBYFLOAT f x", "-ERR value is not a valid float"},
            {"INCRBYFLOAT f \" 1\"", "-ERR value is not a valid float"},
            {"INCRBYFLOAT f inf", "-ERR increment would produce NaN or Infinity"},
            {"SET s abc", "OK"},
            {"INCRBYFLOAT s 1", "-ERR value is not a valid float"}});
  BOOST_TEST(kv.journal.lines.size() == 7U);
  BOOST_TEST(kv.journal.lines[1].find("KEEPTTL") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(append_and_ranges) {
  Bench kv;
  kv.check(
      {{"APPEND k Hello", "5"},
       {"APPEND k \" World\"", "11"},
       {"STRLEN k", "11"},
       {"STRLEN none", "0"},
       {"GETRANGE k 0 4", "\"Hello\""},
       {"GETRANGE k -5 -1", "\"World\""},
       {"SUBSTR k 2 3", "\"ll\""},
       {"GETRANGE k 5 3", "\"\""},
       {"GETRANGE k -3 -5", "\"\""},
       {"GETRANGE k 0 100", "\"Hello World\""},
       {"GETRANGE k 100 200", "\"\""},
       {"GETRANGE none 0 1", "\"\""},
       {"GETRANGE k a 1", "-ERR value is not an integer or out of range"},
       {"SETRANGE k 6 Redis", "11"},
       {"GET k", "\"Hello Redis\""},
       {"SETRANGE p 2 x", "3"},
       {"STRLEN p", "3"},
       {"SETRANGE none 5 \"\"", "0"},
       {"EXISTS none", "0"},
       {"SETRANGE k -1 x", "-ERR offset is out of range"},
       {"SETRANGE k 536870912 x", "-ERR string exceeds maximum allowed size (proto-max-bulk-len)"},
       {"OBJECT ENCODING k", "\"raw\""}});
}

BOOST_AUTO_TEST_CASE(a_value_that_grows_byte_by_byte_keeps_all_of_them) {
  Bench kv;
  for (int i = 0; i < 3000; ++i) kv.say("APPEND k x");
  BOOST_TEST(kv.say("GET k") == "\"" + std::string(3000, 'x') + "\"");
}

BOOST_AUTO_TEST_CASE(lcs) {
  Bench kv;
  kv.check(
      {{"MSET a ohmytext b mynewtext", "OK"},
       {"LCS a b", "\"mytext\""},
       {"LCS a b LEN", "6"},
       {"LCS a b IDX", "[\"matches\", [[[4, 7], [5, 8]], [[2, 3], [0, 1]]], \"len\", 6]"},
       {"LCS a b IDX MINMATCHLEN 4", "[\"matches\", [[[4, 7], [5, 8]]], \"len\", 6]"},
       {"LCS a b IDX MINMATCHLEN 4 WITHMATCHLEN",
        "[\"matches\", [[[4, 7], [5, 8], 4]], \"len\", 6]"},
       {"LCS a none", "\"\""},
       {"LCS a b IDX LEN", "-ERR If you want both the length and indexes, please just use IDX."},
       {"LCS a b X", "-ERR syntax error"},
       {"RPUSH l x", "1"},
       {"LCS a l", "-ERR The specified keys must contain string values"}});
}

BOOST_AUTO_TEST_CASE(getdel_getex_getset_and_many_at_once) {
  Bench kv;
  kv.check({{"SET k v", "OK"},
            {"GETSET k w", "\"v\""},
            {"GETDEL k", "\"w\""},
            {"GETDEL k", "nil"},
            {"SET k v", "OK"},
            {"GETEX k EX 10", "\"v\""},
            {"TTL k", "10"},
            {"GETEX k PERSIST", "\"v\""},
            {"TTL k", "-1"},
            {"GETEX k PXAT 1", "\"v\""},
            {"EXISTS k", "0"},
            {"GETEX k EX", "-ERR syntax error"},
            {"GETEX k EX 0", "nil"},
            {"MSET a 1 b 2", "OK"},
            {"MSETNX b 3 c 4", "0"},
            {"MSETNX c 4 d 5", "1"},
            {"MGET a b c x", "[\"1\", \"2\", \"4\", nil]"},
            {"MSET a", "-ERR wrong number of arguments for 'mset' command"},
            {"MSET a 1 b", "-ERR wrong number of arguments for 'mset' command"},
            {"SETEX k 10 v", "OK"},
            {"PSETEX k 10000 v", "OK"},
            {"SETEX k 0 v", "-ERR invalid expire time in 'setex' command"},
            {"PSETEX k -1 v", "-ERR invalid expire time in 'psetex' command"},
            {"SETEX k x v", "-ERR value is not an integer or out of range"}});
}

BOOST_AUTO_TEST_SUITE_END()
