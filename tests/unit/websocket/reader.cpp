// The rules of RFC 6455 for frames and messages, each as a script of bytes.
#include "weir/websocket/reader.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "unit/websocket/script.hpp"

using namespace weir::websocket;
using namespace weir::test;
using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {
constexpr unsigned fin = 0x80;
constexpr unsigned text = 1;
constexpr unsigned binary = 2;
constexpr unsigned close_frame = 0x88;
constexpr unsigned ping_frame = 0x89;
constexpr unsigned pong_frame = 0x8A;

std::string close_payload(unsigned code, std::string_view reason) {
  return std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)}.append(reason);
}
}  // namespace

BOOST_AUTO_TEST_SUITE(reader)

BOOST_AUTO_TEST_CASE(the_examples_of_rfc_6455_section_5_7_are_read) {
  BOOST_TEST(client_sees("\x81\x05Hello") == "text:Hello");
  BOOST_TEST(server_sees("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58") == "text:Hello");
  BOOST_TEST(client_sees("\x01\x03Hel\x80\x02lo") == "text:Hello");
  BOOST_TEST(client_sees("\x89\x05Hello") == "ping:Hello");
  BOOST_TEST(server_sees("\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58") == "pong:Hello");
  const std::string medium(256, 'm');
  BOOST_TEST(client_sees("\x82\x7e\x01\x00"s + medium) == "binary:" + medium);
}

BOOST_AUTO_TEST_CASE(a_length_of_eight_bytes_is_read) {
  const std::string large(65536, 'l');
  const std::string frame = masked(fin | binary, large);
  BOOST_TEST(frame.substr(0, 10) == "\x82\xff\0\0\0\0\0\1\0\0"sv);
  BOOST_TEST((seen(Role::server, {frame}) == "binary:" + large));
  BOOST_TEST((seen(Role::server, {frame.substr(0, 7), frame.substr(7, 40000),
                                  frame.substr(40007)}) == "binary:" + large));
}

BOOST_AUTO_TEST_CASE(a_message_may_be_empty) {
  BOOST_TEST(client_sees("\x81\x00"sv) == "text:");
  BOOST_TEST(server_sees(masked(fin | binary, "")) == "binary:");
  BOOST_TEST(client_sees("\x01\x00\x00\x00\x80\x00"sv) == "text:");
  BOOST_TEST(client_sees("\x89\x00\x8a\x00"sv) == "ping: pong:");
}

BOOST_AUTO_TEST_CASE(lengths_at_the_borders_of_their_forms_are_read) {
  for (const std::size_t size : {1U, 3U, 4U, 7U, 8U, 15U, 16U, 17U, 31U, 33U, 125U, 126U, 127U}) {
    std::string payload(size, '\0');
    for (std::size_t i = 0; i < size; ++i) payload[i] = static_cast<char>(i * 7);
    BOOST_TEST(server_sees(masked(fin | binary, payload)) == "binary:" + payload);
  }
  for (const std::size_t size : {65535U, 65536U}) {
    const std::string payload(size, 'b');
    BOOST_TEST((seen(Role::client, {bare(fin | binary, payload)}) == "binary:" + payload));
  }
}

BOOST_AUTO_TEST_CASE(a_client_must_mask_and_a_server_must_not) {  // 5.1
  BOOST_TEST(server_sees(bare(fin | text, "a")) == "failed 1002:frame of a client without a mask");
  BOOST_TEST(client_sees(masked(fin | text, "a")) == "failed 1002:frame of a server with a mask");
  BOOST_TEST(server_sees(bare(ping_frame, "")) == "failed 1002:frame of a client without a mask");
}

BOOST_AUTO_TEST_CASE(reserved_bits_are_zero_without_an_extension) {  // 5.2
  for (const unsigned bits : {0x40U, 0x20U, 0x10U, 0x70U}) {
    for (const unsigned opcode : {text, binary, 8U, 9U, 10U}) {
      const std::string words = client_sees(bare(fin | bits | opcode, ""));
      BOOST_TEST(words.starts_with("failed 1002:"), words);
    }
  }
  BOOST_TEST(client_sees("\xc1"sv) == "failed 1002:RSV1 is set, and no compression was agreed on");
}

