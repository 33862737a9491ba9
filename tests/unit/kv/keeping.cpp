// The log: what is in it when, full disks, failing ones.
#include "unit/kv/kept.hpp"

using namespace weir;
using namespace weir::kv;
using namespace weir::kv::test;

namespace {

constexpr AppendLogOptions always = {.policy = FsyncPolicy::always};
constexpr std::string_view no_space =
    "-MISCONF Errors writing to the AOF file: No space left on device";

}  // namespace

BOOST_AUTO_TEST_SUITE(kv_keeping)

BOOST_AUTO_TEST_CASE(with_always_no_reply_goes_out_before_a_sync) {
  const Folder folder;
  Kept kv(folder, always);
  BOOST_TEST(kv.say("SET a 1") == "");
  // Another client sees in a reply what is not kept yet, so it waits as well.
  testing::Peer other = kv.bench.dial();
  BOOST_TEST(kv.bench.say(other, "GET a") == "");
  const int before = kv.disk.syncs;
  kv.turn();
  BOOST_TEST(kv.disk.syncs == before + 1);  // one for both
  BOOST_TEST(kv.bench.send_raw(other, "") == "$1\r\n1\r\n");
  BOOST_TEST(kv.say("GET a") == "OK \"1\"");
  BOOST_TEST(found(folder) == "a=1");
}

BOOST_AUTO_TEST_CASE(with_always_one_sync_is_for_all_who_wait) {
  const Folder folder;
  Kept kv(folder, always);
  std::vector<testing::Peer> peers;
  for (int i = 0; i < 10; ++i) {
    peers.push_back(kv.bench.dial());
    BOOST_TEST(kv.bench.send_raw(peers.back(), "SET k 1\r\nGET k\r\n") == "");
  }
  const int before = kv.disk.syncs;
  kv.turn();
  BOOST_TEST(kv.disk.syncs == before + 1);
  for (testing::Peer& peer : peers) {
    BOOST_TEST(kv.bench.send_raw(peer, "") == "+OK\r\n$1\r\n1\r\n");
  }
}

BOOST_AUTO_TEST_CASE(with_always_a_client_that_has_finished_sending_gets_its_reply) {
  const Folder folder;
  Kept kv(folder, always);
  testing::Peer peer = kv.bench.dial();
  peer.send("SET a 1\r\n");
  peer.end();
  kv.bench.loop.run_ready();
  kv.turn();
  BOOST_TEST(kv.bench.send_raw(peer, "") == "+OK\r\n");
  kv.bench.loop.run_ready();
  BOOST_TEST(peer.ended());
}

BOOST_AUTO_TEST_CASE(with_always_who_waited_for_an_element_gets_it_after_a_sync) {
  const Folder folder;
  Kept kv(folder, always);
  testing::Peer waiting = kv.bench.dial();
  BOOST_TEST(kv.bench.say(waiting, "BLPOP list 0") == "");
  BOOST_TEST(kv.say("RPUSH list x") == "");
  BOOST_TEST(kv.bench.send_raw(waiting, "") == "");
  kv.turn();
  BOOST_TEST(kv.bench.send_raw(waiting, "") == "*2\r\n$4\r\nlist\r\n$1\r\nx\r\n");
  BOOST_TEST(kv.bench.say(waiting, "PING") == "PONG");
}

BOOST_AUTO_TEST_CASE(
    with_always_an_element_that_comes_while_a_reply_is_held_waits_for_its_own_sync) {
  const Folder folder;
  Kept kv(folder, always);
  testing::Peer waiting = kv.bench.dial();
  BOOST_TEST(kv.bench.say(waiting, "SET a 1\r\nBLPOP list 0") == "");
  kv.turn();  // what it says comes to the loop behind the element
  BOOST_TEST(kv.say("RPUSH list x") == "");
  BOOST_TEST(kv.bench.send_raw(waiting, "") == "");
  kv.turn();
  BOOST_TEST(kv.bench.send_raw(waiting, "") == "+OK\r\n*2\r\n$4\r\nlist\r\n$1\r\nx\r\n");
}

