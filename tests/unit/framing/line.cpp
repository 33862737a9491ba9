// Lines: what ends one, what does not, and how long one may be.
#include "weir/framing/line.hpp"

#include <boost/test/unit_test.hpp>

#include "unit/framing/script.hpp"

using namespace weir;
using namespace weir::test;
using Kind = Decoded::Kind;

BOOST_AUTO_TEST_SUITE(line)

BOOST_AUTO_TEST_CASE(a_line_ends_at_lf_and_at_crlf) {
  expect_frames(lines(), "GET a\nGET b\r\nGET c\n", {"GET a", "GET b", "GET c"});
}

BOOST_AUTO_TEST_CASE(an_empty_line_is_a_frame) { expect_frames(lines(), "\n\r\n\n", {"", "", ""}); }

BOOST_AUTO_TEST_CASE(a_bare_cr_is_data) {
  expect_frames(lines(), "a\rb\n\ra\n\r\r\n", {"a\rb", "\ra", "\r"});
}

BOOST_AUTO_TEST_CASE(any_other_byte_is_data) {
  expect_frames(lines(), std::string("\0\xff\x80\n\x1b[0m\n", 9),
                {std::string("\0\xff\x80", 3), "\x1b[0m"});
}

BOOST_AUTO_TEST_CASE(a_line_without_an_end_waits) {
  expect_frames(lines(), "one\ntwo", {"one"}, "two");
  expect_frames(lines(), "one\ntwo\r", {"one"}, "two\r");
  expect_frames(lines(), "", {});
}

BOOST_AUTO_TEST_CASE(a_line_of_exactly_the_limit_passes) {
  expect_frames(lines({.max = 4}), "four\nfour\r\n", {"four", "four"});
}

BOOST_AUTO_TEST_CASE(one_byte_over_the_limit_ends_the_stream) {
  const char* words = "frame of more than 4 bytes, which is the limit";
  expect_error(lines({.max = 4}), "one\nfive5\n", {"one"}, Kind::too_large, words);
  expect_error(lines({.max = 4}), "one\nfive5\r\n", {"one"}, Kind::too_large, words);
  // Where the fifth byte is a CR that no LF follows.
  expect_error(lines({.max = 4}), "four\rx\n", {}, Kind::too_large, words);
}

BOOST_AUTO_TEST_CASE(a_line_that_never_ends_is_refused_at_the_limit) {
  LineFraming framing = lines({.max = 4});
  BOOST_TEST((framing.decode("four").kind() == Kind::need_more));
  BOOST_TEST((framing.decode("four5").kind() == Kind::too_large));
  const Outcome outcome =
      expect_error(lines({.max = 4}), std::string(100, 'x'), {}, Kind::too_large,
                   "frame of more than 4 bytes, which is the limit");
  BOOST_TEST(outcome.asked <= 4U + 2U);
}

BOOST_AUTO_TEST_CASE(the_servers_limit_counts_where_none_was_chosen) {
  LineFraming framing = lines();
  framing.set_default_max(2);
  expect_error(framing, "ab\nabc\n", {"ab"}, Kind::too_large,
               "frame of more than 2 bytes, which is the limit");
  LineFraming chosen = lines({.max = 3});
  chosen.set_default_max(2);
  expect_frames(chosen, "ab\nabc\n", {"ab", "abc"});
}

BOOST_AUTO_TEST_CASE(the_greatest_limit_there_is_does_not_overflow) {
  expect_frames(lines({.max = static_cast<std::size_t>(-1)}), "a\nb\r\n", {"a", "b"});
}

BOOST_AUTO_TEST_CASE(no_byte_is_looked_at_twice) {
  // 200,000 reads of one byte each: seconds, if each looked at all there is.
  LineFraming framing = lines();
  std::string input;
  for (int i = 0; i < 200'000; ++i) {
    input.push_back('x');
    BOOST_REQUIRE((framing.decode(input).kind() == Kind::need_more));
  }
  // What was looked at before is believed: the LF that stands there now is not seen.
  input[0] = '\n';
  BOOST_TEST((framing.decode(input).kind() == Kind::need_more));
}

BOOST_AUTO_TEST_CASE(an_error_is_not_remembered) {
  LineFraming framing = lines({.max = 2});
  BOOST_TEST((framing.decode("abcd").kind() == Kind::too_large));
  BOOST_TEST(framing.decode("a\n").payload() == "a");
}

BOOST_AUTO_TEST_CASE(what_is_sent_ends_with_lf_or_with_crlf_where_chosen) {
  Buffer output;
  BOOST_TEST(lines().encode("one", output).ok());
  BOOST_TEST(lines({.crlf = true}).encode("two", output).ok());
  BOOST_TEST(lines().encode("", output).ok());
  BOOST_TEST(output.view() == "one\ntwo\r\n\n");
}

BOOST_AUTO_TEST_CASE(a_message_that_would_be_two_lines_is_refused) {
  BOOST_TEST(refusal(lines(), "a\nb") == "message holds LF at byte 1, which would end the line");
  BOOST_TEST(refusal(lines({.crlf = true}), "a\r\n") ==
             "message holds LF at byte 2, which would end the line");
}

BOOST_AUTO_TEST_CASE(a_message_that_would_lose_its_last_cr_is_refused) {
  const char* words = "message ends with CR, which would be read as part of the line's end";
  BOOST_TEST(refusal(lines(), "a\r") == words);
  BOOST_TEST(refusal(lines({.crlf = true}), "a\r") == words);
  BOOST_TEST(refusal(lines(), "a\rb") == "");
}

BOOST_AUTO_TEST_CASE(a_message_over_the_limit_is_refused) {
  BOOST_TEST(refusal(lines({.max = 4}), "four") == "");
  BOOST_TEST(refusal(lines({.max = 4}), "five5") == "message of 5 bytes, the limit is 4");
}

BOOST_AUTO_TEST_CASE(what_is_sent_is_what_is_read) {
  // CR among the letters, but not as the last one.
  auto messages = random_messages(1, 60, 12, "ab\r\xff");
  for (std::string& message : messages) {
    message.push_back('.');
  }
  messages.push_back("");
  expect_round_trip(lines(), messages);
  expect_round_trip(lines({.crlf = true}), messages);
}

BOOST_AUTO_TEST_SUITE_END()
