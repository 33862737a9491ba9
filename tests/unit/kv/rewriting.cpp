// A log begun anew while everything goes on: what a start finds, whenever the crash comes.
#include <random>

#include "unit/kv/kept.hpp"

using namespace weir;
using namespace weir::kv;
using namespace weir::kv::test;

namespace {

constexpr std::size_t keys = 3000;

/// What a start would find if the process were killed now.
std::string after_a_crash(const Folder& folder) {
  const Folder copy;
  copy.write(folder.read());
  return found(copy);
}

/// Changes something: keys that are in the new log already, and those that are not yet.
void change(Kept& kv, std::mt19937& random) {
  const auto key = [&] { return "k" + std::to_string(random() % (keys + 100)); };
  switch (random() % 7) {
    case 0:
      kv.say("SET " + key() + " new");
      break;
    case 1:
      kv.say("GETDEL " + key());
      break;
    case 2:
      kv.say("SET " + key() + " timed PXAT 1800000000000");
      break;
    case 3:
      kv.say("DEL " + key() + " " + key());
      break;
    case 4:
      kv.say("MULTI\r\nSET " + key() + " one\r\nGETSET " + key() + " two\r\nEXEC");
      break;
    case 5:
      kv.say("MSET " + key() + " m1 " + key() + " m2");
      break;
    default:
      kv.say("SET " + key() + " kept KEEPTTL");
  }
}

void fill(Kept& kv) {
  for (std::size_t i = 0; i < keys; ++i) {
    const std::string number = std::to_string(i);
    kv.say("SET k" + number + " " + number + std::string(100, 'v') +
           (i % 3 == 0 ? " PXAT 1790000000000" : ""));
  }
  kv.turn();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kv_rewriting)

BOOST_AUTO_TEST_CASE(a_new_log_has_what_is_there_and_no_more) {
  const Folder folder;
  Kept kv(folder);
  for (int i = 0; i < 100; ++i) kv.say("SET a " + std::to_string(i));
  kv.say("SET b 1 PXAT 1800000000000");
  kv.say("SET gone 1");
  kv.say("DEL gone");
  kv.turn();
  kv.bench.check(
      {{"BGREWRITEAOF", "Background append only file rewriting started"},
       {"BGREWRITEAOF", "-ERR Background append only file rewriting already in progress"}});
  while (kv.step()) {
  }
  kv.turn();
  BOOST_TEST(kv.journal.figures().rewrites == 1U);
  BOOST_TEST(folder.read().size() < 200U);
  BOOST_TEST((found(folder) == all_of(kv.bench.service)));
  BOOST_TEST(!folder.has("appendonly.aof.new"));
  kv.say("SET c 1");
  kv.turn();
  BOOST_TEST((found(folder) == all_of(kv.bench.service)));
}

BOOST_AUTO_TEST_CASE(changes_at_every_step_are_there_whichever_of_the_two_logs_a_crash_leaves) {
  for (unsigned seed = 0; seed < 6; ++seed) {
    const Folder folder;
    Kept kv(folder, {}, seed % 2 == 0 ? 1 : 4);
    std::mt19937 random(seed);
    fill(kv);
    for (int round = 0; round < 2; ++round) {
      BOOST_REQUIRE(kv.bench.service.rewrite().begin().ok());
      bool more = true;
      while (more) {
        for (int i = 0; i < 20; ++i) change(kv, random);
        more = kv.step();
        for (int i = 0; i < 20; ++i) change(kv, random);
        if (random() % 2 == 0) kv.turn();
        if (random() % 4 == 0) {
          kv.turn();
          BOOST_REQUIRE((after_a_crash(folder) == all_of(kv.bench.service)));
        }
      }
      for (int i = 0; i < 20; ++i) change(kv, random);
      kv.turn();
      BOOST_TEST(kv.disk.renames == round + 1);
      BOOST_REQUIRE((after_a_crash(folder) == all_of(kv.bench.service)));
      for (int i = 0; i < 20; ++i) change(kv, random);
      kv.turn();
      BOOST_REQUIRE((after_a_crash(folder) == all_of(kv.bench.service)));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_new_log_cut_at_any_whole_command_never_fails_to_load) {
  // Each command in it finds what it names, so that no state of it is nonsense.
  const Folder folder;
  Kept kv(folder);
  std::mt19937 random(7);
  fill(kv);
  BOOST_REQUIRE(kv.bench.service.rewrite().begin().ok());
  while (kv.step()) {
    for (int i = 0; i < 50; ++i) change(kv, random);
  }
  kv.turn();
  const std::string bytes = folder.read();
  for (std::size_t at = bytes.size(); at > bytes.size() - 2000; at -= 37) {
    folder.write(bytes.substr(0, at));
    BOOST_TEST(!found(folder).starts_with("!"));
  }
}

BOOST_AUTO_TEST_CASE(it_begins_by_itself_when_the_log_has_doubled) {
  const Folder folder;
  Kept kv(folder, {.rewrite_minimum = 1000});
  const auto pass = [&] {
    for (int i = 0; i < 200; ++i) {
      kv.bench.advance(1ms);
      kv.turn();
    }
  };
  kv.say("SET a " + std::string(300, 'x'));
  pass();
  BOOST_TEST(kv.disk.renames == 0);
  for (int i = 0; i < 4; ++i) kv.say("SET a " + std::string(300, 'x'));
  pass();
  BOOST_TEST(kv.disk.renames == 1);
  const std::uint64_t size = folder.read().size();
  BOOST_TEST(size < 400U);
  kv.say("SET b " + std::string(500, 'x'));
  pass();
  BOOST_TEST(kv.disk.renames == 1);  // below the minimum
  for (int i = 0; i < 4; ++i) kv.say("SET b " + std::string(500, 'x'));
  pass();
  BOOST_TEST(kv.disk.renames == 2);
}

BOOST_AUTO_TEST_CASE(a_disk_that_is_full_meanwhile_keeps_the_old_log_and_another_try_succeeds) {
  const Folder folder;
  Kept kv(folder);
  fill(kv);
  std::mt19937 random(1);
  BOOST_REQUIRE(kv.bench.service.rewrite().begin().ok());
  BOOST_TEST(kv.step());
  kv.disk.room = 1000;
  kv.turn();
  kv.disk.room = FaultyDisk::unlimited;
  BOOST_TEST(!folder.has("appendonly.aof.new"));
  BOOST_TEST(kv.said.back().find("stays as it is: No space left on device") != std::string::npos,
             kv.said.back());
  // It goes on without being written, to its end.
  BOOST_TEST(kv.say("BGREWRITEAOF").starts_with("-ERR"));
  for (int i = 0; i < 50; ++i) change(kv, random);
  while (kv.step()) {
  }
  kv.turn();
  BOOST_TEST(kv.journal.figures().last_rewrite_failed);
  BOOST_TEST(kv.disk.renames == 0);
  BOOST_TEST((found(folder) == all_of(kv.bench.service)));
  BOOST_REQUIRE(kv.bench.service.rewrite().begin().ok());
  while (kv.step()) {
    for (int i = 0; i < 50; ++i) change(kv, random);
  }
  kv.turn();
  BOOST_TEST(kv.disk.renames == 1);
  BOOST_TEST(!kv.journal.figures().last_rewrite_failed);
  BOOST_TEST((found(folder) == all_of(kv.bench.service)));
}

BOOST_AUTO_TEST_CASE(every_call_that_fails_at_its_end_leaves_a_log_that_is_right) {
  for (int failing = 0; failing < 3; ++failing) {
    const Folder folder;
    Kept kv(folder);
    kv.say("MSET a 1 b 2");
    kv.turn();
    BOOST_REQUIRE(kv.bench.service.rewrite().begin().ok());
    while (kv.step()) {
    }
    kv.disk.rename_fails = failing == 0;
    kv.disk.folder_fails = failing == 1;
    kv.disk.room = failing == 2 ? 0 : FaultyDisk::unlimited;
    kv.turn();
    BOOST_TEST(found(folder) == "a=1 b=2");
    // A folder that was not synced may show either log after a crash.
    BOOST_TEST(kv.say("SET c 3") == (failing == 1 ? "-MISCONF Errors writing to the AOF file: "
                                                    "cannot sync the folder " +
                                                        folder.path() + ": Input/output error"
                                                  : "OK"));
  }
}

BOOST_AUTO_TEST_CASE(it_waits_for_a_slow_disk) {
  const Folder folder;
  Kept kv(folder, {.snapshot_waiting = 1000});
  fill(kv);
  BOOST_REQUIRE(kv.bench.service.rewrite().begin().ok());
  BOOST_TEST(kv.step());
  const std::uint64_t waiting = kv.journal.takes_snapshot() ? 0 : 1;
  BOOST_TEST(waiting == 1U);
  for (int i = 0; i < 100; ++i) BOOST_TEST(kv.step());
  BOOST_TEST(kv.bench.service.rewrite().active());
  kv.turn();
  BOOST_TEST(kv.journal.takes_snapshot());
}

BOOST_AUTO_TEST_CASE(an_end_in_its_middle_leaves_the_old_log) {
  const Folder folder;
  {
    Kept kv(folder);
    kv.say("SET a 1");
    BOOST_REQUIRE(kv.bench.service.rewrite().begin().ok());
    kv.turn();
    BOOST_TEST(folder.has("appendonly.aof.new"));
    BOOST_TEST(kv.journal.close().ok());
  }
  BOOST_TEST(!folder.has("appendonly.aof.new"));
  BOOST_TEST(found(folder) == "a=1");
}

BOOST_AUTO_TEST_SUITE_END()
