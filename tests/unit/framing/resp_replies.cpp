// Replies of RESP, as a client reads them.
#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "unit/framing/counting_new.hpp"
#include "unit/framing/script.hpp"
#include "weir/framing/resp.hpp"

using namespace weir;
using namespace weir::test;
using Kind = Decoded::Kind;

namespace {

void expect_mistake(std::string_view script, std::string mistake, const RespOptions& options = {}) {
  expect_error(resp_replies(options), script, {}, Kind::malformed, std::move(mistake));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(resp_replies_)

BOOST_AUTO_TEST_CASE(every_type_of_resp2_is_the_same_however_it_is_cut) {
  const std::vector<std::string> replies{"+OK\r\n",
                                         "+\r\n",
                                         "-ERR no\r\n",
                                         ":0\r\n",
                                         ":-9223372036854775808\r\n",
                                         "$-1\r\n",
                                         "$0\r\n\r\n",
                                         "$2\r\n\r\n\r\n",
                                         "*-1\r\n",
                                         "*0\r\n",
                                         "*2\r\n*1\r\n+a\r\n$1\r\nb\r\n"};
  for (const std::string& each : replies) expect_frames(resp_replies(), each + each, {each, each});
  expect_frames(resp_replies(), "+OK\r\n*2\r\n:1", {"+OK\r\n"}, "*2\r\n:1");
}

BOOST_AUTO_TEST_CASE(every_type_of_resp3_is_the_same_however_it_is_cut) {
  const std::vector<std::string> replies{"_\r\n",
                                         "#t\r\n",
                                         "#f\r\n",
                                         ",-1.5e+3\r\n",
                                         ",inf\r\n",
                                         ",-inf\r\n",
                                         ",nan\r\n",
                                         ",10\r\n",
                                         "(-123456789012345678901234567890\r\n",
                                         "!5\r\nERR \n\r\n",
                                         "=7\r\ntxt:a\r\n\r\n",
                                         "%1\r\n+k\r\n%0\r\n",
                                         "~2\r\n:1\r\n:2\r\n",
                                         ">2\r\n+message\r\n*0\r\n",
                                         "|1\r\n+ttl\r\n:3\r\n*2\r\n|0\r\n:1\r\n:2\r\n"};
  for (const std::string& each : replies) expect_frames(resp_replies(), each + each, {each, each});
}

BOOST_AUTO_TEST_CASE(a_mistake_is_named) {
  expect_mistake("GET / HTTP/1.1\r\n", "no type of a reply");
  expect_mistake("\r\n", "no type of a reply");
  expect_mistake("+a\rb", "CR without LF");
  expect_mistake("+a\nb\r\n", "LF in a simple string");
  for (const char* wrong : {":\r\n", ":-0\r\n", ":+1\r\n", ":01\r\n", ":1 \r\n",
                            ":9223372036854775808\r\n", ":-9223372036854775809\r\n"}) {
    expect_mistake(wrong, "invalid integer");
  }
  for (const char* wrong :
       {"$-2\r\n", "$+1\r\n", "$00\r\n", "$?\r\n", "!-1\r\n", "=3\r\ntxt\r\n"}) {
    expect_mistake(wrong, "invalid length of a bulk string");
  }
  expect_mistake("=4\r\ntext\r\n", "verbatim string without a format");
  for (const char* wrong : {"*-2\r\n", "*?\r\n", "%-1\r\n", "~-1\r\n", ">-1\r\n", "|-1\r\n"}) {
    expect_mistake(wrong, "invalid length of an array");
  }
  expect_mistake("_0\r\n", "invalid null");
  expect_mistake("#x\r\n", "invalid boolean");
  for (const char* wrong : {",\r\n", ",.5\r\n", ",1.\r\n", ",1e\r\n", ",1e5.0\r\n", ",Inf\r\n"}) {
    expect_mistake(wrong, "invalid double");
  }
  expect_mistake("(1a\r\n", "invalid big number");
  expect_mistake("$1\r\nabc", "no CRLF behind a bulk string");
}

BOOST_AUTO_TEST_CASE(every_limit_is_kept) {
  expect_mistake("*2000000000\r\n",
                 "command or reply of 2000000000 elements, the limit is 1048576");
  expect_mistake("%2000000000\r\n",
                 "command or reply of 2000000000 elements, the limit is 1048576");
  expect_mistake("*9223372036854775807\r\n",
                 "command or reply of 9223372036854775807 elements, the limit is 1048576");
  expect_mistake("%9223372036854775807\r\n",
                 "command or reply of 9223372036854775807 elements, the limit is 1048576");
  // All levels together: 2 + 2 of 3.
  expect_mistake("*2\r\n*2\r\n", "command or reply of 2 elements, the limit is 3", {.elements = 3});
  expect_mistake("*1\r\n*1\r\n*1\r\n", "nested deeper than 2", {.depth = 2});
  expect_frames(resp_replies({.depth = 2}), "*1\r\n*1\r\n:1\r\n", {"*1\r\n*1\r\n:1\r\n"});
  expect_mistake("+abcde\r\n", "line of more than 4 bytes", {.line = 4});
  expect_frames(resp_replies({.line = 4}), "+abc\r\n", {"+abc\r\n"});
  expect_mistake("$5\r\n", "bulk string of 5 bytes, the limit is 4", {.bulk = 4});
  expect_error(resp_replies({.max = 8}), "$3\r\n", {}, Kind::too_large,
               "frame of 9 bytes, the limit is 8");
  expect_frames(resp_replies({.max = 9}), "$3\r\nabc\r\n", {"$3\r\nabc\r\n"});
  expect_error(resp_replies({.max = 9}), "*2\r\n", {}, Kind::too_large,
               "frame of 10 bytes, the limit is 9");
  expect_error(resp_replies({.max = 4}), "+abc\r\n", {}, Kind::too_large,
               "frame of 6 bytes, the limit is 4");
  BOOST_CHECK_THROW(RespReplyFraming({.depth = 33}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(what_is_announced_costs_nothing_until_it_comes) {
  const std::size_t before = bytes_in_use();
  RespReplyFraming framing = resp_replies({.max = 1024 * 1024 * 1024});
  BOOST_TEST(framing.decode("$536870912\r\n").total() == 536870926U);
  RespReplyFraming another = resp_replies({.max = 1024 * 1024 * 1024});
  BOOST_TEST((another.decode("*1048576\r\n").kind() == Kind::need_more));
  BOOST_TEST(bytes_in_use() == before);
}

BOOST_AUTO_TEST_CASE(a_million_elements_cut_at_every_byte_are_scanned_once) {
  constexpr std::size_t elements = 1'000'000;
  std::string script = "*" + std::to_string(elements) + "\r\n";
  for (std::size_t i = 0; i < elements; ++i) script += ":7\r\n";
  RespReplyFraming framing = resp_replies({.max = 8 * 1024 * 1024});
  const std::size_t before = allocations();
  bool waits = true;
  // Scanning what was scanned would be 4 million times 2 megabytes: minutes.
  for (std::size_t size = 1; size < script.size(); ++size) {
    waits =
        waits && framing.decode(std::string_view(script).substr(0, size)).kind() == Kind::need_more;
  }
  BOOST_TEST(waits);
  const Decoded decoded = framing.decode(script);
  BOOST_TEST((decoded.kind() == Kind::frame));
  BOOST_TEST(decoded.consumed() == script.size());
  BOOST_TEST(allocations() == before);
}

BOOST_AUTO_TEST_CASE(a_long_line_cut_at_every_byte_is_searched_once) {
  const std::string script = "+" + std::string(1'000'000, 'x') + "\r\n";
  RespReplyFraming framing = resp_replies({.max = 2'000'000, .line = 2'000'000});
  bool waits = true;
  for (std::size_t size = 1; size < script.size(); ++size) {
    waits =
        waits && framing.decode(std::string_view(script).substr(0, size)).kind() == Kind::need_more;
  }
  BOOST_TEST(waits);
  BOOST_TEST((framing.decode(script).kind() == Kind::frame));
}

BOOST_AUTO_TEST_CASE(bytes_of_a_stranger_mean_the_same_however_they_are_cut) {
  for (const std::string& script :
       random_messages(7, 3000, 24, "+-:$*%|>_#,(=!01239\r\n\r\n\r\n")) {
    expect_same_in_any_cut(resp_replies({.max = 40, .bulk = 12, .elements = 6, .depth = 3}),
                           script);
    expect_same_in_any_cut(resp_commands({.max = 40, .bulk = 12, .elements = 6, .line = 10}),
                           script);
  }
}

BOOST_AUTO_TEST_CASE(a_client_sends_one_whole_command_and_nothing_else) {
  const RespReplyFraming framing = resp_replies();
  BOOST_TEST(refusal(framing, "*1\r\n$4\r\nPING\r\n") == "");
  BOOST_TEST(refusal(framing, "PING\r\n") == "a command is an array of bulk strings");
  BOOST_TEST(refusal(framing, "*1\r\n:1\r\n") == "command: expected '$'");
  BOOST_TEST(refusal(framing, "*1\r\n$4\r\nPING\r\n*0\r\n") == "not exactly one command");
  BOOST_TEST(refusal(framing, "*1\r\n$4\r\nPI") == "not exactly one command");
}

BOOST_AUTO_TEST_SUITE_END()