BOOST_AUTO_TEST_CASE(with_always_who_waits_for_an_element_has_no_deadline) {
  const Folder folder;
  Kept kv(folder, always);
  testing::Peer waiting = kv.bench.dial();
  BOOST_TEST(kv.bench.say(waiting, "SET a 1\r\nBLPOP list 0") == "");
  kv.turn();
  BOOST_TEST(kv.bench.send_raw(waiting, "") == "+OK\r\n");
  kv.bench.advance(1h);
  testing::Peer other = kv.bench.dial();
  BOOST_TEST(kv.bench.say(other, "RPUSH list x") == "");
  BOOST_TEST(kv.bench.send_raw(waiting, "") == "");
  kv.turn();
  BOOST_TEST(kv.bench.send_raw(waiting, "") == "*2\r\n$4\r\nlist\r\n$1\r\nx\r\n");
}

BOOST_AUTO_TEST_CASE(with_always_nobody_who_has_gone_before_the_sync_takes_an_element) {
  const Folder folder;
  Kept kv(folder, always);
  testing::Peer gone = kv.bench.dial();
  gone.send("SET a 1\r\nBLPOP list 0\r\n");
  gone.end();
  kv.bench.loop.run_ready();
  kv.turn();
  kv.bench.loop.run_ready();
  BOOST_TEST(kv.say("RPUSH list x") == "");
  kv.turn();
  kv.bench.loop.run_ready();
  BOOST_TEST(kv.say("LLEN list") == "1 1");
}

BOOST_AUTO_TEST_CASE(with_everysec_replies_go_out_at_once_and_a_sync_comes_each_second) {
  const Folder folder;
  Kept kv(folder);
  kv.turn();
  BOOST_TEST(kv.say("SET a 1") == "OK");
  const int before = kv.disk.syncs;
  kv.turn();
  BOOST_TEST(found(folder) == "a=1");  // the kernel has it
  BOOST_TEST(kv.disk.syncs == before);
  kv.bench.advance(1s);
  kv.turn();
  BOOST_TEST(kv.disk.syncs == before + 1);
  kv.bench.advance(1s);
  kv.turn();
  BOOST_TEST(kv.disk.syncs == before + 1);  // there is nothing new
}

BOOST_AUTO_TEST_CASE(save_syncs_at_once_also_when_the_system_is_to_decide) {
  const Folder folder;
  Kept kv(folder, {.policy = FsyncPolicy::never});
  kv.bench.check({{"SET a 1", "OK"}});
  kv.bench.advance(1min);
  kv.turn();
  BOOST_TEST(kv.disk.syncs == 0);
  kv.bench.check({{"SAVE", "OK"}});
  BOOST_TEST(kv.disk.syncs == 1);
  kv.disk.sync_fails = true;
  kv.bench.check({{"SET b 1", "OK"}});
  BOOST_TEST(kv.say("SAVE").starts_with("-MISCONF Errors writing to the AOF file: "));
}

BOOST_AUTO_TEST_CASE(a_transaction_is_in_the_log_as_a_whole) {
  const Folder folder;
  Kept kv(folder);
  kv.say("MULTI\r\nSET a 1\r\nSET b 2\r\nEXEC");
  kv.turn();
  const std::string bytes = folder.read();
  BOOST_TEST(bytes.starts_with("*1\r\n$5\r\nMULTI\r\n"));
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    folder.write(bytes.substr(0, size));
    BOOST_TEST(found(folder) == "");
  }
}

BOOST_AUTO_TEST_CASE(a_full_disk_refuses_changes_leaves_no_torn_bytes_and_recovers_by_itself) {
  for (std::size_t room = 0; room < 60; ++room) {
    const Folder folder;
    Kept kv(folder);
    kv.say("SET a 1");
    kv.turn();
    const std::string before = folder.read();
    kv.disk.room = room;
    kv.say("SET b 2");
    kv.say("SET c 3");
    kv.turn();
    if (room >= 2 * before.size()) {
      BOOST_TEST(found(folder) == "a=1 b=2 c=3");
      continue;
    }
    BOOST_TEST(folder.read() == before);
    kv.bench.check({{"SET d 4", std::string(no_space)}, {"GET b", "\"2\""}, {"GET d", "nil"}});
    kv.say("MULTI");
    kv.bench.check({{"SET e 1", std::string(no_space)}});
    kv.say("DISCARD");
    kv.turn();
    kv.bench.check({{"SET d 4", std::string(no_space)}});
    kv.disk.room = FaultyDisk::unlimited;
    kv.turn();
    kv.bench.check({{"SET d 4", "OK"}});
    kv.turn();
    BOOST_TEST(found(folder) == "a=1 b=2 c=3 d=4");
  }
}

