// Strings: each command, and what it answers.
#include "unit/kv/bench.hpp"

using namespace weir::kv::test;

BOOST_AUTO_TEST_SUITE(kv_strings)

BOOST_AUTO_TEST_CASE(set_and_get) {
  Bench kv;
  kv.check({{"SET k v", "OK"},
            {"get k", "\"v\""},
            {"GET none", "nil"},
            {"SET k \"\"", "OK"},
            {"GET k", "\"\""},
            {"GET", "-ERR wrong number of arguments for 'get' command"},
            {"SET k", "-ERR wrong number of arguments for 'set' command"},
            {"SET k v NX", "nil"},
            {"SET n v NX", "OK"},
            {"SET none v XX", "nil"},
            {"SET n w XX GET", "\"v\""},
            {"SET n x GET", "\"w\""},
            {"SET fresh x NX GET", "nil"},
            {"GET fresh", "\"x\""},
            {"SET k v NX XX", "-ERR syntax error"},
            {"SET k v EX 10 PX 10", "-ERR syntax error"},
            {"SET k v EX 10 KEEPTTL", "-ERR syntax error"},
            {"SET k v EX", "-ERR syntax error"},
            {"SET k v EX x", "-ERR value is not an integer or out of range"},
            {"SET k v EX 0", "-ERR invalid expire time in 'set' command"},
            {"SET k v EX 9223372036854775807", "-ERR invalid expire time in 'set' command"},
            {"SETNX k w", "0"},
            {"SETNX m w", "1"}});
}

BOOST_AUTO_TEST_CASE(del_counts_what_was_there) {
  Bench kv;
  kv.check({{"MSET a 1 b 2", "OK"}, {"DEL a b c a", "2"}, {"MGET a b", "[nil, nil]"}});
}

BOOST_AUTO_TEST_CASE(a_value_with_a_time_is_gone_after_it) {
  Bench kv;
  kv.check({{"SET a 1 EX 10", "OK"}, {"SET b 1 PX 10000", "OK"}, {"SETEX c 10 1", "OK"}});
  kv.advance(9999ms);
  kv.check({{"MGET a b c", "[\"1\", \"1\", \"1\"]"}});
  kv.check({{"SET a 2 KEEPTTL", "OK"}, {"SET b 2", "OK"}});
  kv.advance(1ms);
  kv.check({{"MGET a b c", "[nil, \"2\", nil]"}});
}

BOOST_AUTO_TEST_CASE(the_journal_gets_times_that_mean_the_same_at_any_time) {
  Bench kv;
  kv.check({{"SET a 1", "OK"}, {"SET a 1 EX 10", "OK"}, {"SET a 2 NX", "nil"}, {"GET a", "\"1\""}});
  BOOST_TEST(kv.journal.lines.size() == 2U);
  BOOST_TEST(kv.journal.lines.back() ==
             "*5\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n$4\r\nPXAT\r\n$13\r\n1700000010000\r\n");
  kv.advance(10s);
  BOOST_TEST(kv.say("GET a") == "nil");
  BOOST_TEST(kv.journal.lines.back() == "*2\r\n$3\r\nDEL\r\n$1\r\na\r\n");
}

BOOST_AUTO_TEST_CASE(what_the_journal_refuses_is_answered_and_not_done) {
  Bench kv;
  kv.journal.refusal = "MISCONF no space";
  kv.check({{"SET a 1", "-MISCONF no space"}, {"GET a", "nil"}});
  kv.journal.refusal.clear();
  kv.journal.failure = "no space";
  BOOST_TEST(kv.say("SET a 1") == "");
}

BOOST_AUTO_TEST_SUITE_END()
