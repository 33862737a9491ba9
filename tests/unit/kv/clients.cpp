// Connections, transactions, publish and subscribe, the server as a whole.
#include "unit/kv/bench.hpp"

using namespace weir::kv::test;

BOOST_AUTO_TEST_SUITE(kv_clients)

BOOST_AUTO_TEST_CASE(ping_echo_select_and_mistakes) {
  Bench kv;
  kv.check({{"PING", "PONG"},
            {"PING hello", "\"hello\""},
            {"PING a b", "-ERR wrong number of arguments for 'ping' command"},
            {"ECHO hi", "\"hi\""},
            {"SELECT 0", "OK"},
            {"SELECT 1", "-ERR DB index is out of range"},
            {"SELECT x", "-ERR value is not an integer or out of range"},
            {"FOO a b", "-ERR unknown command 'FOO', with args beginning with: 'a' 'b' "},
            {"AUTH x",
             "-ERR AUTH <password> called without any password configured for the default user. "
             "Are you sure your configuration is correct?"},
            {"HELLO 4", "-NOPROTO unsupported protocol version"},
            {"HELLO x", "-ERR Protocol version is not an integer or out of range"},
            {"HELLO 3 FOO", "-ERR Syntax error in HELLO option 'FOO'"},
            {"CLIENT GETNAME", "nil"},
            {"CLIENT SETNAME me", "OK"},
            {"CLIENT GETNAME", "\"me\""},
            {"CLIENT SETNAME \"a b\"",
             "-ERR Client names cannot contain spaces, newlines or special characters."},
            {"CLIENT NO-EVICT on", "OK"},
            {"CLIENT ID", "1"},
            {"CLIENT FOO", "-ERR unknown subcommand 'FOO'. Try CLIENT HELP."},
            {"CLIENT ID x", "-ERR wrong number of arguments for 'client|id' command"},
            {"CLIENT KILL 1.2.3.4:5", "-ERR No such client"},
            {"RESET", "RESET"},
            {"CLIENT GETNAME", "nil"}});
  const std::string hello = kv.say("HELLO 3");
  BOOST_TEST(hello.find("\"proto\": 3") != std::string::npos);
  BOOST_TEST(kv.say("GET none") == "nil");
}

BOOST_AUTO_TEST_CASE(a_password_is_asked_for) {
  Bench kv;
  kv.service.settings().set_password("secret");
  auto peer = kv.dial();
  BOOST_TEST(kv.say(peer, "GET k") == "-NOAUTH Authentication required.");
  BOOST_TEST(kv.say(peer, "AUTH wrong") ==
             "-WRONGPASS invalid username-password pair or user is disabled.");
  BOOST_TEST(kv.say(peer, "AUTH default secret") == "OK");
  BOOST_TEST(kv.say(peer, "GET k") == "nil");
  auto other = kv.dial();
  BOOST_TEST(kv.say(other, "HELLO 3").starts_with("-NOAUTH HELLO must be called"));
  BOOST_TEST(kv.say(other, "HELLO 3 AUTH default secret").starts_with("{"));
  auto large = kv.dial();
  BOOST_TEST(kv.send_raw(large, "*11\r\n") ==
             "-ERR Protocol error: unauthenticated multibulk length\r\n");
  BOOST_TEST(large.ended());
}

BOOST_AUTO_TEST_CASE(a_protocol_error_is_answered_before_the_end) {
  Bench kv;
  auto peer = kv.dial();
  BOOST_TEST(kv.send_raw(peer, "PING\r\n*1\r\n!") ==
             "+PONG\r\n-ERR Protocol error: expected '$', got '!'\r\n");
  BOOST_TEST(peer.ended());
}

BOOST_AUTO_TEST_CASE(quit_is_answered_and_ends) {
  Bench kv;
  auto peer = kv.dial();
  BOOST_TEST(kv.send_raw(peer, "QUIT\r\nPING\r\n") == "+OK\r\n");
  BOOST_TEST(peer.ended());
}

BOOST_AUTO_TEST_CASE(client_reply_keeps_silent) {
  Bench kv;
  auto peer = kv.dial();
  BOOST_TEST(kv.send_raw(peer, "CLIENT REPLY SKIP\r\nPING\r\nECHO a\r\n") == "$1\r\na\r\n");
  BOOST_TEST(kv.send_raw(peer, "CLIENT REPLY OFF\r\nPING\r\nECHO a\r\n") == "");
  BOOST_TEST(kv.send_raw(peer, "CLIENT REPLY ON\r\nPING\r\n") == "+OK\r\n+PONG\r\n");
}

BOOST_AUTO_TEST_CASE(client_kill_ends_another_one) {
  Bench kv;
  auto peer = kv.dial();
  BOOST_TEST(kv.say(peer, "CLIENT ID") == "2");
  BOOST_TEST(kv.say("CLIENT KILL ID 2") == "1");
  kv.loop.run_ready();
  BOOST_TEST(peer.closed());
  BOOST_TEST(kv.service.clients().size() == 1U);
}

