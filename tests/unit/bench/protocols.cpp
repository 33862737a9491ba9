// What each protocol of weir-bench sends, takes and refuses.
#include <boost/test/unit_test.hpp>
#include <string>

#include "client/protocols/protocols.hpp"
#include "unit/bench/answering.hpp"

using namespace weir::test;
using weir::bench::make_dialect;
using weir::bench::Protocol;
using namespace std::string_literals;

namespace {

// --- JSON-RPC

std::string framed(const std::string& text) {
  return "\0\0\0"s + static_cast<char>(text.size()) + text;
}

std::string added(unsigned id, unsigned result) {
  return framed(R"({"jsonrpc":"2.0","result":)" + std::to_string(result) +
                ",\"id\":" + std::to_string(id) + "}");
}

// --- HTTP

const std::string hello = "HTTP/1.1 200 OK\r\nDate: now\r\ncontent-length: 5\r\n\r\nhello";
const std::string chunked =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n"
    "5;x=y\r\nhello\r\n00a\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n";

// --- WebSocket

/// The payload of a masked frame with a length of one byte.
std::string unmasked(const std::string& frame) {
  auto payload = frame.substr(6);
  for (std::size_t i = 0; i < payload.size(); ++i) {
    payload[i] = static_cast<char>(payload[i] ^ frame[2 + i % 4]);
  }
  return payload;
}

std::string frame(int first, const std::string& payload) {
  return static_cast<char>(first) + (static_cast<char>(payload.size()) + payload);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bench_protocols)

BOOST_AUTO_TEST_CASE(raw_bytes_come_back_wherever_they_are_cut) {
  const auto dialect = make_dialect(shaped(Protocol::raw));
  BOOST_TEST(dialect->opening() == "");
  BOOST_TEST(dialect->closing() == "");
  BOOST_TEST(sent(*dialect, 0).size() == 5U);
  expect_answers(*dialect, sent(*dialect, 0) + sent(*dialect, 1) + sent(*dialect, 2), 3, 15);
}

BOOST_AUTO_TEST_CASE(a_wrong_byte_of_an_echo_is_named) {
  for (const auto protocol : {Protocol::raw, Protocol::length4}) {
    const auto dialect = make_dialect(shaped(protocol));
    const auto right = sent(*dialect, 0) + sent(*dialect, 1);
    const auto size = right.size() / 2;
    for (std::size_t at = 0; at < right.size(); ++at) {
      auto wrong = right;
      wrong[at] = static_cast<char>(wrong[at] ^ 1);
      expect_failure(*dialect, wrong, 2,
                     "reply " + std::to_string(at / size + 1) +
                         " is not what its message asks for, from byte " +
                         std::to_string(at % size) + " on");
    }
  }
}

BOOST_AUTO_TEST_CASE(an_echo_of_another_message_does_not_pass) {
  const auto dialect = make_dialect(shaped(Protocol::raw));
  expect_failure(*dialect, sent(*dialect, 1), 3, "reply 1 is not");
  expect_failure(*dialect, sent(*dialect, 0) + sent(*dialect, 0), 3, "reply 2 is not");
  expect_failure(*dialect, sent(*dialect, 0) + sent(*dialect, 1), 1, "more than it was asked for");
}

BOOST_AUTO_TEST_CASE(a_script_goes_round_and_each_message_keeps_its_answer) {
  const auto dialect = make_dialect(shaped(Protocol::length4));
  const auto answers = dialect->answers(0);
  std::uint64_t started = 0;
  for (std::size_t round = 0; round < 5 * dialect->script().period(); ++round) {
    started += 2;
    const auto both = sent(*dialect, 2 * round) + sent(*dialect, 2 * round + 1);
    BOOST_REQUIRE_EQUAL(answers->take({both.data(), 7}, started).messages, 0U);
    BOOST_REQUIRE_EQUAL(answers->take({both.data() + 7, both.size() - 7}, started).messages, 2U);
  }
}

BOOST_AUTO_TEST_CASE(calls_may_be_answered_in_any_order_once_each) {
  auto options = shaped(Protocol::json_rpc);
  options.size = weir::bench::json_rpc_call_size();
  const auto dialect = make_dialect(options);
  const auto first = added(100'000, 100'007);
  const auto second = added(100'001, 100'008);
  const auto third = added(100'002, 100'009);
  expect_answers(*dialect, third + first + second, 3, 3 * options.size);
  expect_failure(*dialect, first + first, 3, "nothing waits for");
  expect_failure(*dialect, first + "\0"s, 1, "more than it was asked for");
  expect_failure(*dialect, third, 2, "nothing waits for");
  expect_failure(*dialect, added(100'000, 100'008), 1, "a wrong answer");
  expect_failure(*dialect, "\1\0\0\0"s, 1, "an answer of 16777216 bytes");
}

BOOST_AUTO_TEST_CASE(a_key_is_set_and_then_read) {
  auto options = shaped(Protocol::resp);
  options.reads = 2;
  const auto dialect = make_dialect(options);
  const auto set = sent(*dialect, 0);
  BOOST_REQUIRE_EQUAL(set.size(), 48U);
  const auto value = set.substr(41, 5);
  BOOST_TEST(set == "*3\r\n$3\r\nSET\r\n$17\r\nweir-bench:000000\r\n$5\r\n" + value + "\r\n");
  BOOST_TEST(sent(*dialect, 1) == "*2\r\n$3\r\nGET\r\n$17\r\nweir-bench:000000\r\n");
  BOOST_TEST(sent(*dialect, 2) == sent(*dialect, 1));
  BOOST_TEST(sent(*dialect, 3).starts_with("*3\r\n$3\r\nSET\r\n$17\r\nweir-bench:000001\r\n$5"));
  const auto read = "$5\r\n" + value + "\r\n";
  expect_answers(*dialect, "+OK\r\n" + read + read, 3, 15);
  expect_failure(*dialect, "-ERR no\r\n", 1, "reply 1 is not");
  expect_failure(*dialect, "+OK\r\n$-1\r\n", 2, "reply 2 is not");
}

BOOST_AUTO_TEST_CASE(every_connection_begins_with_a_set) {
  auto options = shaped(Protocol::resp);
  options.keys = 1;  // too few for what is in flight
  const auto dialect = make_dialect(options);
  BOOST_TEST(dialect->script().period() >= 10U);
  for (unsigned connection = 0; connection < 100; ++connection) {
    const auto first = dialect->first_message(connection);
    BOOST_REQUIRE_LT(first, dialect->script().period());
    const std::string_view begin{dialect->script().at(dialect->script().start_of(first)), 11};
    BOOST_REQUIRE_EQUAL(begin, "*3\r\n$3\r\nSET");
  }
}

BOOST_AUTO_TEST_CASE(an_answer_of_http_has_a_length_or_chunks) {
  auto options = shaped(Protocol::http);
  options.path = "/a?b=c";
  const auto dialect = make_dialect(options);
  BOOST_TEST(sent(*dialect, 0).starts_with("GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:7000\r\n"));
  BOOST_TEST(sent(*dialect, 0).ends_with("\r\n\r\n"));
  const auto empty = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"s;
  expect_answers(*dialect, hello, 1, 5);
  expect_answers(*dialect, hello + hello + chunked, 3, 25);
  expect_answers(*dialect, chunked + empty + hello, 3, 20);
}

BOOST_AUTO_TEST_CASE(an_answer_of_http_that_cannot_be_framed_is_refused) {
  const auto dialect = make_dialect(shaped(Protocol::http));
  const auto refused = [&](const std::string& head, std::string_view why) {
    expect_failure(*dialect, head + "\r\n\r\n", 1, why);
  };
  refused("HTTP/1.1 404 Not Found\r\nContent-Length: 0", "not 200: HTTP/1.1 404 Not Found");
  refused("HTTP/1.0 200 OK\r\nContent-Length: 0", "not 200");
  refused("HTTP/1.1 2000 OK\r\nContent-Length: 0", "not 200");
  refused("+OK", "not 200");
  refused("HTTP/1.1 200 OK", "neither chunked nor with a Content-Length");
  refused("HTTP/1.1 200 OK\r\nContent-Length: 5x", "no number");
  refused("HTTP/1.1 200 OK\r\nContent-Length: -1", "no number");
  refused("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked", "both");
  refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip", "another Transfer-Encoding");
  refused("HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0", "Connection: close");
  expect_failure(*dialect, std::string(17'000, 'x'), 1, "longer than 16384 bytes");
  expect_failure(*dialect, chunked.substr(0, 47) + "x\r\n", 1, "a chunk without a size");
  expect_failure(*dialect, chunked.substr(0, 47) + "2\r\nabcd", 1, "a chunk is longer");
  expect_failure(*dialect, chunked.substr(0, 47) + "1" + std::string(5000, '0'), 1, "has no end");
}

BOOST_AUTO_TEST_CASE(a_websocket_opens_and_gives_messages_back_unmasked) {
  auto options = shaped(Protocol::websocket);
  options.path = "/ws";
  const auto dialect = make_dialect(options);
  BOOST_TEST(dialect->opening().starts_with("GET /ws HTTP/1.1\r\nHost: 127.0.0.1:7000\r\n"));
  BOOST_TEST(dialect->closing() ==
             frame(0x88, "mask"s + char('\x03' ^ 'm') + char('\xe8' ^ 'a')).replace(1, 1, "\x82"));
  const auto first = sent(*dialect, 0);
  BOOST_REQUIRE_EQUAL(first.size(), 11U);
  BOOST_TEST(first.substr(0, 2) == "\x82\x85");
  const auto one = unmasked(first);
  const auto two = unmasked(sent(*dialect, 1));
  const auto three = unmasked(sent(*dialect, 2));
  BOOST_TEST((one != two));
  expect_answers(*dialect,
                 frame(0x82, one) + frame(0x89, "ping") + frame(0x02, two.substr(0, 2)) +
                     frame(0x8a, "") + frame(0x00, two.substr(2)) + frame(0x80, "") +
                     frame(0x82, three),
                 3, 15);
}

BOOST_AUTO_TEST_CASE(a_handshake_may_come_in_pieces) {
  const auto dialect = make_dialect(shaped(Protocol::websocket));
  for (std::size_t cut = 1; cut < upgraded.size(); ++cut) {
    const auto answers = dialect->answers(0);
    answers->take(std::span{upgraded}.first(cut), 0);
    BOOST_REQUIRE(!answers->is_open());
    answers->take(std::span{upgraded}.subspan(cut), 0);
    BOOST_REQUIRE(answers->is_open());
  }
  expect_failure(*dialect, upgraded + frame(0x82, "hello"), 0, "more than it was asked for");
}

BOOST_AUTO_TEST_CASE(a_text_message_is_of_letters_and_answered_as_text) {
  auto options = shaped(Protocol::websocket);
  options.text = true;
  const auto dialect = make_dialect(options);
  BOOST_TEST(sent(*dialect, 0)[0] == '\x81');
  const auto text = unmasked(sent(*dialect, 0));
  BOOST_TEST((text.find_first_not_of("abcdefghijklmnopqrstuvwxyz") == std::string::npos));
  expect_answers(*dialect, frame(0x81, text), 1, 5);
  expect_failure(*dialect, frame(0x82, text), 1, "a frame of another kind");
}

BOOST_AUTO_TEST_CASE(the_sizes_of_long_websocket_messages_have_two_or_eight_bytes) {
  for (const std::size_t size : {125U, 126U, 65'535U, 65'536U}) {
    const auto dialect = make_dialect(shaped(Protocol::websocket, size));
    const auto whole = sent(*dialect, 0);
    const std::size_t more = size < 126 ? 0 : size < 65'536 ? 2 : 8;
    BOOST_REQUIRE_EQUAL(whole.size(), 2 + more + 4 + size);
    auto answer = whole.substr(0, 2 + more);
    answer[1] = static_cast<char>(answer[1] & 0x7f);
    auto payload = whole.substr(2 + more + 4);
    for (std::size_t i = 0; i < size; ++i) payload[i] ^= whole[2 + more + i % 4];
    const auto result = take(*dialect, 1, {answer, payload});
    BOOST_TEST(result.failure == "");
    BOOST_TEST(result.payload == size);
  }
}

BOOST_AUTO_TEST_CASE(a_websocket_that_answers_wrong_is_refused) {
  const auto dialect = make_dialect(shaped(Protocol::websocket));
  const auto one = unmasked(sent(*dialect, 0));
  const auto refused = [&](const std::string& bytes, std::string_view why) {
    expect_failure(*dialect, bytes, 1, why);
  };
  refused(frame(0x82, "hello"), "reply 1 differs from its message at byte 0");
  refused(frame(0x82, one.substr(0, 4)), "not of the size");
  refused(frame(0x82, one + "!"), "not of the size");
  refused(frame(0x02, one) + frame(0x82, one), "a frame of another kind");
  refused(frame(0x80, one), "a frame of another kind");
  refused(frame(0xc2, one), "a reserved bit");
  refused(frame(0x82, one).replace(1, 1, "\x85"), "masked");
  refused(frame(0x8b, ""), "a control frame");
  refused(frame(0x09, ""), "a control frame");
  refused(frame(0x88, "\x03\xe8"), "closed the WebSocket");
  expect_failure(*dialect, "HTTP/1.1 403 No\r\n\r\n", 0, "not answered with 101: HTTP/1.1 403 No");
  expect_failure(*dialect, "HTTP/1.1 101 Yes\r\n\r\n", 0, "a wrong Sec-WebSocket-Accept");
}

BOOST_AUTO_TEST_SUITE_END()
