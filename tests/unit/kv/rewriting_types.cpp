// A log begun anew under changes of every kind: keys that get other names, copies, lists, hashes,
// times that end, transactions, clients that wait.
#include <array>
#include <random>

#include "unit/kv/kept.hpp"

using namespace weir;
using namespace weir::kv;
using namespace weir::kv::test;

namespace {

constexpr std::size_t keys = 600;

/// Writes changes of keys chosen by chance: such as the new log has already, and others.
class Changes {
 public:
  explicit Changes(unsigned seed) : random_(seed) {}

  std::string next() {
    constexpr auto shapes = std::to_array<std::string_view>(
        {"RENAME @ @",
         "RENAMENX @ @",
         "COPY @ @",
         "COPY @ @ REPLACE",
         "DEL @",
         "UNLINK @ @",
         "RPUSH @ # # #",
         "LPUSH @ #",
         "RPUSHX @ #",
         "LPOP @",
         "RPOP @ 2",
         "LSET @ 0 #",
         "LREM @ 0 #",
         "LTRIM @ 0 2",
         "HSET @ # # # #",
         "HSETNX @ # #",
         "HDEL @ # #",
         "HINCRBY @ n #",
         "HINCRBYFLOAT @ f 0.5",
         "SET @ #",
         "SET @ # EX #",
         "SET @ # KEEPTTL",
         "APPEND @ #",
         "SETRANGE @ # #",
         "INCRBY @ #",
         "INCRBYFLOAT @ 0.25",
         "GETDEL @",
         "GETEX @ PX #",
         "GETEX @ PERSIST",
         "EXPIRE @ #",
         "PEXPIRE @ #",
         "PEXPIREAT @ 1",
         "PERSIST @",
         "MSET @ # @ #",
         "MSETNX @ # @ #",
         "BLPOP @ @ 0.001",
         "MULTI\r\nRENAME @ @\r\nRPUSH @ #\r\nHSET @ # #\r\nEXPIRE @ #\r\nEXEC",
         "MULTI\r\nCOPY @ @ REPLACE\r\nDEL @\r\nLPOP @\r\nEXEC"});
    std::string line;
    for (const char c : shapes[random_() % shapes.size()]) {
      if (c == '@') {
        line += "k" + std::to_string(random_() % keys);
      } else if (c == '#') {
        line += std::to_string(random_() % 50);
      } else {
        line += c;
      }
    }
    return line;
  }
  [[nodiscard]] unsigned chance(unsigned of) { return static_cast<unsigned>(random_() % of); }

 private:
  std::mt19937 random_;
};

void fill(Kept& kv) {
  for (std::size_t i = 0; i < keys; ++i) {
    const std::string key = "k" + std::to_string(i);
    const std::string text(2000, 'v');  // so that a rewrite takes several steps
    const std::string list = "RPUSH " + key + " 1 2 3 " + text;
    const std::string hash = "HSET " + key + " 1 a 2 " + text + " n 5";
    kv.say(i % 3 == 0 ? "SET " + key + " " + text : i % 3 == 1 ? list : hash);
    if (i % 5 == 0) kv.say("PEXPIRE " + key + " " + std::to_string(i * 20 + 1));
  }
  kv.turn();
}

/// What a start would find if the process were killed now.
std::string after_a_crash(const Folder& folder) {
  const Folder copy;
  copy.write(folder.read());
  return found(copy);
}

void change_some(Kept& kv, Changes& changes) {
  for (int i = 0; i < 25; ++i) kv.say(changes.next());
  if (changes.chance(3) == 0) kv.bench.loop.advance(std::chrono::milliseconds(changes.chance(40)));
}

/// From its beginning until the new log is the log.
void rewrite_under_changes(Kept& kv, const Folder& folder, Changes& changes) {
  static_cast<void>(kv.bench.service.rewrite().begin());  // or one has begun by itself
  while (kv.bench.service.rewrite().active()) {
    change_some(kv, changes);
    static_cast<void>(kv.step());
    change_some(kv, changes);
    if (changes.chance(2) == 0) kv.turn();
    if (changes.chance(3) != 0) continue;
    kv.turn();
    BOOST_REQUIRE((after_a_crash(folder) == all_of(kv.bench.service)));
  }
  change_some(kv, changes);
  kv.turn();
  BOOST_REQUIRE((after_a_crash(folder) == all_of(kv.bench.service)));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kv_rewriting_types)

BOOST_AUTO_TEST_CASE(whatever_changes_meanwhile_a_start_finds_what_there_was) {
  for (unsigned seed = 0; seed < 12; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      const Folder folder;
      Kept kv(folder, {}, seed % 2 == 0 ? 1 : 4);
      Changes changes(seed);
      fill(kv);
      for (int round = 0; round < 3; ++round) rewrite_under_changes(kv, folder, changes);
      BOOST_TEST(kv.journal.figures().rewrites == 3U);
      BOOST_TEST(!kv.journal.figures().last_rewrite_failed);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_key_that_is_renamed_behind_the_rewrite_is_there_once) {
  // From a place that is still to come to one that is done, and the other way round.
  const Folder folder;
  Kept kv(folder);
  fill(kv);
  const auto name = [](std::size_t i) { return "k" + std::to_string(i); };
  for (std::size_t i = 0; i < keys; ++i) kv.say("PERSIST " + name(i));
  BOOST_REQUIRE(kv.bench.service.rewrite().begin().ok());
  BOOST_REQUIRE(kv.step());
  for (std::size_t i = 0; i + 1 < keys; i += 2) kv.say("RENAME " + name(i) + " to" + name(i + 1));
  while (kv.step()) {
  }
  kv.turn();
  BOOST_TEST(kv.say("DBSIZE") == std::to_string(keys));
  BOOST_TEST((found(folder) == all_of(kv.bench.service)));
}

BOOST_AUTO_TEST_CASE(who_is_served_meanwhile_has_taken_the_element_out_of_both_logs) {
  const Folder folder;
  Kept kv(folder);
  fill(kv);
  auto waiting = kv.bench.dial();
  BOOST_TEST(kv.bench.say(waiting, "BLPOP fresh 0") == "");
  BOOST_REQUIRE(kv.bench.service.rewrite().begin().ok());
  BOOST_REQUIRE(kv.step());
  kv.say("RPUSH fresh a b");
  BOOST_TEST(kv.bench.say(waiting, "") == "[\"fresh\", \"a\"]");
  while (kv.step()) {
  }
  kv.turn();
  BOOST_TEST((found(folder) == all_of(kv.bench.service)));
}

BOOST_AUTO_TEST_SUITE_END()