BOOST_AUTO_TEST_CASE(transactions) {
  Bench kv;
  kv.check({{"EXEC", "-ERR EXEC without MULTI"},
            {"DISCARD", "-ERR DISCARD without MULTI"},
            {"MULTI", "OK"},
            {"MULTI", "-ERR MULTI calls can not be nested"},
            {"SET a 1", "QUEUED"},
            {"INCR a", "QUEUED"},
            {"EXEC", "[OK, 2]"},
            {"MULTI", "OK"},
            {"SET a 5", "QUEUED"},
            {"DISCARD", "OK"},
            {"GET a", "\"2\""},
            {"MULTI", "OK"},
            {"FOO", "-ERR unknown command 'FOO', with args beginning with: "},
            {"EXEC", "-EXECABORT Transaction discarded because of previous errors."},
            {"MULTI", "OK"},
            {"GET", "-ERR wrong number of arguments for 'get' command"},
            {"SET a 9", "QUEUED"},
            {"EXEC", "-EXECABORT Transaction discarded because of previous errors."},
            {"GET a", "\"2\""},
            {"MULTI", "OK"},
            {"LPUSH a x", "QUEUED"},
            {"INCR a", "QUEUED"},
            {"EXEC", "[-WRONGTYPE Operation against a key holding the wrong kind of value, 3]"},
            {"MULTI", "OK"},
            {"EXEC", "[]"},
            {"MULTI", "OK"},
            {"WATCH a", "-ERR WATCH inside MULTI is not allowed"},
            {"DISCARD", "OK"}});
}

BOOST_AUTO_TEST_CASE(a_transaction_is_one_in_the_journal) {
  Bench kv;
  kv.check({{"MULTI", "OK"}, {"SET a 1", "QUEUED"}, {"GET a", "QUEUED"}, {"EXEC", "[OK, \"1\"]"}});
  BOOST_TEST(kv.journal.lines.size() == 1U);
  BOOST_TEST(kv.journal.lines.back() ==
             "*1\r\n$5\r\nMULTI\r\n*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n*1\r\n$4\r\nEXEC\r\n");
}

BOOST_AUTO_TEST_CASE(what_is_watched_stops_a_transaction_when_it_changes) {
  for (const std::size_t shards : {1, 4}) {
    Bench kv(shards);
    auto other = kv.dial();
    kv.check({{"SET a 1", "OK"}, {"WATCH a b", "OK"}, {"MULTI", "OK"}, {"INCR a", "QUEUED"}});
    kv.say(other, "SET b 1");
    kv.check({{"EXEC", "nil"}, {"WATCH a", "OK"}, {"MULTI", "OK"}, {"INCR a", "QUEUED"}});
    kv.say(other, "GET a");
    kv.say(other, "SET b 2");
    kv.check({{"EXEC", "[2]"}, {"WATCH a", "OK"}, {"UNWATCH", "OK"}});
    kv.say(other, "SET a 7");
    kv.check({{"MULTI", "OK"}, {"INCR a", "QUEUED"}, {"EXEC", "[8]"}});
    kv.check({{"SET e 1 PX 10", "OK"}, {"WATCH e", "OK"}, {"MULTI", "OK"}, {"PING", "QUEUED"}});
    kv.advance(10ms);
    kv.check({{"EXEC", "nil"}, {"WATCH a", "OK"}, {"MULTI", "OK"}, {"PING", "QUEUED"}});
    kv.say(other, "FLUSHALL");
    kv.check({{"EXEC", "nil"}});
  }
}

BOOST_AUTO_TEST_CASE(messages_reach_subscribers) {
  Bench kv;
  auto two = kv.dial();
  auto three = kv.dial();
  kv.say(three, "HELLO 3");
  BOOST_TEST(kv.say(two, "SUBSCRIBE news sport") ==
             "[\"subscribe\", \"news\", 1] [\"subscribe\", \"sport\", 2]");
  BOOST_TEST(kv.say(three, "PSUBSCRIBE n*") == ">[\"psubscribe\", \"n*\", 1]");
  BOOST_TEST(kv.say("PUBLISH news hello") == "2");
  kv.loop.run_ready();
  BOOST_TEST(show(two.take()).at(0) == "[\"message\", \"news\", \"hello\"]");
  BOOST_TEST(show(three.take()).at(0) == ">[\"pmessage\", \"n*\", \"news\", \"hello\"]");
  BOOST_TEST(kv.say(two, "GET k") ==
             "-ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / "
             "RESET are allowed in this context");
  BOOST_TEST(kv.say(two, "PING") == "[\"pong\", \"\"]");
  BOOST_TEST(kv.say(three, "GET k") == "nil");
  kv.check({{"PUBSUB CHANNELS", "[\"news\", \"sport\"]"},
            {"PUBSUB CHANNELS s*", "[\"sport\"]"},
            {"PUBSUB NUMSUB news none", "[\"news\", 1, \"none\", 0]"},
            {"PUBSUB NUMPAT", "1"},
            {"PUBLISH quiet x", "0"}});
  BOOST_TEST(kv.say(two, "UNSUBSCRIBE") ==
             "[\"unsubscribe\", \"news\", 1] [\"unsubscribe\", \"sport\", 0]");
  BOOST_TEST(kv.say(two, "UNSUBSCRIBE") == "[\"unsubscribe\", nil, 0]");
  BOOST_TEST(kv.say(two, "GET k") == "nil");
  three.close();
  kv.loop.run_ready();
  BOOST_TEST(kv.say("PUBSUB NUMPAT") == "0");
}

