// Content-Length: what a head may say, every way in which it may lie, and where it must end.
#include "weir/framing/content_length.hpp"

#include <boost/test/unit_test.hpp>
#include <stdexcept>

#include "unit/framing/script.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::string_literals;
using namespace std::string_view_literals;
using Kind = Decoded::Kind;

namespace {

constexpr const char* no_name = "no name of a header field";
constexpr const char* no_crlf = "CR without LF in the head";
constexpr const char* no_number = "Content-Length that is no number";
constexpr const char* other_charset = "charset that is not utf-8";
constexpr const char* no_parameter = "Content-Type with a parameter that is none";

void expect_malformed(std::string_view script, const std::string& words) {
  expect_error(content_length(), script, {}, Kind::malformed, words);
}

/// One message, "hi", with this Content-Type.
std::string typed(std::string_view type) {
  return "Content-Type: " + std::string(type) + "\r\nContent-Length: 2\r\n\r\nhi";
}

/// A head of `fields` fields and `size` bytes, for an empty message.
std::string head_of(std::size_t fields, std::size_t size) {
  std::string head = "Content-Length: 0\r\n";
  for (std::size_t i = 2; i < fields; ++i) head += "a:\r\n";
  head += "b:";
  head.append(size - head.size() - 4, 'x');
  return head + "\r\n\r\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(content_length_fields)

BOOST_AUTO_TEST_CASE(a_message_is_as_long_as_its_head_says) {
  expect_frames(content_length(),
                "Content-Length: 5\r\n\r\nhelloContent-Length: 0\r\n\r\n"
                "Content-Length: 3\r\n\r\n\r\n\0"sv,
                {"hello", "", "\r\n\0"s});
}

BOOST_AUTO_TEST_CASE(half_a_message_waits) {
  const std::string_view whole = "Content-Length: 5\r\n\r\nhell";
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    expect_frames(content_length(), whole.substr(0, size), {}, whole.substr(0, size));
  }
}

BOOST_AUTO_TEST_CASE(a_message_asks_for_its_bytes_and_no_more) {
  ContentLengthFraming framing = content_length();
  BOOST_TEST(framing.decode("Content-Length: 5\r\n\r").total() == 21U);
  BOOST_TEST(framing.decode("Content-Length: 5\r\n\r\n").total() == 26U);
  BOOST_TEST(framing.decode("Content-Length: 5\r\n\r\nhell").total() == 26U);
  BOOST_TEST(framing.decode("Content-Length: 5\r\n\r\nhello").payload() == "hello");
}

BOOST_AUTO_TEST_CASE(names_are_known_in_any_case_and_blanks_around_a_value_are_no_part) {
  expect_frames(content_length(), "CONTENT-LENGTH: 1\r\n\r\na", {"a"});
  expect_frames(content_length(), "content-length:1\r\n\r\na", {"a"});
  expect_frames(content_length(), "cOnTeNt-LeNgTh: \t 1 \t\r\n\r\na", {"a"});
}

BOOST_AUTO_TEST_CASE(other_fields_are_passed_over_in_any_order) {
  expect_frames(content_length(),
                "X-One: a: b\r\nContent-Length: 2\r\nx!#$%&'*+-.^_`|~9:\r\nContent-Lengths: 7"
                "\r\n\r\nhi",
                {"hi"});
}

BOOST_AUTO_TEST_CASE(a_charset_may_be_utf_8_and_nothing_else) {
  for (const char* type :
       {"application/vscode-jsonrpc; charset=utf-8", "application/vscode-jsonrpc; charset=utf8",
        "application/json;charset=UTF-8", "a/b; charset=\"utf-8\"",
        "a/b; q=\"x;\\\" y\"; charset=utf8", "a/b ; q=1 ;; CHARSET=Utf-8;", "a/b", ""}) {
    BOOST_TEST_CONTEXT(type) { expect_frames(content_length(), typed(type), {"hi"}); }
  }
  for (const char* type : {"a/b; charset=utf-16", "a/b; charset=latin1", "a/b; charset=utf-8x",
                           "a/b; charset=\"utf-8 \"", "a/b;q=1;charset=utf"}) {
    BOOST_TEST_CONTEXT(type) { expect_malformed(typed(type), other_charset); }
  }
  for (const char* type :
       {"a/b; charset=", "a/b; charset", "a/b; charset=\"utf-8", "a/b; =utf-8", "a/b; a b=c",
        "a/b; charset=utf-8 x", "a/b; charset =utf-8", "a/b; charset=\"\"", "a/b; x=\"\\"}) {
    BOOST_TEST_CONTEXT(type) { expect_malformed(typed(type), no_parameter); }
  }
  expect_malformed(typed("a/b; charset=utf-8; charset=utf-8"), "Content-Type with two charsets");
}

BOOST_AUTO_TEST_CASE(a_field_that_counts_stands_there_once) {
  for (const char* second : {"Content-Length: 5", "content-length: 5", "Content-Length: 6"}) {
    expect_malformed("Content-Length: 5\r\n"s + second + "\r\n\r\nhello",
                     "Content-Length given twice");
  }
  expect_malformed("Content-Type: a/b\r\n" + typed("a/b"), "Content-Type given twice");
}

BOOST_AUTO_TEST_CASE(a_head_without_a_length_is_none) {
  expect_malformed("\r\n", "head without Content-Length");
  expect_malformed("Content-Type: a/b\r\n\r\n", "head without Content-Length");
}

BOOST_AUTO_TEST_CASE(one_head_says_nothing_of_the_next) {
  expect_error(content_length(), "Content-Length: 1\r\n\r\naContent-Type: a/b\r\n\r\n", {"a"},
               Kind::malformed, "head without Content-Length");
  expect_error(content_length(), "Content-Length: 1\r\n\r\na\r\n", {"a"}, Kind::malformed,
               "head without Content-Length");
}

BOOST_AUTO_TEST_CASE(a_length_is_decimal_digits) {
  for (const char* value :
       {"", " ", "-1", "+1", "1 0", "1,1", "5, 5", "0x10", "1.0", "five", "1;"}) {
    BOOST_TEST_CONTEXT(value) {
      expect_malformed("Content-Length:"s + value + "\r\n\r\n", no_number);
    }
  }
  expect_frames(content_length(), "Content-Length: 002\r\n\r\nhi", {"hi"});
}

BOOST_AUTO_TEST_CASE(lines_end_with_crlf_and_nothing_else) {
  expect_malformed("Content-Length: 1\n\na", "header field that ends with LF alone");
  expect_malformed("Content-Length: 1\r\n\na", no_name);
  expect_malformed("Content-Length: 1\r\r\n\r\na", no_crlf);
  expect_malformed("Content-Length: 1\ra", no_crlf);
  expect_malformed("Content-Length: 1\r\n\ra", no_crlf);
}

BOOST_AUTO_TEST_CASE(a_name_is_a_token_with_its_colon_behind_it) {
  for (const char* head : {"Content-Length : 1\r\n", " Content-Length: 1\r\n", ": 1\r\n",
                           "Content-Length\r\n", "Content Length: 1\r\n", "{\"jsonrpc\":", "\n",
                           "a: b\r\n c: folded\r\n", "N\xc3\xa4me: 1\r\n"}) {
    BOOST_TEST_CONTEXT(head) { expect_malformed(head, no_name); }
  }
  expect_malformed("a\0b: 1\r\n"sv, no_name);
}

BOOST_AUTO_TEST_CASE(a_value_is_ascii_text) {
  for (const std::string_view head : {"X: \0\r\n"sv, "X: \x1b[0m\r\n"sv, "X: \x7f\r\n"sv,
                                      "X: \xc3\xa4\r\n"sv, "Content-Length: 1\0\r\n"sv}) {
    expect_malformed(head, "header field with a byte that is not text");
  }
}

BOOST_AUTO_TEST_CASE(a_mistake_is_found_at_its_first_byte) {
  BOOST_TEST(content_length().decode("GET ").mistake() == no_name);
  BOOST_TEST(content_length().decode("\x16").mistake() == no_name);
  BOOST_TEST(content_length().decode("Content-Length: 1\n").mistake() ==
             "header field that ends with LF alone");
  BOOST_TEST(content_length().decode("Content-Length: 1x\r\n").mistake() == no_number);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(content_length_limits)

BOOST_AUTO_TEST_CASE(a_message_of_exactly_the_limit_passes) {
  expect_frames(content_length({.max = 4}), "Content-Length: 4\r\n\r\nfour", {"four"});
}

BOOST_AUTO_TEST_CASE(one_byte_over_the_limit_is_refused_before_it_is_asked_for) {
  const Outcome outcome =
      expect_error(content_length({.max = 4}), "Content-Length: 5\r\nX: y\r\n\r\nfive5", {},
                   Kind::too_large, "frame of 5 bytes, the limit is 4");
  BOOST_TEST(outcome.asked <= "Content-Length: 5\r\n"sv.size());
}

BOOST_AUTO_TEST_CASE(a_length_that_no_integer_holds_is_too_large) {
  expect_error(content_length(), "Content-Length: 18446744073709551615\r\n", {}, Kind::too_large,
               "frame of 18446744073709551615 bytes, the limit is 1048576");
  expect_error(content_length({.max = 9}), "Content-Length: 18446744073709551616\r\n", {},
               Kind::too_large, "frame of more than 9 bytes, which is the limit");
  expect_error(content_length({.max = 9}), "Content-Length: " + std::string(1000, '9') + "\r\n", {},
               Kind::too_large, "frame of more than 9 bytes, which is the limit");
}

BOOST_AUTO_TEST_CASE(the_greatest_limit_there_is_does_not_overflow) {
  ContentLengthFraming framing = content_length(
      {.max = static_cast<std::size_t>(-1), .max_head = static_cast<std::size_t>(-1)});
  const std::string head = "Content-Length: " + std::to_string(FrameLimit::largest) + "\r\n\r\n";
  BOOST_TEST(framing.decode(head).total() == head.size() + FrameLimit::largest);
}

BOOST_AUTO_TEST_CASE(the_servers_limit_counts_where_none_was_chosen) {
  ContentLengthFraming framing = content_length();
  framing.set_default_max(2);
  expect_error(framing, "Content-Length: 3\r\n", {}, Kind::too_large,
               "frame of 3 bytes, the limit is 2");
  ContentLengthFraming chosen = content_length({.max = 3});
  chosen.set_default_max(2);
  expect_frames(chosen, "Content-Length: 3\r\n\r\nabc", {"abc"});
}

BOOST_AUTO_TEST_CASE(a_head_has_an_end) {
  const ContentLengthFraming framing = content_length({.max_head = 64});
  const char* words = "head of more than 64 bytes";
  expect_frames(framing, head_of(2, 64) + head_of(2, 64), {"", ""});
  expect_error(framing, head_of(2, 64) + head_of(2, 65), {""}, Kind::malformed, words);
  const Outcome outcome = expect_error(framing, std::string(1000, 'x'), {}, Kind::malformed, words);
  BOOST_TEST(outcome.asked <= 64U);
  expect_error(content_length(), std::string(5000, 'x'), {}, Kind::malformed,
               "head of more than 4096 bytes");
}

BOOST_AUTO_TEST_CASE(a_head_has_16_fields_at_most) {
  expect_frames(content_length(), head_of(16, 100) + head_of(16, 100), {"", ""});
  expect_malformed(head_of(17, 100), "more than 16 header fields");
}

BOOST_AUTO_TEST_CASE(a_head_that_our_own_frames_do_not_fit_is_a_mistake_of_the_program) {
  BOOST_CHECK_EXCEPTION(static_cast<void>(content_length({.max_head = 39})), std::invalid_argument,
                        [](const auto& error) {
                          return error.what() ==
                                 "weir::content_length: a head of 39 bytes, it takes 40 or more"sv;
                        });
  BOOST_CHECK_NO_THROW(static_cast<void>(content_length({.max_head = 40})));
}

BOOST_AUTO_TEST_CASE(no_byte_is_looked_at_twice) {
  ContentLengthFraming framing = content_length({.max = 1000, .max_head = 200'000});
  std::string input = "Content-Length: 1000\r\nX: ";
  while (input.size() < 100'000) {
    input.push_back('x');
    BOOST_REQUIRE((framing.decode(input).kind() == Kind::need_more));
  }
  input[0] = '\0';
  input += "\r\n\r\n";
  BOOST_TEST(framing.decode(input).total() == input.size() + 1000);
  input[1] = '\0';
  BOOST_TEST(framing.decode(input).total() == input.size() + 1000);
}

BOOST_AUTO_TEST_CASE(an_error_is_not_remembered) {
  ContentLengthFraming framing = content_length();
  BOOST_TEST(
      (framing.decode("Content-Length: 5\r\nContent-Length: 5\r\n").kind() == Kind::malformed));
  BOOST_TEST(framing.decode("Content-Length: 2\r\n\r\nhi").payload() == "hi");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(content_length_encode)

BOOST_AUTO_TEST_CASE(what_is_sent_says_its_length_and_no_more) {
  Buffer output;
  BOOST_TEST(content_length().encode("hello", output).ok());
  BOOST_TEST(content_length().encode("", output).ok());
  BOOST_TEST(output.view() == "Content-Length: 5\r\n\r\nhelloContent-Length: 0\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(a_message_over_the_limit_is_refused) {
  BOOST_TEST(refusal(content_length({.max = 4}), "four") == "");
  BOOST_TEST(refusal(content_length({.max = 4}), "five5") == "message of 5 bytes, the limit is 4");
}

BOOST_AUTO_TEST_CASE(whatever_is_sent_is_read_as_it_was_sent) {
  expect_round_trip(content_length({.max_head = 40}),
                    {"", "\r\n\r\n", "Content-Length: 1\r\n\r\n"});
  expect_round_trip(content_length(), random_messages(11, 20, 40));
}

BOOST_AUTO_TEST_CASE(whatever_comes_is_the_same_in_any_cut) {
  int mistakes = 0;
  for (const std::string& tail : random_messages(12, 300, 30, "\r\n:; 019aX")) {
    mistakes +=
        expect_same_in_any_cut(content_length(), "Content-Length: " + tail).end != Kind::need_more
            ? 1
            : 0;
  }
  BOOST_TEST(mistakes > 20);
}

BOOST_AUTO_TEST_SUITE_END()