BOOST_AUTO_TEST_CASE(reserved_opcodes_are_refused_at_their_first_byte) {  // 5.2
  for (const unsigned opcode : {3U, 4U, 5U, 6U, 7U, 11U, 12U, 13U, 14U, 15U}) {
    const std::string first(1, static_cast<char>(fin | opcode));
    BOOST_TEST(server_sees(first) == "failed 1002:reserved opcode " + std::to_string(opcode));
  }
}

BOOST_AUTO_TEST_CASE(control_frames_are_short_and_whole) {  // 5.5
  const std::string longest(125, 'p');
  BOOST_TEST(server_sees(masked(ping_frame, longest)) == "ping:" + longest);
  for (const unsigned opcode : {8U, 9U, 10U}) {
    BOOST_TEST(server_sees(masked(fin | opcode, longest + "p")) ==
               "failed 1002:control frame of more than 125 bytes");
    BOOST_TEST(server_sees(masked(opcode, "")) == "failed 1002:fragmented control frame");
  }
}

BOOST_AUTO_TEST_CASE(control_frames_may_stand_between_fragments) {  // 5.4
  BOOST_TEST(server_sees(masked(text, "a") + masked(ping_frame, "p") + masked(0, "b") +
                         masked(pong_frame, "q") + masked(fin, "c") + masked(fin | text, "d")) ==
             "ping:p pong:q text:abc text:d");
  BOOST_TEST(server_sees(masked(text, "a") + masked(close_frame, close_payload(1000, ""))) ==
             "close 1000:");
}

BOOST_AUTO_TEST_CASE(a_continuation_continues_a_message) {  // 5.4
  BOOST_TEST(server_sees(masked(fin, "a")) == "failed 1002:continuation of no message");
  BOOST_TEST(server_sees(masked(0, "a")) == "failed 1002:continuation of no message");
  BOOST_TEST(server_sees(masked(fin | text, "a") + masked(fin, "b")) ==
             "text:a failed 1002:continuation of no message");
  for (const unsigned second : {text, binary, fin | text, fin | binary}) {
    BOOST_TEST(server_sees(masked(text, "a") + masked(second, "b")) ==
               "failed 1002:new message before the last one has ended");
  }
}

BOOST_AUTO_TEST_CASE(a_length_takes_its_shortest_form) {  // 5.2
  for (const auto& frame : {"\x82\x7e\x00\x00"s, "\x82\x7e\x00\x7d"s, "\x82\x7f\0\0\0\0\0\0\0\x7d"s,
                            "\x82\x7f\0\0\0\0\0\0\xff\xff"s}) {
    BOOST_TEST(client_sees(frame) == "failed 1002:frame length that is longer than it need be");
  }
}

BOOST_AUTO_TEST_CASE(a_length_has_63_bits) {  // 5.2
  BOOST_TEST(client_sees("\x82\x7f\x80\0\0\0\0\0\0\x01"s) ==
             "failed 1002:frame length with the highest bit set");
  BOOST_TEST(client_sees("\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"s) ==
             "failed 1009:frame of more than 1048576 bytes");
}

BOOST_AUTO_TEST_CASE(text_is_utf8_over_all_cuts_and_fragments) {  // 8.1
  const std::string good = "\xce\xba\xe1\xbd\xb9\xf0\x9f\x98\x80z";
  BOOST_TEST(server_sees(masked(fin | text, good)) == "text:" + good);
  for (std::size_t cut = 0; cut <= good.size(); ++cut) {
    BOOST_TEST(server_sees(masked(text, good.substr(0, cut)) + masked(fin, good.substr(cut))) ==
               "text:" + good);
  }
  BOOST_TEST(server_sees(masked(fin | text, "ab\xff")) == "failed 1007:text that is not UTF-8");
  BOOST_TEST(server_sees(masked(fin | text, "ab\xe1\xbd")) == "failed 1007:text that is not UTF-8");
  BOOST_TEST(server_sees(masked(text, "\xed") + masked(fin, "\xa0\x80")) ==
             "failed 1007:text that is not UTF-8");
  BOOST_TEST(server_sees(masked(fin | binary, "ab\xff")) == "binary:ab\xff");
  // The next message begins anew.
  BOOST_TEST(server_sees(masked(fin | binary, "\xe1") + masked(fin | text, "a")) ==
             "binary:\xe1 text:a");
}

