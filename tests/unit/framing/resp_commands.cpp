// Commands of RESP, as a server reads them: arrays of bulk strings and inline ones.
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "unit/framing/counting_new.hpp"
#include "unit/framing/script.hpp"
#include "weir/framing/resp.hpp"
#include "weir/framing/resp_reader.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::string_view_literals;
using Kind = Decoded::Kind;
using Words = std::vector<std::string>;

namespace {

Words arguments(std::string_view payload) {
  RespArguments read;
  BOOST_REQUIRE(read.read(payload));
  Words words;
  for (std::size_t i = 0; i < read.size(); ++i) words.emplace_back(read[i]);
  return words;
}

void expect_mistake(std::string_view script, std::string mistake, const RespOptions& options = {}) {
  expect_error(resp_commands(options), script, {}, Kind::malformed, std::move(mistake));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(resp_commands_)

BOOST_AUTO_TEST_CASE(a_command_is_the_same_however_it_is_cut) {
  const std::string get = "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n";
  const std::string set = "*3\r\n$3\r\nSET\r\n$0\r\n\r\n$4\r\n\r\n*1\r\n";
  expect_frames(resp_commands(), get + set + get, {get, set, get});
  expect_frames(resp_commands(), get + "*2\r\n$3\r\nGET\r\n$1", {get}, "*2\r\n$3\r\nGET\r\n$1");
  BOOST_TEST(arguments(get) == (Words{"GET", "k"}), boost::test_tools::per_element());
  BOOST_TEST(arguments(set) == (Words{"SET", "", "\r\n*1"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(inline_commands_end_with_lf_and_stand_among_others) {
  const std::string ping = "*1\r\n$4\r\nPING\r\n";
  expect_frames(resp_commands(), "PING\r\n" + ping + "GET  k\n\r\n",
                {"PING\r\n", ping, "GET  k\n", "\r\n"});
  BOOST_TEST(arguments("GET  k\n") == (Words{"GET", "k"}), boost::test_tools::per_element());
  BOOST_TEST(arguments(" \t\r\n").empty());
}

BOOST_AUTO_TEST_CASE(what_has_no_arguments_is_a_command_of_none) {
  expect_frames(resp_commands(), "\r\n*0\r\n*-1\r\n\n*-7\r\n",
                {"\r\n", "*0\r\n", "*-1\r\n", "\n", "*-7\r\n"});
  for (const char* payload : {"\r\n", "*0\r\n", "*-1\r\n", "\n"}) {
    BOOST_TEST(arguments(payload).empty());
  }
}

BOOST_AUTO_TEST_CASE(inline_arguments_are_quoted_as_in_redis_cli) {
  BOOST_TEST(arguments("SET k \"a b\"\r\n") == (Words{"SET", "k", "a b"}),
             boost::test_tools::per_element());
  BOOST_TEST(
      arguments("SET 'a\\'b' \"\\x41\\n\\\"\\q\\xZZ\"\n") == (Words{"SET", "a'b", "A\n\"qxZZ"}),
      boost::test_tools::per_element());
  BOOST_TEST(arguments("a\"b c\" '' \"\"\n") == (Words{"ab c", "", ""}),
             boost::test_tools::per_element());
  BOOST_TEST(arguments("'a\\nb'\n") == (Words{"a\\nb"}), boost::test_tools::per_element());
  for (const char* wrong : {"\"a\n", "'a\n", "\"a\"b\n", "'a'b\n", "\"a\\\"\n"}) {
    expect_mistake(wrong, "unbalanced quotes or a NUL in an inline command");
  }
  expect_mistake("a\0b\n"sv, "unbalanced quotes or a NUL in an inline command");
}

BOOST_AUTO_TEST_CASE(lengths_are_numbers_as_redis_server_reads_them) {
  for (const char* wrong : {"*+1\r\n", "*01\r\n", "*-0\r\n", "*\r\n", "* 1\r\n", "*1a\r\n",
                            "*-\r\n", "*9223372036854775808\r\n", "*99999999999999999999\r\n"}) {
    expect_mistake(wrong, "invalid length of an array");
  }
  for (const char* wrong : {"$+1\r\n", "$01\r\n", "$-0\r\n", "$-1\r\n", "$\r\n", "$1.\r\n",
                            "$18446744073709551617\r\n"}) {
    expect_mistake("*1\r\n" + std::string(wrong), "invalid length of a bulk string");
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_command_is_found_where_it_begins) {
  expect_mistake("*1\r\n:1\r\n", "expected '$'");
  expect_mistake("*1\r\n*1\r\n", "expected '$'");
  expect_mistake("*1\r\n$1\r\nabc", "no CRLF behind a bulk string");
  expect_mistake("*1\rx", "CR without LF");
}

BOOST_AUTO_TEST_CASE(a_length_that_is_announced_costs_nothing_until_its_bytes_come) {
  const std::size_t before = bytes_in_use();
  RespCommandFraming framing = resp_commands({.max = 1024 * 1024 * 1024});
  constexpr std::string_view largest = "*1\r\n$536870912\r\n";
  const Decoded decoded = framing.decode(largest);
  BOOST_TEST((decoded.kind() == Kind::need_more));
  BOOST_TEST(decoded.total() == largest.size() + 536870912 + 2);
  BOOST_TEST(bytes_in_use() == before);
}

BOOST_AUTO_TEST_CASE(every_limit_is_kept) {
  expect_mistake("*2000000000\r\n",
                 "command or reply of 2000000000 elements, the limit is 1048576");
  expect_mistake("*4\r\n", "command or reply of 4 elements, the limit is 3", {.elements = 3});
  expect_mistake("*1\r\n$5\r\n", "bulk string of 5 bytes, the limit is 4", {.bulk = 4});
  expect_mistake("*1\r\n$536870913\r\n", "bulk string of 536870913 bytes, the limit is 536870912");
  expect_mistake("*" + std::string(20, '1'), "line of more than 16 bytes", {.line = 16});
  expect_error(resp_commands({.line = 4}), "abcde\n", {}, Kind::too_large,
               "frame of more than 4 bytes, which is the limit");
  expect_frames(resp_commands({.line = 4}), "abcd\r\n", {"abcd\r\n"});
  expect_error(resp_commands({.max = 20}), "*1\r\n$11\r\n", {}, Kind::too_large,
               "frame of 22 bytes, the limit is 20");
  expect_frames(resp_commands({.max = 20}), "*1\r\n$9\r\n123456789\r\n",
                {"*1\r\n$9\r\n123456789\r\n"});
  expect_error(resp_commands({.max = 20}), "*3\r\n", {}, Kind::too_large,
               "frame of 22 bytes, the limit is 20");
}

BOOST_AUTO_TEST_CASE(the_servers_limit_holds_where_none_was_chosen) {
  RespCommandFraming framing = resp_commands();
  framing.set_default_max(20);
  expect_error(framing, "*1\r\n$536870912\r\n", {}, Kind::too_large,
               "frame of 536870930 bytes, the limit is 20");
}

BOOST_AUTO_TEST_CASE(a_server_sends_one_whole_reply_and_nothing_else) {
  const RespCommandFraming framing = resp_commands();
  for (const char* reply :
       {"+OK\r\n", "$-1\r\n", "*2\r\n:1\r\n$2\r\nhi\r\n", "%1\r\n_\r\n#t\r\n"}) {
    BOOST_TEST(refusal(framing, reply) == "");
  }
  BOOST_TEST(refusal(framing, "+OK\r\n+OK\r\n") == "not exactly one reply");
  BOOST_TEST(refusal(framing, "*1\r\n") == "not exactly one reply");
  BOOST_TEST(refusal(framing, "") == "not exactly one reply");
  BOOST_TEST(refusal(framing, "OK") == "reply: no type of a reply");
  BOOST_TEST(refusal(resp_commands({.max = 4}), "+OKAY\r\n") ==
             "reply: frame of 7 bytes, the limit is 4");
}

BOOST_AUTO_TEST_CASE(a_command_costs_no_memory) {
  constexpr std::string_view set = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nvalue\r\n";
  constexpr std::string_view typed = "SET k 'a value'\r\n";
  RespCommandFraming framing = resp_commands();
  RespArguments read;
  BOOST_REQUIRE(read.read(typed));
  const std::size_t before = allocations();
  bool right = true;
  for (int i = 0; i < 100; ++i) {
    for (const std::string_view script : {set, typed}) {
      right = right && framing.decode(script.substr(0, 9)).kind() == Kind::need_more;
      const Decoded decoded = framing.decode(script);
      right = right && read.read(decoded.payload()) && read.size() == 3;
    }
  }
  BOOST_TEST(allocations() == before);
  BOOST_TEST(right);
}

BOOST_AUTO_TEST_SUITE_END()