BOOST_AUTO_TEST_CASE(a_transaction_that_was_queued_before_the_disk_was_full_is_refused) {
  const Folder folder;
  Kept kv(folder);
  testing::Peer other = kv.bench.dial();
  kv.say("MULTI\r\nSET a 1");
  kv.disk.room = 0;
  kv.bench.say(other, "SET b 1");
  kv.turn();
  kv.bench.check(
      {{"EXEC", "-EXECABORT Transaction discarded because of: " + std::string(no_space.substr(1))},
       {"GET a", "nil"}});
}

BOOST_AUTO_TEST_CASE(with_always_a_change_that_cannot_be_written_is_never_acknowledged) {
  const Folder folder;
  Kept kv(folder, always);
  testing::Peer peer = kv.bench.dial();
  kv.disk.room = 10;
  BOOST_TEST(kv.bench.say(peer, "SET a 1") == "");
  kv.turn();
  BOOST_TEST(kv.bench.send_raw(peer, "") == "");
  BOOST_TEST(peer.closed());
  BOOST_TEST(folder.read() == "");
  // Others read on, and are told when they change something.
  kv.bench.check({{"GET none", "nil"}, {"SET b 1", std::string(no_space)}});
  BOOST_TEST(kv.said.size() == 1U);
  kv.disk.room = FaultyDisk::unlimited;
  kv.turn();
  BOOST_TEST(kv.say("SET b 1") == "");
  kv.turn();
  BOOST_TEST(kv.say("PING") == "OK PONG");
}

BOOST_AUTO_TEST_CASE(after_a_failed_sync_nothing_is_acknowledged_until_a_new_log_is_there) {
  const Folder folder;
  Kept kv(folder, always);
  testing::Peer peer = kv.bench.dial();
  kv.disk.sync_fails = true;
  BOOST_TEST(kv.bench.say(peer, "SET a 1") == "");
  kv.turn();
  kv.bench.loop.run_ready();
  BOOST_TEST(peer.closed());
  kv.disk.sync_fails = false;
  const int syncs = kv.disk.syncs;
  kv.turn();
  kv.turn();
  BOOST_TEST(kv.disk.syncs == syncs);  // it may say that all is well, and not be right
  kv.bench.check({{"SET b 2", "-MISCONF Errors writing to the AOF file: Input/output error"}});
  // A new log is asked for by itself.
  kv.bench.advance(100ms);
  for (int i = 0; i < 10; ++i) {
    kv.bench.advance(10ms);
    kv.turn();
  }
  BOOST_TEST(kv.disk.renames == 1);
  BOOST_TEST(kv.say("SET b 2") == "");
  kv.turn();
  BOOST_TEST(kv.say("PING") == "OK PONG");
  BOOST_TEST(found(folder) == "a=1 b=2");
}

BOOST_AUTO_TEST_CASE(a_log_whose_torn_bytes_cannot_be_cut_off_gets_no_more) {
  const Folder folder;
  Kept kv(folder);
  kv.disk.room = 5;
  kv.disk.truncate_fails = true;
  kv.say("SET a 1");
  kv.turn();
  kv.disk.room = FaultyDisk::unlimited;
  kv.turn();
  BOOST_TEST(folder.read() == "*3\r\n$");
  BOOST_TEST(kv.say("SET b 1").starts_with("-MISCONF"));
}

BOOST_AUTO_TEST_CASE(what_waits_for_the_disk_is_bounded) {
  const Folder folder;
  Kept kv(folder, {.most_waiting = 1000});
  const std::string set = "SET a " + std::string(600, 'x');
  kv.bench.check({{set, "OK"}, {set, "OK"}});
  BOOST_TEST(kv.say(set) == "-MISCONF Errors writing to the AOF file: too much waits for the disk");
  kv.turn();
  kv.bench.check({{set, "OK"}});
}

BOOST_AUTO_TEST_CASE(what_waits_is_in_the_log_after_the_end) {
  const Folder folder;
  {
    Kept kv(folder);
    kv.say("SET a 1");
    BOOST_TEST(kv.journal.close().ok());
  }
  BOOST_TEST(found(folder) == "a=1");
}

BOOST_AUTO_TEST_CASE(an_end_that_cannot_write_says_so) {
  const Folder folder;
  Kept kv(folder);
  kv.disk.room = 0;
  kv.say("SET a 1");
  const Status closed = kv.journal.close();
  BOOST_REQUIRE(!closed.ok());
  BOOST_TEST(closed.error().message ==
             "what was written last is not in " + folder.log() + ": No space left on device");
}

BOOST_AUTO_TEST_SUITE_END()
