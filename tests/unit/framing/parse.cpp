// The command line's spelling of a framing, right and wrong, and the framing that holds any.
#include "weir/framing/parse.hpp"

#include <boost/test/unit_test.hpp>

#include "unit/framing/script.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::string_literals;
using namespace std::string_view_literals;
using Kind = Decoded::Kind;

namespace {

/// What the framing `text` makes of `message`; the error, when there is one.
std::string sent(std::string_view text, std::string_view message) {
  const Result<AnyFraming> framing = parse_framing(text);
  if (!framing.ok()) {
    return framing.error().message;
  }
  Buffer output;
  const Status status = framing.value().encode(message, output);
  return status.ok() ? std::string(output.view()) : status.error().message;
}

void expect_wrong(std::string_view text, std::string_view message) {
  const Result<AnyFraming> framing = parse_framing(text);
  BOOST_TEST(!framing.ok(), text << " was taken");
  if (!framing.ok()) {
    BOOST_TEST(framing.error().message == message);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(parse)

BOOST_AUTO_TEST_CASE(every_framing_has_a_spelling) {
  BOOST_TEST(sent("raw", "a") == "a");
  BOOST_TEST(sent("lines", "a") == "a\n");
  BOOST_TEST(sent("lines:crlf", "a") == "a\r\n");
  BOOST_TEST(sent("fixed:1", "a") == "a");
  BOOST_TEST(sent("fixed:16", "a") == "message of 1 byte, each is 16");
  BOOST_TEST(sent("length:1", "a") == "\1a");
  BOOST_TEST(sent("length:2", "a") == "\0\1a"sv);
  BOOST_TEST(sent("length:4", "a") == "\0\0\0\1a"sv);
  BOOST_TEST(sent("length:8", "a") == "\0\0\0\0\0\0\0\1a"sv);
  BOOST_TEST(sent("length:4:little", "a") == "\1\0\0\0a"sv);
  BOOST_TEST(sent("length:4:self", "a") == "\0\0\0\5a"sv);
  BOOST_TEST(sent("length:2:little:self", "a") == "\3\0a"sv);
  BOOST_TEST(sent("length:2:self:little", "a") == "\3\0a"sv);
  BOOST_TEST(sent("length:varint", std::string(128, 'a')).substr(0, 3) == "\x80\1a");
  BOOST_TEST(sent("headers", "a") == "Content-Length: 1\r\n\r\na");
  BOOST_TEST(sent("delimiter:;", "a") == "a;");
}

BOOST_AUTO_TEST_CASE(a_delimiter_is_written_with_the_escapes_of_c) {
  BOOST_TEST(sent(R"(delimiter:\r\n\r\n)", "") == "\r\n\r\n");
  BOOST_TEST(sent(R"(delimiter:\x00)", "") == "\0"sv);
  BOOST_TEST(sent(R"(delimiter:\0)", "") == "\0"sv);
  BOOST_TEST(sent(R"(delimiter:\a\b\f\t\v\\\"\'\?)", "") == "\a\b\f\t\v\\\"'?");
  BOOST_TEST(sent(R"(delimiter:\x1\x0dA\xFf)", "") == "\x01\x0d"s + "A\xff");
  BOOST_TEST(sent(R"(delimiter:\1\0129\377)", "") == "\001\0129\377");
  BOOST_TEST(sent("delimiter::a:", "") == ":a:");
  BOOST_TEST(sent("delimiter: \n", "") == " \n");
}

BOOST_AUTO_TEST_CASE(an_unknown_framing_names_the_known_ones) {
  constexpr std::string_view known =
      "raw, lines, fixed:N, length:1|2|4|8, length:varint, headers or delimiter:TEXT";
  expect_wrong("", "framing '': unknown framing; expected "s.append(known));
  expect_wrong("line", "framing 'line': unknown framing; expected "s.append(known));
  expect_wrong("LINES", "framing 'LINES': unknown framing; expected "s.append(known));
  expect_wrong(":", "framing ':': unknown framing; expected "s.append(known));
  expect_wrong(" raw", "framing ' raw': unknown framing; expected "s.append(known));
}

BOOST_AUTO_TEST_CASE(nothing_stands_behind_what_takes_nothing) {
  expect_wrong("raw:1", "framing 'raw:1': raw takes nothing behind it; expected raw");
  expect_wrong("raw:", "framing 'raw:': raw takes nothing behind it; expected raw");
  expect_wrong("headers:", "framing 'headers:': headers takes nothing behind it; expected headers");
  constexpr std::string_view right = "lines take nothing but crlf; expected lines or lines:crlf";
  for (const std::string text : {"lines:", "lines:lf", "lines:crlf:", "lines:CRLF"}) {
    expect_wrong(text, "framing '" + text + "': " + std::string(right));
  }
}

BOOST_AUTO_TEST_CASE(a_wrong_size_says_what_is_wrong_with_it) {
  const auto wrong = [](const std::string& text, const std::string& reason) {
    expect_wrong(text,
                 "framing '" + text + "': " + reason + "; expected fixed:N, such as fixed:16");
  };
  wrong("fixed", "the size is missing");
  wrong("fixed:", "the size is missing");
  wrong("fixed:0", "the size is 0");
  wrong("fixed:99999999999999999999", "the size is too big");
  for (const char* number : {"x", "-1", "+1", " 1", "1 ", "1k", "0x10", "1:2", "1.5"}) {
    wrong("fixed:"s + number, "the size is no number");
  }
}

BOOST_AUTO_TEST_CASE(a_wrong_length_says_what_is_wrong_with_it) {
  const auto wrong = [](const std::string& text, const std::string& reason) {
    expect_wrong(text, "framing '" + text + "': " + reason +
                           "; expected length:1|2|4|8 with :little or :self behind it, or "
                           "length:varint");
  };
  wrong("length", "the size of the length is missing");
  for (const char* size : {"", "0", "3", "16", "44", "x", "Varint", "+4", "124"}) {
    wrong("length:"s + size, "a length has 1, 2, 4 or 8 bytes, or is a varint");
  }
  wrong("length:4:big", "'big' is unknown behind a length");
  wrong("length:4:", "'' is unknown behind a length");
  wrong("length:4:little:little", "'little' stands there twice");
  wrong("length:4:self:self", "'self' stands there twice");
  wrong("length:varint:self", "a varint takes nothing behind it");
  wrong("length:varint:", "a varint takes nothing behind it");
}

BOOST_AUTO_TEST_CASE(a_wrong_delimiter_says_what_is_wrong_with_it) {
  const auto wrong = [](const std::string& text, const std::string& reason) {
    expect_wrong(text, "framing '" + text + "': " + reason +
                           R"(; expected delimiter:TEXT, such as delimiter:\r\n\r\n or )"
                           R"(delimiter:\x00)");
  };
  wrong("delimiter", "the delimiter is empty");
  wrong("delimiter:", "the delimiter is empty");
  wrong(R"(delimiter:a\)", "a backslash stands at the end");
  wrong(R"(delimiter:\q)", R"(cannot read the escape \q)");
  wrong(R"(delimiter:\x)", R"(cannot read the escape \x)");
  wrong(R"(delimiter:\xg0)", R"(cannot read the escape \x)");
  wrong(R"(delimiter:\400)", R"(cannot read the escape \4)");
  wrong(R"(delimiter:\8)", R"(cannot read the escape \8)");
}

BOOST_AUTO_TEST_CASE(a_wrong_spelling_stays_one_line_that_a_terminal_can_show) {
  const Result<AnyFraming> framing = parse_framing("a\nb\x1b[2J"s + std::string(1000, 'x'));
  const std::string& message = framing.error().message;
  BOOST_TEST(message.starts_with(R"(framing 'a\nb\x1b[2Jxxx)"));
  BOOST_TEST(message.size() < 300U);
  BOOST_TEST(message.find_first_of("\n\x1b") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(any)

BOOST_AUTO_TEST_CASE(it_frames_as_the_one_it_holds) {
  expect_frames(AnyFraming(lines()), "a\r\nb\n", {"a", "b"});
  expect_frames(AnyFraming(delimiter("--")), "a--b--", {"a", "b"});
  expect_frames(AnyFraming(fixed(2)), "abcd", {"ab", "cd"});
  expect_frames(AnyFraming(length_prefix(1)), "\1a\1b", {"a", "b"});
  expect_frames(AnyFraming(content_length()), "Content-Length: 1\r\n\r\na", {"a"});
  BOOST_TEST(AnyFraming(raw()).decode("abc").payload() == "abc");
  expect_round_trip(AnyFraming(length_prefix({.varint = true})), random_messages(5, 20, 20));
}

BOOST_AUTO_TEST_CASE(it_hands_the_servers_limit_to_those_that_have_one) {
  const char* endless = "frame of more than 2 bytes, which is the limit";
  for (const auto& [text, script, mistake] :
       {std::tuple{"lines", "abc\n", endless}, std::tuple{"delimiter:;", "abc;", endless},
        std::tuple{"length:1", "\3abc", "frame of 3 bytes, the limit is 2"},
        std::tuple{"headers", "Content-Length: 3\r\n", "frame of 3 bytes, the limit is 2"}}) {
    AnyFraming framing = parse_framing(text).take();
    framing.set_default_max(2);
    expect_error(framing, script, {}, Kind::too_large, mistake);
  }
  AnyFraming all = parse_framing("fixed:3").take();
  all.set_default_max(2);
  expect_frames(all, "abc", {"abc"});
}

BOOST_AUTO_TEST_CASE(whatever_comes_is_the_same_in_any_cut) {
  constexpr std::string_view bytes = "\0\0\0\0\0\0\0\0\1\2\4\x80\r\r\n\naaab"sv;
  for (const char* text : {"lines", R"(delimiter:\r\n)", "delimiter:aa", "fixed:3", "length:1",
                           "length:1:self", "length:2:little", "length:4", "length:varint"}) {
    AnyFraming framing = parse_framing(text).take();
    framing.set_default_max(3);
    int frames = 0;
    int mistakes = 0;
    for (const std::string& script : random_messages(7, 500, 16, bytes)) {
      const Outcome outcome = expect_same_in_any_cut(framing, script);
      frames += static_cast<int>(outcome.frames.size());
      mistakes += outcome.end != Kind::need_more ? 1 : 0;
    }
    // The scripts are of some use: both happens.
    BOOST_TEST(frames > 5, text);
    BOOST_TEST((mistakes > 5) == (text != "fixed:3"sv), text);
  }
}

BOOST_AUTO_TEST_CASE(a_copy_has_a_state_of_its_own) {
  AnyFraming first(lines());
  BOOST_TEST((first.decode("ab").kind() == Kind::need_more));
  AnyFraming second = first;
  BOOST_TEST(first.decode("ab\n").payload() == "ab");
  BOOST_TEST(second.decode("abc\n").payload() == "abc");
  BOOST_TEST(first.decode("x\n").payload() == "x");
}

BOOST_AUTO_TEST_SUITE_END()