BOOST_AUTO_TEST_CASE(a_subscriber_that_does_not_read_is_dropped_at_its_limit) {
  Bench kv;
  kv.service.settings().subscriber_limit = 1024 * 1024;
  kv.loop.set_faults({.capacity = 4096});
  auto slow = kv.dial();
  slow.send("SUBSCRIBE news\r\n");
  kv.loop.run_ready();
  const std::string text(64 * 1024, 'x');
  int reached = 0;
  for (int i = 0; i < 64; ++i) reached += kv.say("PUBLISH news " + text.substr(0, 60'000)) == "1";
  BOOST_TEST(reached < 20);
  BOOST_TEST(slow.closed());
  BOOST_TEST(kv.server.stats().closed_by(weir::CloseReason::slow_consumer) == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_announced_costs_nothing_until_it_comes) {
  Bench kv;
  for (const char* script : {"*2000000000\r\n", "*1\r\n$536870912\r\n"}) {
    auto peer = kv.dial();
    BOOST_TEST(kv.send_raw(peer, script) == "");
    BOOST_TEST(!peer.closed());
  }
}

BOOST_AUTO_TEST_CASE(memory_has_a_limit) {
  Bench kv;
  kv.service.settings().max_memory = 200'000;
  std::string last;
  for (int i = 0; i < 2000; ++i)
    last = kv.say("SET k" + std::to_string(i) + " " + std::string(200, 'x'));
  BOOST_TEST(last == "-OOM command not allowed when used memory > 'maxmemory'.");
  BOOST_TEST(kv.say("GET k0") == "\"" + std::string(200, 'x') + "\"");
  BOOST_TEST(kv.say("DEL k0") == "1");
  kv.check({{"CONFIG SET maxmemory-policy allkeys-lru", "OK"}});
  for (int i = 0; i < 2000; ++i) {
    kv.advance(64ms);
    BOOST_TEST(kv.say("SET n" + std::to_string(i) + " " + std::string(200, 'x')) == "OK");
    kv.say("GET n0");
  }
  BOOST_TEST(kv.service.store().memory() < 220'000U);
  BOOST_TEST(kv.say("EXISTS n0") == "1");
  BOOST_TEST(kv.say("EXISTS n1") == "0");
  kv.check({{"FLUSHALL", "OK"}, {"CONFIG SET maxmemory-policy volatile-ttl", "OK"}});
  std::string reply = "OK";
  for (int i = 0; i < 2000 && reply == "OK"; ++i) {
    reply = kv.say("SET v" + std::to_string(i) + " " + std::string(200, 'x') + " EX " +
                   std::to_string(10'000 - i));
  }
  BOOST_TEST(reply == "OK");
  BOOST_TEST(kv.say("EXISTS v0") == "1");
}

BOOST_AUTO_TEST_CASE(the_server_tells_of_itself) {
  Bench kv;
  kv.check(
      {{"CONFIG GET maxmemory", "[\"maxmemory\", \"0\"]"},
       {"CONFIG SET maxmemory 1mb", "OK"},
       {"CONFIG GET maxmemory", "[\"maxmemory\", \"1048576\"]"},
       {"CONFIG SET foo 1", "-ERR Unknown option or number of arguments for CONFIG SET - 'foo'"},
       {"COMMAND INFO nosuch", "[nil]"},
       {"COMMAND INFO get", "[[\"get\", 2, [readonly, fast], 1, 1, 1, [], [], [], []]]"},
       {"TIME", "[\"1700000000\", \"0\"]"},
       {"MEMORY USAGE none", "nil"},
       {"SAVE", "-ERR nothing is kept on disk"},
       {"FUNCTION FLUSH", "OK"},
       {"DEBUG SLEEP 0", "OK"},
       {"LASTSAVE", "1700000000"},
       {"SHUTDOWN ABORT", "-ERR No shutdown in progress."}});
  kv.say("SET k v");
  BOOST_TEST(kv.say("INFO keyspace").find("db0:keys=1,expires=0") != std::string::npos);
  BOOST_TEST(kv.say("INFO").find("redis_version:7.0.15") != std::string::npos);
  BOOST_TEST(std::stoi(kv.say("COMMAND COUNT")) > 90);
  BOOST_TEST(std::stoi(kv.say("MEMORY USAGE k")) > 20);
}

BOOST_AUTO_TEST_SUITE_END()
