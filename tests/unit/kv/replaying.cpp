// What a log says at the start: whole, torn at every byte, damaged.
#include "unit/kv/kept.hpp"
#include "weir/framing/resp_writer.hpp"

using namespace weir;
using namespace weir::kv;
using namespace weir::kv::test;

namespace {

std::string command(std::initializer_list<std::string_view> words) {
  std::string bytes;
  RespWriter(bytes).command(words);
  return bytes;
}

const std::string first = command({"SET", "a", "1"});
const std::string block = command({"MULTI"}) + command({"SET", "b", "2"}) +
                          command({"SET", "c", "3"}) + command({"EXEC"});
const std::string last = command({"SET", "d", "4", "PXAT", "1700000000005"});

Result<Replayed> replay_of(const Folder& folder, std::vector<std::string>& said) {
  Journal none;
  Bench bench(1, none);
  return replay(
      bench.service, folder.log(),
      Log(LogLevel::info, [&](LogLevel, std::string_view line) { said.emplace_back(line); }));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kv_replaying)

BOOST_AUTO_TEST_CASE(nothing_is_kept_where_there_is_no_log) {
  const Folder folder;
  BOOST_TEST(found(folder) == "");
}

BOOST_AUTO_TEST_CASE(commands_and_transactions_are_done_again_with_their_times) {
  const Folder folder;
  folder.write(first + block + last);
  BOOST_TEST(found(folder) == "a=1 b=2 c=3 d=4@5");
}

BOOST_AUTO_TEST_CASE(a_log_cut_at_any_byte_keeps_all_whole_pieces_and_nothing_of_the_last_one) {
  const Folder folder;
  const std::string all = first + block + last;
  for (std::size_t size = 0; size <= all.size(); ++size) {
    folder.write(all.substr(0, size));
    std::size_t whole = 0;
    std::string expected;
    if (size >= first.size()) {
      whole = first.size();
      expected = "a=1";
    }
    if (size >= whole + block.size()) {
      whole += block.size();
      expected += " b=2 c=3";
    }
    if (size == all.size()) {
      whole = size;
      expected += " d=4@5";
    }
    std::vector<std::string> said;
    const auto done = replay_of(folder, said);
    BOOST_REQUIRE(done.ok());
    BOOST_TEST_CONTEXT("cut at " << size) {
      BOOST_TEST(done.value().size == whole);
      BOOST_TEST(done.value().torn == size - whole);
      BOOST_TEST(folder.read() == all.substr(0, whole));
      BOOST_TEST(found(folder) == expected);
      BOOST_REQUIRE(said.size() == (size == whole ? 0U : 1U));
      if (size != whole) {
        BOOST_TEST(said[0].ends_with(std::to_string(size - whole) + " bytes from byte " +
                                     std::to_string(whole) + " on are cut off"));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(damage_in_the_middle_is_refused_with_its_place_and_nothing_is_changed) {
  const auto refused = [](const std::string& bytes, std::size_t at, std::string_view why) {
    const Folder folder;
    folder.write(bytes);
    const std::string said = found(folder);
    BOOST_TEST(said.find("damaged at byte " + std::to_string(at) + ": ") != std::string::npos,
               said);
    BOOST_TEST(said.find(why) != std::string::npos, said);
    BOOST_TEST(folder.read() == bytes);
  };
  refused(first + "garbage" + last, first.size(), "no command begins here");
  refused(first + "*x\r\n" + last, first.size(), "invalid multibulk length");
  refused(first + std::string(4096, '\0'), first.size(), "no command begins here");
  refused(first + "*1\r\n$3\r\nabcdefg\r\n" + last, first.size(), "CRLF");
  refused(first + command({"NOSUCH", "a"}) + last, first.size(), "unknown command");
  refused(first + command({"SELECT", "1"}) + last, first.size(), "out of range");
  refused(first + command({"EXEC"}), first.size(), "EXEC without MULTI");
  const std::string open = command({"MULTI"}) + first;
  refused(open + block, open.size(), "MULTI inside of MULTI");
  refused("REDIS0009" + first, 0, "no command begins here");
}

BOOST_AUTO_TEST_CASE(a_length_that_swallows_whole_commands_is_damage_and_no_torn_end) {
  const Folder folder;
  std::string bytes = first;
  bytes.replace(bytes.rfind("$1"), 2, "$9000");
  folder.write(bytes + block + last);
  BOOST_TEST(found(folder).find("damaged at byte 0: ") != std::string::npos);
  BOOST_TEST(folder.read() == bytes + block + last);
}

BOOST_AUTO_TEST_CASE(a_log_longer_than_what_is_read_at_once_is_read_whole) {
  const Folder folder;
  std::string bytes;
  const std::string value(300'000, 'v');
  for (int i = 0; i < 20; ++i) bytes += command({"SET", "k" + std::to_string(i), value});
  bytes += command({"SET", "large", std::string(5'000'000, 'w')}) + first;
  folder.write(bytes);
  std::vector<std::string> said;
  const auto done = replay_of(folder, said);
  BOOST_REQUIRE(done.ok());
  BOOST_TEST(done.value().commands == 22U);
  BOOST_TEST(done.value().size == bytes.size());
}

BOOST_AUTO_TEST_CASE(a_folder_is_for_one_process_and_leftovers_are_removed) {
  const Folder folder;
  Disk disk;
  std::filesystem::path leftover = folder.log() + ".new";
  std::ofstream(leftover) << "*1\r\n";
  const auto mine = DataFolder::open(folder.path(), disk);
  BOOST_REQUIRE(mine.ok());
  BOOST_TEST(!std::filesystem::exists(leftover));
  const auto theirs = DataFolder::open(folder.path(), disk);
  BOOST_REQUIRE(!theirs.ok());
  BOOST_TEST(theirs.error().message == "another process keeps its data in " + folder.path());
}

BOOST_AUTO_TEST_CASE(a_folder_of_redis_server_7_is_refused) {
  const Folder folder;
  Disk disk;
  std::filesystem::create_directory(folder.path() + "/appendonlydir");
  const auto opened = DataFolder::open(folder.path(), disk);
  BOOST_REQUIRE(!opened.ok());
  BOOST_TEST(opened.error().message.find("redis-server 7") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
