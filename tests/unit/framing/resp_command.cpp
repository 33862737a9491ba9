// Commands of RESP in one pass, and their mistakes in redis-server's words.
#include "weir/framing/resp_command.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "unit/framing/counting_new.hpp"

using weir::RespCommandLimits;
using weir::RespCommandReader;
using Outcome = RespCommandReader::Outcome;
using Words = std::vector<std::string>;

namespace {

Words words_of(const weir::RespCommand& command) {
  Words words;
  for (std::size_t i = 0; i < command.size(); ++i) words.emplace_back(command[i]);
  return words;
}

/// All commands in `script` as it comes in pieces of `piece` bytes, up to `ahead` of them looked at
/// before their turn; then the mistake, if any.
std::vector<Words> read_all(std::string_view script, std::size_t piece,
                            const RespCommandLimits& limits = {}, std::size_t ahead = 0) {
  RespCommandReader reader(limits);
  std::vector<Words> commands;
  std::vector<Words> seen;
  std::string kept;
  while (!script.empty()) {
    kept.append(script.substr(0, piece));
    script.remove_prefix(std::min(piece, script.size()));
    while (!kept.empty()) {
      const std::string moved = kept;  // views into what came before are of no use
      if (!reader.is_ahead()) {
        BOOST_TEST(seen.empty());
        reader.read_ahead(moved, ahead, [&](const weir::RespCommand& command) {
          seen.push_back(words_of(command));
        });
      }
      const Outcome outcome = reader.read(moved);
      if (outcome == Outcome::mistake) {
        commands.push_back({reader.mistake()});
        return commands;
      }
      if (outcome == Outcome::need_more) {
        BOOST_TEST(reader.needed() > moved.size());
        break;
      }
      const Words words = words_of(reader.command());
      if (!seen.empty()) {
        BOOST_TEST(words == seen.front());
        seen.erase(seen.begin());
      }
      BOOST_TEST(reader.command().raw() == moved.substr(0, reader.consumed()));
      commands.push_back(words);
      kept.erase(0, reader.consumed());
    }
  }
  return commands;
}

std::string mistake(std::string_view script, const RespCommandLimits& limits = {}) {
  const auto commands = read_all(script, script.size(), limits);
  return commands.empty() || commands.back().empty() ? "" : commands.back().front();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(resp_command)

BOOST_AUTO_TEST_CASE(commands_are_the_same_however_they_are_cut) {
  const std::string script =
      "*3\r\n$3\r\nSET\r\n$0\r\n\r\n$4\r\n\r\n*1\r\nPING\r\n*0\r\n \"a b\" c\n*-1\r\n\r\n"
      "*2\r\n$12\r\n0123456789ab\r\n$1\r\nk\r\n";
  const std::vector<Words> expected = {{"SET", "", "\r\n*1"}, {"PING"}, {}, {"a b", "c"}, {}, {},
                                       {"0123456789ab", "k"}};
  for (std::size_t piece = 1; piece <= script.size(); ++piece) {
    for (const std::size_t ahead : {0, 1, 2, 16}) {
      BOOST_TEST((read_all(script, piece, {}, ahead) == expected));
    }
  }
}

BOOST_AUTO_TEST_CASE(mistakes_are_named_as_redis_server_names_them) {
  BOOST_TEST(mistake("*x\r\n") == "Protocol error: invalid multibulk length");
  BOOST_TEST(mistake("*2147483648\r\n") == "Protocol error: invalid multibulk length");
  BOOST_TEST(mistake("*01\r\n") == "Protocol error: invalid multibulk length");
  BOOST_TEST(mistake("*1\r\nx") == "Protocol error: expected '$', got 'x'");
  BOOST_TEST(mistake("*1\r\n$-1\r\n") == "Protocol error: invalid bulk length");
  BOOST_TEST(mistake("*1\r\n$536870913\r\n") == "Protocol error: invalid bulk length");
  BOOST_TEST(mistake("*1\r\n$99999999999999999999\r\n") == "Protocol error: invalid bulk length");
  BOOST_TEST(mistake("\"a\r\n") == "Protocol error: unbalanced quotes in request");
  const std::string endless(70'000, '1');
  BOOST_TEST(mistake(endless) == "Protocol error: too big inline request");
  BOOST_TEST(mistake("*" + endless) == "Protocol error: too big mbulk count string");
  BOOST_TEST(mistake("*1\r\n$" + endless) == "Protocol error: too big bulk count string");
}

BOOST_AUTO_TEST_CASE(who_has_shown_no_password_may_say_little) {
  const auto limits = RespCommandLimits::before_authentication();
  BOOST_TEST(mistake("*11\r\n", limits) == "Protocol error: unauthenticated multibulk length");
  BOOST_TEST(mistake("*1\r\n$16385\r\n", limits) == "Protocol error: unauthenticated bulk length");
  BOOST_TEST(mistake("*10\r\n$16384\r\n", limits) == "");
}

BOOST_AUTO_TEST_CASE(a_number_of_any_length_is_read) {
  for (const std::size_t size : {0, 1, 9, 10, 11, 99, 100, 101, 999, 1000, 12'345}) {
    const std::string bytes(size, 'x');
    const std::string script = "*1\r\n$" + std::to_string(size) + "\r\n" + bytes + "\r\n";
    BOOST_TEST((read_all(script, script.size()) == std::vector<Words>{{bytes}}));
  }
  for (const std::string_view number : {"", "+1", "00", "01", "1x", "x1", "1\rx", "12\rx", "1 "}) {
    BOOST_TEST(mistake("*1\r\n$" + std::string(number) + "\r\nx\r\n*1\r\n") ==
               "Protocol error: invalid bulk length");
  }
}

BOOST_AUTO_TEST_CASE(a_mistake_waits_for_those_before_it) {
  const std::string script = "*1\r\n$1\r\na\r\n*1\r\n$1\r\nb\r\n*1\r\nx";
  const std::vector<Words> expected = {{"a"}, {"b"}, {"Protocol error: expected '$', got 'x'"}};
  BOOST_TEST((read_all(script, script.size(), {}, 16) == expected));
}

BOOST_AUTO_TEST_CASE(new_limits_are_those_of_commands_that_were_read_ahead) {
  const std::string script = "*1\r\n$1\r\na\r\n*1\r\n$2\r\nbb\r\n*1\r\n$9\r\nbeg";
  RespCommandReader reader;
  std::size_t seen = 0;
  reader.read_ahead(script, 16, [&seen](const weir::RespCommand&) { ++seen; });
  BOOST_TEST(seen == 2);
  BOOST_TEST((reader.read(script) == Outcome::command));
  reader.set_limits({.bulk = 1});
  BOOST_TEST(reader.command()[0] == "a");
  BOOST_TEST((reader.read(std::string_view(script).substr(reader.consumed())) == Outcome::mistake));
}

BOOST_AUTO_TEST_CASE(a_reader_that_is_used_again_allocates_nothing) {
  std::string script;
  for (int i = 0; i < 10; ++i) script += "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n";
  const std::string_view torn = std::string_view(script).substr(0, script.size() - 5);
  RespCommandReader reader;
  std::size_t read = 0;
  std::size_t before = 0;
  for (int round = 0; round < 100; ++round) {
    if (round == 2) before = weir::test::allocations();
    // Ten commands, of which the last one comes in two reads.
    for (const std::string_view input : {torn, std::string_view(script)}) {
      std::string_view rest = input.substr(input == torn ? 0 : 9 * (script.size() / 10));
      if (!reader.is_ahead()) reader.read_ahead(rest, 16, [](const weir::RespCommand&) {});
      while (reader.read(rest) == Outcome::command) {
        rest.remove_prefix(reader.consumed());
        ++read;
      }
    }
  }
  const std::size_t after = weir::test::allocations();
  BOOST_TEST(after == before);
  BOOST_TEST(read == 1000);
}

BOOST_AUTO_TEST_CASE(what_a_large_command_took_is_given_back_between_two) {
  std::string large = "*5000\r\n";
  for (int i = 0; i < 5000; ++i) large += "$1\r\nx\r\n";
  const std::string script = large + large.substr(0, large.size() / 2);
  RespCommandReader reader;
  BOOST_TEST((reader.read(script) == Outcome::command));
  const std::string_view rest = std::string_view(script).substr(reader.consumed());
  BOOST_TEST((reader.read(rest) == Outcome::need_more));
  reader.shrink();  // changes nothing of what is begun
  BOOST_TEST((reader.read(large) == Outcome::command));
  BOOST_TEST(reader.command().size() == 5000);
  const std::size_t before = weir::test::bytes_in_use();
  reader.shrink();
  BOOST_TEST(weir::test::bytes_in_use() + 5000 * 8 <= before);
  BOOST_TEST((read_all(large, 1000, {}, 16).size() == 1));
  BOOST_TEST((reader.read("*1\r\n$1\r\na\r\n") == Outcome::command));
  BOOST_TEST(reader.command()[0] == "a");
}

BOOST_AUTO_TEST_CASE(a_stream_that_never_ends_between_two_commands_takes_no_more_and_more) {
  RespCommandReader reader;
  std::string kept = "*2\r\n";
  std::size_t before = 0;
  std::size_t commands = 0;
  for (int round = 0; round < 1000; ++round) {
    for (int i = 0; i < 20; ++i) kept += "$1\r\na\r\n$0\r\n\r\n*2\r\n";
    std::string_view rest = kept;
    const auto visit = [](const weir::RespCommand&) {};
    for (;;) {
      if (!reader.is_ahead()) reader.read_ahead(rest, 16, visit);
      if (reader.read(rest) != Outcome::command) break;
      ++commands;
      rest.remove_prefix(reader.consumed());
    }
    kept.erase(0, kept.size() - rest.size());
    if (round == 2) before = weir::test::bytes_in_use();
  }
  const std::size_t after = weir::test::bytes_in_use();
  BOOST_TEST(commands == 20'000U);
  BOOST_TEST(after == before);
}

BOOST_AUTO_TEST_SUITE_END()
