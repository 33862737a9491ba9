// Length prefixes: every size, both orders, varints, and lengths that lie.
#include "weir/framing/length_prefix.hpp"

#include <boost/test/unit_test.hpp>
#include <stdexcept>

#include "unit/framing/script.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::string_view_literals;
using Kind = Decoded::Kind;

namespace {

std::string frame_of(const LengthPrefixOptions& options, std::string_view message) {
  Buffer output;
  BOOST_TEST(length_prefix(options).encode(message, output).ok());
  return std::string(output.view());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(length)

BOOST_AUTO_TEST_CASE(four_bytes_most_significant_first_unless_told_otherwise) {
  expect_frames(length_prefix(), "\0\0\0\5hello\0\0\0\0\0\0\0\1!"sv, {"hello", "", "!"});
  BOOST_TEST(frame_of({}, "hello") == "\0\0\0\5hello"sv);
}

BOOST_AUTO_TEST_CASE(a_length_has_1_2_4_or_8_bytes) {
  expect_frames(length_prefix(1), "\5hello\0\1!"sv, {"hello", "", "!"});
  expect_frames(length_prefix(2), "\0\5hello\0\0\0\1!"sv, {"hello", "", "!"});
  expect_frames(length_prefix(4), "\0\0\0\5hello\0\0\0\0\0\0\0\1!"sv, {"hello", "", "!"});
  expect_frames(length_prefix(8), "\0\0\0\0\0\0\0\5hello\0\0\0\0\0\0\0\0"sv, {"hello", ""});
  for (const std::size_t bytes : {0U, 3U, 5U, 16U, 256U, 260U}) {
    const std::string words = "weir::length_prefix: a length of " + std::to_string(bytes) +
                              " bytes, it takes 1, 2, 4 or 8";
    BOOST_CHECK_EXCEPTION(static_cast<void>(length_prefix(bytes)), std::invalid_argument,
                          [&](const auto& error) { return error.what() == words; });
  }
}

BOOST_AUTO_TEST_CASE(a_length_may_begin_with_its_least_significant_byte) {
  const auto little = [](std::size_t bytes) {
    return length_prefix({.bytes = bytes, .order = ByteOrder::little});
  };
  expect_frames(little(1), "\5hello"sv, {"hello"});
  expect_frames(little(2), "\5\0hello"sv, {"hello"});
  expect_frames(little(4), "\5\0\0\0hello"sv, {"hello"});
  expect_frames(little(8), "\5\0\0\0\0\0\0\0hello"sv, {"hello"});
}

BOOST_AUTO_TEST_CASE(every_byte_of_a_length_counts) {
  const std::string message(0x010203, 'x');
  BOOST_TEST(frame_of({}, message).substr(0, 4) == "\0\1\2\3"sv);
  BOOST_TEST(frame_of({.bytes = 8}, message).substr(0, 8) == "\0\0\0\0\0\1\2\3"sv);
  BOOST_TEST(frame_of({.order = ByteOrder::little}, message).substr(0, 4) == "\3\2\1\0"sv);
  BOOST_TEST(frame_of({.varint = true}, message).substr(0, 3) == "\x83\x84\x04"sv);
  for (const LengthPrefixOptions& options :
       {LengthPrefixOptions{}, LengthPrefixOptions{.bytes = 8},
        LengthPrefixOptions{.order = ByteOrder::little}, LengthPrefixOptions{.varint = true}}) {
    const std::string bytes = frame_of(options, message);
    BOOST_TEST(length_prefix(options).decode(bytes).payload().size() == message.size());
  }
}

BOOST_AUTO_TEST_CASE(a_length_may_count_itself) {
  const LengthPrefixFraming framing = length_prefix({.bytes = 2, .counts_itself = true});
  expect_frames(framing, "\0\7hello\0\2"sv, {"hello", ""});
  expect_frames(length_prefix({.counts_itself = true}), "\0\0\0\5x"sv, {"x"});
  BOOST_TEST(frame_of({.bytes = 2, .counts_itself = true}, "hello") == "\0\7hello"sv);
}

BOOST_AUTO_TEST_CASE(a_length_that_counts_itself_is_no_less_than_its_own_bytes) {
  expect_error(length_prefix({.bytes = 2, .counts_itself = true}), "\0\2\0\1x"sv, {""},
               Kind::malformed, "length of 1, which counts its own 2 bytes");
  expect_error(length_prefix({.bytes = 1, .counts_itself = true}), "\0"sv, {}, Kind::malformed,
               "length of 0, which counts its own 1 byte");
}

BOOST_AUTO_TEST_CASE(nothing_is_asked_for_that_the_length_does_not_say) {
  const Outcome outcome = expect_frames(length_prefix(4), "\0\0\0\5hel"sv, {}, "\0\0\0\5hel"sv);
  BOOST_TEST(outcome.asked == 9U);
}

BOOST_AUTO_TEST_CASE(a_message_of_exactly_the_limit_passes) {
  for (const std::size_t bytes : {1U, 2U, 4U, 8U}) {
    expect_round_trip(length_prefix({.bytes = bytes, .max = 5}), {"hello", "12345"});
  }
  expect_round_trip(length_prefix({.varint = true, .max = 5}), {"hello", "12345"});
  // The limit is of the message: what frames it does not count.
  expect_round_trip(length_prefix({.counts_itself = true, .max = 5}), {"hello"});
}

BOOST_AUTO_TEST_CASE(one_byte_over_the_limit_ends_the_stream_before_it_is_asked_for) {
  const char* words = "frame of 6 bytes, the limit is 5";
  const auto limited = [&](const LengthPrefixOptions& options, std::string_view script) {
    const Outcome outcome =
        expect_error(length_prefix(options), script, {}, Kind::too_large, words);
    BOOST_TEST(outcome.asked <= 8U);
  };
  limited({.bytes = 1, .max = 5}, "\6"sv);
  limited({.bytes = 2, .max = 5}, "\0\6"sv);
  limited({.bytes = 4, .max = 5}, "\0\0\0\6"sv);
  limited({.bytes = 8, .max = 5}, "\0\0\0\0\0\0\0\6"sv);
  limited({.order = ByteOrder::little, .max = 5}, "\6\0\0\0"sv);
  limited({.counts_itself = true, .max = 5}, "\0\0\0\x0a"sv);
  limited({.varint = true, .max = 5}, "\6"sv);
}

BOOST_AUTO_TEST_CASE(the_greatest_length_there_is_asks_for_nothing) {
  const std::string_view ones = "\xff\xff\xff\xff\xff\xff\xff\xff";
  const std::string_view half = "\x80\0\0\0\0\0\0\0"sv;
  const auto refused = [](const LengthPrefixOptions& options, std::string_view script,
                          const std::string& size, const std::string& limit) {
    const Outcome outcome = expect_error(length_prefix(options), script, {}, Kind::too_large,
                                         "frame of " + size + " bytes, the limit is " + limit);
    BOOST_TEST(outcome.asked <= 10U);
  };
  constexpr auto unlimited = static_cast<std::size_t>(-1);
  refused({.bytes = 8}, ones, "18446744073709551615", "1048576");
  refused({.bytes = 8}, half, "9223372036854775808", "1048576");
  refused({.bytes = 8, .max = unlimited}, ones, "18446744073709551615", "9223372036854775807");
  refused({.bytes = 8, .max = unlimited}, half, "9223372036854775808", "9223372036854775807");
  refused({.bytes = 8, .counts_itself = true}, ones, "18446744073709551607", "1048576");
  refused({.bytes = 4}, ones.substr(0, 4), "4294967295", "1048576");
  refused({.varint = true}, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "18446744073709551615",
          "1048576");
  refused({.varint = true, .max = unlimited}, "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
          "9223372036854775808", "9223372036854775807");
}

BOOST_AUTO_TEST_CASE(the_greatest_limit_there_is_does_not_overflow) {
  // A length that passes, with a prefix that would carry the sum past the end of size_t.
  LengthPrefixFraming framing = length_prefix({.bytes = 8, .max = static_cast<std::size_t>(-1)});
  const Decoded decoded = framing.decode("\x7f\xff\xff\xff\xff\xff\xff\xff payload");
  BOOST_TEST((decoded.kind() == Kind::need_more));
  BOOST_TEST(decoded.total() == 0x7fffffffffffffffU + 8U);
}

BOOST_AUTO_TEST_CASE(the_servers_limit_counts_where_none_was_chosen) {
  for (const std::size_t bytes : {4U, 2U}) {
    LengthPrefixFraming framing = length_prefix(bytes);
    framing.set_default_max(2);
    const std::string script =
        std::string(bytes - 1, '\0') + "\2ab" + std::string(bytes - 1, '\0') + "\3abc";
    expect_error(framing, script, {"ab"}, Kind::too_large, "frame of 3 bytes, the limit is 2");
    BOOST_TEST(refusal(framing, "abc") == "message of 3 bytes, the limit is 2");
    LengthPrefixFraming chosen = length_prefix({.bytes = bytes, .max = 3});
    chosen.set_default_max(2);
    expect_frames(chosen, script, {"ab", "abc"});
  }
}

BOOST_AUTO_TEST_CASE(a_varint_is_as_protobuf_writes_it) {
  const LengthPrefixFraming framing = length_prefix({.varint = true});
  expect_frames(framing, "\5hello\0\1!"sv, {"hello", "", "!"});
  const std::string message(300, 'x');
  BOOST_TEST(frame_of({.varint = true}, message).substr(0, 2) == "\xac\x02");
  expect_round_trip(framing, {std::string(127, 'a'), std::string(128, 'b'), message});
}

BOOST_AUTO_TEST_CASE(a_varint_longer_than_it_need_be_is_malformed) {
  const LengthPrefixFraming framing = length_prefix({.varint = true});
  const char* words = "varint that is longer than it need be";
  expect_error(framing, "\1x\x80\0"sv, {"x"}, Kind::malformed, words);
  expect_error(framing, "\x81\x80\0"sv, {}, Kind::malformed, words);
  expect_error(framing, "\x80\x80\x80\x80\x80\x80\x80\x80\x80\0"sv, {}, Kind::malformed, words);
}

BOOST_AUTO_TEST_CASE(a_varint_of_more_than_64_bits_is_malformed) {
  const LengthPrefixFraming framing = length_prefix({.varint = true});
  const char* words = "varint of more than 64 bits";
  expect_error(framing, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", {}, Kind::malformed, words);
  const Outcome outcome =
      expect_error(framing, std::string(40, '\x80'), {}, Kind::malformed, words);
  BOOST_TEST(outcome.asked <= 10U);
}

BOOST_AUTO_TEST_CASE(a_varint_cannot_count_itself) {
  const LengthPrefixOptions options{.varint = true, .counts_itself = true};
  BOOST_CHECK_EXCEPTION(
      static_cast<void>(length_prefix(options)), std::invalid_argument, [](const auto& error) {
        return error.what() ==
               "weir::length_prefix: a varint cannot count itself, its size would "
               "depend on its value"sv;
      });
}

BOOST_AUTO_TEST_CASE(a_message_that_the_length_cannot_say_is_refused) {
  BOOST_TEST(refusal(length_prefix(1), std::string(255, 'x')) == "");
  BOOST_TEST(refusal(length_prefix(1), std::string(256, 'x')) ==
             "message of 256 bytes, a length of 1 byte says at most 255");
  BOOST_TEST(refusal(length_prefix(2), std::string(65535, 'x')) == "");
  BOOST_TEST(refusal(length_prefix(2), std::string(65536, 'x')) ==
             "message of 65536 bytes, a length of 2 bytes says at most 65535");
  const LengthPrefixFraming itself = length_prefix({.bytes = 1, .counts_itself = true});
  BOOST_TEST(refusal(itself, std::string(254, 'x')) == "");
  BOOST_TEST(refusal(itself, std::string(255, 'x')) ==
             "message of 255 bytes, a length of 1 byte says at most 254");
}

BOOST_AUTO_TEST_CASE(a_message_over_the_limit_is_refused) {
  const std::string at_limit(default_max_frame, 'x');
  BOOST_TEST(refusal(length_prefix(4), at_limit) == "");
  BOOST_TEST(refusal(length_prefix(4), at_limit + 'x') ==
             "message of 1048577 bytes, the limit is 1048576");
  BOOST_TEST(refusal(length_prefix({.bytes = 1, .max = 4}), "five5") ==
             "message of 5 bytes, the limit is 4");
}

BOOST_AUTO_TEST_CASE(what_is_sent_is_what_is_read) {
  const auto messages = random_messages(4, 30, 40);
  for (const std::size_t bytes : {1U, 2U, 4U, 8U}) {
    for (const ByteOrder order : {ByteOrder::big, ByteOrder::little}) {
      for (const bool itself : {false, true}) {
        expect_round_trip(length_prefix({.bytes = bytes, .order = order, .counts_itself = itself}),
                          messages);
      }
    }
  }
  expect_round_trip(length_prefix({.varint = true}), messages);
}

BOOST_AUTO_TEST_CASE(an_http_request_is_named_with_its_absurd_length) {
  // "GET " as a number, which has puzzled many a user of a length prefix.
  constexpr std::string_view input = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  BOOST_TEST(length_prefix(4).decode(input).mistake() ==
             "frame of 1195725856 bytes, the limit is 1048576");
  BOOST_TEST(describe_input(input) == R"(it begins "GET / HTTP/1.1\r\n"...; an HTTP request?)");
}

BOOST_AUTO_TEST_SUITE_END()