BOOST_AUTO_TEST_CASE(text_fails_at_the_first_bad_byte) {  // 8.1
  // The rest of the frame never comes; what is there is enough.
  BOOST_TEST(server_sees(masked(fin | text, "ab\xf8" + std::string(50, 'x')).substr(0, 6 + 3)) ==
             "failed 1007:text that is not UTF-8");
  BOOST_TEST(server_sees(masked(text, "ab\xe0\x80").substr(0, 6 + 4)) ==
             "failed 1007:text that is not UTF-8");
  BOOST_TEST(server_sees(masked(fin | text, "ab\xe0\x80").substr(0, 6 + 3)) == " ...");
}

BOOST_AUTO_TEST_CASE(a_close_frame_has_a_code_and_a_reason_or_nothing) {  // 5.5.1, 7.1.5
  BOOST_TEST(server_sees(masked(close_frame, "")) == "close 1005:");
  BOOST_TEST(server_sees(masked(close_frame, close_payload(1000, ""))) == "close 1000:");
  BOOST_TEST(client_sees(bare(close_frame, close_payload(1001, "bye"))) == "close 1001:bye");
  BOOST_TEST(server_sees(masked(close_frame, "\x03")) ==
             "failed 1002:close frame with half a code");
  BOOST_TEST(server_sees(masked(close_frame, close_payload(1000, "\xff"))) ==
             "failed 1007:reason of a close frame that is not UTF-8");
  BOOST_TEST(server_sees(masked(close_frame, close_payload(1000, "\xe1\xbd"))) ==
             "failed 1007:reason of a close frame that is not UTF-8");
  const std::string longest(123, 'r');
  BOOST_TEST(server_sees(masked(close_frame, close_payload(4999, longest))) ==
             "close 4999:" + longest);
}

BOOST_AUTO_TEST_CASE(only_the_codes_of_section_7_4_are_taken) {
  for (unsigned code = 0; code <= 0xFFFF;
       code += code < 1100 || (code > 2900 && code < 5100) ? 1 : 97) {
    const bool valid = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
                       (code >= 3000 && code <= 4999);
    const std::string number = std::to_string(code);
    const std::string words = seen(Role::server, {masked(close_frame, close_payload(code, ""))});
    const std::string expected =
        valid ? "close " + number + ":" : "failed 1002:close frame with the code " + number;
    if (words != expected) BOOST_TEST(words == expected);
  }
}

BOOST_AUTO_TEST_CASE(what_comes_after_a_close_frame_or_a_failure_is_ignored) {  // 1.4, 7.1.7
  const std::string after = masked(fin | text, "a") + bare(0xFF, "nonsense");
  BOOST_TEST(server_sees(masked(close_frame, "") + after) == "close 1005:");
  BOOST_TEST(server_sees(masked(fin, "x") + after) == "failed 1002:continuation of no message");
}

BOOST_AUTO_TEST_CASE(a_stream_that_ends_in_a_message_is_known_to) {
  BOOST_TEST(server_sees(masked(text, "a")) == " ...");
  BOOST_TEST(server_sees(masked(fin | text, "abc").substr(0, 7)) == " ...");
  BOOST_TEST(server_sees("\x81"sv) == " ...");
  BOOST_TEST(server_sees("") == "");
}

BOOST_AUTO_TEST_CASE(a_whole_frame_without_a_mask_is_a_view_into_the_input) {
  Reader reader(Role::client);
  Scratch scratch;
  const std::string input = bare(fin | binary, "payload") + bare(fin | text, "");
  const Event event = reader.read(input, scratch);
  BOOST_TEST((event.payload.data() == input.data() + 2));
  BOOST_TEST(event.consumed == 9U);
  BOOST_TEST(event.last);
}

BOOST_AUTO_TEST_SUITE_END()
