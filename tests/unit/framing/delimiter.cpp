// Delimiters: of one byte and of many, cut anywhere, and messages that would end too early.
#include "weir/framing/delimiter.hpp"

#include <boost/test/unit_test.hpp>
#include <stdexcept>

#include "unit/framing/script.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::string_literals;
using namespace std::string_view_literals;
using Kind = Decoded::Kind;

namespace {

bool names_the_mistake(const std::invalid_argument& error) {
  return error.what() == "weir::delimiter: the delimiter is empty, it takes a byte or more"sv;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(delimiters)

BOOST_AUTO_TEST_CASE(a_message_ends_at_its_delimiter_however_that_is_cut) {
  expect_frames(delimiter("\r\n\r\n"), "one\r\n\r\ntwo\r\nlines\r\n\r\n\r\n\r\n",
                {"one", "two\r\nlines", ""});
}

BOOST_AUTO_TEST_CASE(one_byte_may_delimit_even_a_zero_one) {
  expect_frames(delimiter(";"), "a;b;;c", {"a", "b", ""}, "c");
  expect_frames(delimiter("\0"sv), "a\0\0b\0"sv, {"a", "", "b"});
}

BOOST_AUTO_TEST_CASE(bytes_that_almost_delimit_are_data) {
  expect_frames(delimiter("--end"), "--en--e-----end--end", {"--en--e---", ""});
  expect_frames(delimiter("aab"), "aaaabaab", {"aa", ""});
}

BOOST_AUTO_TEST_CASE(a_message_ends_at_the_first_of_two_overlapping_delimiters) {
  expect_frames(delimiter("aa"), "aaabaa", {"", "ab"});
}

BOOST_AUTO_TEST_CASE(a_message_without_its_delimiter_waits) {
  expect_frames(delimiter("\r\n\r\n"), "one\r\n\r", {}, "one\r\n\r");
}

BOOST_AUTO_TEST_CASE(a_message_of_exactly_the_limit_passes) {
  expect_frames(delimiter("ab", {.max = 4}), "fourabab", {"four", ""});
}

BOOST_AUTO_TEST_CASE(one_byte_over_the_limit_ends_the_stream) {
  const char* words = "frame of more than 4 bytes, which is the limit";
  expect_error(delimiter("ab", {.max = 4}), "fourabfive5ab", {"four"}, Kind::too_large, words);
  const Outcome outcome =
      expect_error(delimiter("ab", {.max = 4}), std::string(100, 'x'), {}, Kind::too_large, words);
  BOOST_TEST(outcome.asked <= 4U + 2U);
}

BOOST_AUTO_TEST_CASE(the_servers_limit_counts_where_none_was_chosen) {
  DelimiterFraming framing = delimiter(";");
  framing.set_default_max(2);
  expect_error(framing, "ab;abc;", {"ab"}, Kind::too_large,
               "frame of more than 2 bytes, which is the limit");
  DelimiterFraming chosen = delimiter(";", {.max = 3});
  chosen.set_default_max(2);
  expect_frames(chosen, "ab;abc;", {"ab", "abc"});
}

BOOST_AUTO_TEST_CASE(the_greatest_limit_there_is_does_not_overflow) {
  expect_frames(delimiter("--", {.max = static_cast<std::size_t>(-1)}), "a--b--", {"a", "b"});
}

BOOST_AUTO_TEST_CASE(no_byte_is_looked_at_twice) {
  DelimiterFraming framing = delimiter("--");
  std::string input;
  for (int i = 0; i < 200'000; ++i) {
    input.push_back('x');
    BOOST_REQUIRE((framing.decode(input).kind() == Kind::need_more));
  }
  input[0] = input[1] = '-';
  BOOST_TEST((framing.decode(input).kind() == Kind::need_more));
}

BOOST_AUTO_TEST_CASE(an_error_is_not_remembered) {
  DelimiterFraming framing = delimiter("--", {.max = 2});
  BOOST_TEST((framing.decode("abcd").kind() == Kind::too_large));
  BOOST_TEST(framing.decode("a--").payload() == "a");
}

BOOST_AUTO_TEST_CASE(an_empty_delimiter_is_a_mistake_of_the_program) {
  BOOST_CHECK_EXCEPTION(static_cast<void>(delimiter("")), std::invalid_argument, names_the_mistake);
}

BOOST_AUTO_TEST_CASE(a_message_that_holds_the_delimiter_is_refused) {
  BOOST_TEST(refusal(delimiter("\r\n"), "a\r\nb") ==
             R"(message holds the delimiter "\r\n" at byte 1, which would end it)");
}

BOOST_AUTO_TEST_CASE(a_message_whose_end_makes_a_delimiter_with_the_real_one_is_refused) {
  BOOST_TEST(refusal(delimiter("\r\n\r\n"), "a\r\n") ==
             R"(message ends with "\r\n", which would be read as the first bytes of the delimiter )"
             R"("\r\n\r\n")");
  BOOST_TEST(refusal(delimiter("aa"), "ba") != "");
  BOOST_TEST(refusal(delimiter("abcabcab"), "abc") != "");
}

BOOST_AUTO_TEST_CASE(a_message_that_ends_like_the_delimiter_begins_but_harmlessly_is_sent) {
  expect_round_trip(delimiter("\r\n\r\n"), {"a\r", "b\n", "\r\n\r"s + "x", "\n\r"});
  expect_round_trip(delimiter("--end"), {"--", "--en", "-"});
}

BOOST_AUTO_TEST_CASE(a_message_over_the_limit_is_refused) {
  BOOST_TEST(refusal(delimiter(";", {.max = 4}), "four") == "");
  BOOST_TEST(refusal(delimiter(";", {.max = 4}), "five5") == "message of 5 bytes, the limit is 4");
}

BOOST_AUTO_TEST_CASE(whatever_is_not_refused_is_read_as_it_was_sent) {
  for (const char* text : {"a", "aa", "aab", "aba", "abab", "abaab"}) {
    const DelimiterFraming framing = delimiter(text);
    std::vector<std::string> sent;
    for (std::string& message : random_messages(2, 120, 6, "ab")) {
      // Refused exactly when the end would be found before the message's own.
      const bool unclear = (message + text).find(text) != message.size();
      BOOST_TEST((refusal(framing, message) != "") == unclear, "'" << message << "' + " << text);
      if (!unclear) {
        sent.push_back(std::move(message));
      }
    }
    BOOST_TEST(sent.size() > 10U);
    expect_round_trip(framing, sent);
  }
}

BOOST_AUTO_TEST_SUITE_END()
