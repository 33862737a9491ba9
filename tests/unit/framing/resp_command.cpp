// Commands of RESP in one pass, and their mistakes in redis-server's words.
#include "weir/framing/resp_command.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

using weir::RespCommandLimits;
using weir::RespCommandReader;
using Outcome = RespCommandReader::Outcome;
using Words = std::vector<std::string>;

namespace {

/// All commands in `script` as it comes in pieces of `piece` bytes, then the mistake, if any.
std::vector<Words> read_all(std::string_view script, std::size_t piece,
                            const RespCommandLimits& limits = {}) {
  RespCommandReader reader(limits);
  std::vector<Words> commands;
  std::string kept;
  while (!script.empty()) {
    kept.append(script.substr(0, piece));
    script.remove_prefix(std::min(piece, script.size()));
    while (!kept.empty()) {
      const std::string moved = kept;  // views into what came before are of no use
      const Outcome outcome = reader.read(moved);
      if (outcome == Outcome::mistake) {
        commands.push_back({reader.mistake()});
        return commands;
      }
      if (outcome == Outcome::need_more) {
        BOOST_TEST(reader.needed() > moved.size());
        break;
      }
      Words words;
      for (std::size_t i = 0; i < reader.command().size(); ++i) {
        words.emplace_back(reader.command()[i]);
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
    BOOST_TEST((read_all(script, piece) == expected));
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

BOOST_AUTO_TEST_SUITE_END()
