// What a response is read as, and what it is refused for; each input is also cut at every byte.
#include "weir/http/response_parser.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <random>
#include <string>

#include "unit/http/request_script.hpp"
#include "unit/http/response_script.hpp"

using namespace weir;
using weir::test::lines_of;
using weir::test::read_response_pieces;
using weir::test::read_responses;
using weir::test::Responses;
using namespace std::string_literals;
using namespace std::string_view_literals;
using Kind = http::Parsed::Kind;

namespace {

std::string response(std::string_view fields, std::string_view body = {}) {
  std::string text("HTTP/1.1 200 OK\r\n");
  return text.append(fields).append(fields.empty() ? "\r\n" : "\r\n\r\n").append(body);
}

bool is_refused(std::string_view bytes, std::string_view method = "GET") {
  const Responses read = read_responses({method}, bytes);
  if (read.failed) BOOST_TEST(read.heads == 0U);
  return read.failed;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(response_parser)

BOOST_AUTO_TEST_CASE(a_head_is_views_into_the_input) {
  const http::Limits limits;
  http::ResponseParser parser(limits);
  http::ResponseHead head;
  parser.expect("GET");
  std::string bytes =
      lines_of({"HTTP/1.1 404 Not  Found ", "Server: x", "Content-Length: 5", "", "hello"});
  const http::Parsed part = parser.next(bytes, head);
  BOOST_REQUIRE((part.kind == Kind::head));
  BOOST_TEST(part.consumed == bytes.size() - 7);
  BOOST_TEST((head.status == http::Status::not_found));
  BOOST_TEST(head.phrase == "Not  Found");
  BOOST_TEST(head.headers.value("server") == "x");
  BOOST_TEST((head.body == http::BodyKind::length));
  BOOST_TEST(head.content_length == 5U);
  BOOST_TEST((head.bytes.data() == bytes.data()));

  std::string storage;
  head.keep_in(storage);
  bytes.assign(bytes.size(), '!');
  BOOST_TEST(head.phrase == "Not  Found");
  BOOST_TEST(head.headers.value("server") == "x");
}

BOOST_AUTO_TEST_CASE(responses_behind_each_other_answer_one_request_each) {
  const std::string one = response("Content-Length: 5", "hello");
  const std::string two = response("Transfer-Encoding: chunked", "1\r\n!\r\n0\r\nSum: 1\r\n\r\n");
  const Responses read = read_responses({"GET", "POST", "GET"}, one + two + one, true);
  BOOST_TEST(read.bodies == "hello!hello");
  BOOST_TEST(read.completed == 3U);
  BOOST_TEST(!read.failed);
}

BOOST_AUTO_TEST_CASE(a_response_that_nobody_asked_for_is_refused) {
  const std::string one = response("Content-Length: 0");
  BOOST_TEST(read_responses({}, one).failed);
  const Responses read = read_responses({"GET"}, one + one);
  BOOST_TEST(read.completed == 1U);
  BOOST_TEST(read.failed);
}

BOOST_AUTO_TEST_CASE(some_responses_have_no_body_whatever_they_say) {
  const std::string next = response("Content-Length: 1", "x");
  const auto bodies = [&](std::string_view method, std::string_view first) {
    return read_responses({method, "GET"}, std::string(first) + next).bodies;
  };
  BOOST_TEST(bodies("HEAD", response("Content-Length: 5")) == "x");
  BOOST_TEST(bodies("HEAD", response("Content-Length: 99999999999")) == "x");
  BOOST_TEST(bodies("HEAD", response("Transfer-Encoding: chunked")) == "x");
  BOOST_TEST(bodies("HEAD", response("")) == "x");
  BOOST_TEST(bodies("GET", "HTTP/1.1 204 No Content\r\n\r\n") == "x");
  BOOST_TEST(bodies("GET", "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n") == "x");
  BOOST_TEST(bodies("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n") == "x");
  BOOST_TEST(bodies("GET", response("Content-Length: 0")) == "x");
}

BOOST_AUTO_TEST_CASE(a_body_may_end_with_the_connection) {
  const Responses read = read_responses({"GET"}, response("", "all\r\n\r\nof it"), true);
  BOOST_TEST(read.bodies == "all\r\n\r\nof it");
  BOOST_TEST(read.completed == 1U);
  BOOST_TEST(read.text.starts_with("200 <OK> last"));
  const http::Limits limits = {.body = 4};
  BOOST_TEST(!read_responses({"GET"}, response("", "1234"), true, limits).failed);
  BOOST_TEST(read_response_pieces({"GET"}, {response(""), "1234", "5"}, true, limits).failed);
}

BOOST_AUTO_TEST_CASE(interim_responses_come_before_the_final_one) {
  const Responses read = read_responses(
      {"POST", "GET"}, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" +
                           response("Content-Length: 1", "a") + response("Content-Length: 1", "b"));
  BOOST_TEST(read.heads == 4U);
  BOOST_TEST(read.completed == 4U);
  BOOST_TEST(read.bodies == "ab");
}

BOOST_AUTO_TEST_CASE(interim_responses_have_an_end) {
  std::string many;
  for (int i = 0; i < 3; ++i) many.append("HTTP/1.1 100 \r\n\r\n");
  const http::Limits limits = {.interim_responses = 3};
  const std::string last = response("Content-Length: 0");
  BOOST_TEST(!read_responses({"GET", "GET"}, many + last + many, false, limits).failed);
  BOOST_TEST(read_responses({"GET"}, many + "HTTP/1.1 100 \r\n\r\n", false, limits).failed);
}

BOOST_AUTO_TEST_CASE(a_switch_of_protocols_hands_over_the_rest) {
  const Responses upgraded = read_responses(
      {"GET"}, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nrest");
  BOOST_TEST(upgraded.completed == 1U);
  BOOST_TEST(upgraded.left == 4U);
  const Responses tunnel = read_responses({"CONNECT"}, response("Content-Length: 99", "rest"));
  BOOST_TEST(tunnel.left == 4U);
  BOOST_TEST(tunnel.bodies.empty());
  const Responses refused =
      read_responses({"CONNECT"}, "HTTP/1.1 403 No\r\nContent-Length: 4\r\n\r\nrest");
  BOOST_TEST(refused.bodies == "rest");
  BOOST_TEST(refused.left == 0U);
}

BOOST_AUTO_TEST_CASE(a_connection_is_kept_as_the_version_and_the_server_say) {
  const auto first = [](std::string_view version, std::string_view field) {
    const std::string bytes =
        lines_of({"HTTP/"s.append(version).append(" 200 OK"), "Content-Length: 0", field, ""});
    return read_responses({"GET"}, bytes).text;
  };
  BOOST_TEST(first("1.1", "X: y").starts_with("200 <OK> stays"));
  BOOST_TEST(first("1.1", "Connection: close").starts_with("200 <OK> last"));
  BOOST_TEST(first("1.0", "X: y").starts_with("200 <OK> last"));
  BOOST_TEST(first("1.0", "Connection: keep-alive").starts_with("200 <OK> stays"));
}

BOOST_AUTO_TEST_CASE(nothing_is_read_behind_the_last_response) {
  const std::string last = response("Content-Length: 0\r\nConnection: close");
  const Responses read = read_responses({"GET", "GET"}, last + response("Content-Length: 0"));
  BOOST_TEST(read.heads == 1U);
  BOOST_TEST(!read.failed);
}

BOOST_AUTO_TEST_CASE(a_stream_that_ends_too_early_has_failed) {
  const std::string whole = response("Transfer-Encoding: chunked", "1\r\nx\r\n0\r\n\r\n");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Responses read = read_response_pieces({"GET"}, {whole.substr(0, size)}, true);
    BOOST_TEST(read.failed, size);
    BOOST_TEST(read.reason.starts_with("connection that ended"));
    BOOST_TEST(read.completed == 0U);
  }
  BOOST_TEST(!read_response_pieces({"GET"}, {whole}, true).failed);
  BOOST_TEST(!read_response_pieces({}, {}, true).failed);
}

BOOST_AUTO_TEST_CASE(a_status_line_is_a_version_and_three_digits) {
  for (const std::string_view line : {"HTTP/1.1 200 OK", "HTTP/1.1 200 ", "HTTP/1.1 200",
                                      "HTTP/1.0 599 \xc3\xa9 x", "HTTP/1.1 999 ?"}) {
    BOOST_TEST(!is_refused(lines_of({line, "Content-Length: 0", ""})), line);
  }
  for (const std::string_view line :
       {"HTTP/1.1  200 OK", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 099 OK",
        "HTTP/1.1\t200 OK", "HTTP/2.0 200 OK", "HTTP/1.2 200 OK", "http/1.1 200 OK", "ICY 200 OK",
        " HTTP/1.1 200 OK", "HTTP/1.1 200OK", "HTTP/1.1 200 O\x01K", "HTTP/1.1 -20 OK", ""}) {
    BOOST_TEST(is_refused(lines_of({line, "Content-Length: 0", ""})), line);
  }
  BOOST_TEST(is_refused("HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n"));
  BOOST_TEST(is_refused("HTTP/1.1 200 OK\r\r\nContent-Length: 0\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(what_frames_a_response_is_not_in_doubt) {
  for (const std::string_view fields :
       {"Content-Length: 5, 5", "Content-Length: 5\r\nContent-Length: 5", "Content-Length: -1",
        "Content-Length:", "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: gzip", "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: identity", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Content-Length: 1048577", "A : b", "A: b\r\n c", ": b", "A: \x01"}) {
    BOOST_TEST(is_refused(response(fields)), fields);
  }
  BOOST_TEST(is_refused("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
  BOOST_TEST(is_refused("HTTP/1.1 204 x\r\nContent-Length: 5\r\n\r\n"));
  BOOST_TEST(is_refused("HTTP/1.1 204 x\r\nTransfer-Encoding: chunked\r\n\r\n"));
  BOOST_TEST(is_refused("HTTP/1.1 100 x\r\nContent-Length: 5\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(a_head_has_the_limits_of_a_request) {
  const http::Limits limits = {.start_line = 20, .header_line = 30, .head = 90, .headers = 2};
  const auto refused = [&](std::string_view bytes) {
    return read_responses({"GET"}, bytes, false, limits).failed;
  };
  BOOST_TEST(!refused("HTTP/1.1 200 5678901\r\n\r\n"));
  BOOST_TEST(refused("HTTP/1.1 200 56789012\r\n\r\n"));
  BOOST_TEST(refused(response("A: 45678901234567890123456789012")));
  BOOST_TEST(refused(response("A: 1\r\nB: 2\r\nC: 3")));
  BOOST_TEST(refused(response("A: " + std::string(25, 'x') + "\r\nB: " + std::string(25, 'x') +
                              "\r\n" + std::string(25, 'x'))));
}

BOOST_AUTO_TEST_CASE(cuts_make_no_difference_to_what_was_tampered_with) {
  const std::array<std::string, 5> samples = {
      response("Content-Length: 5", "hello"),
      response("Transfer-Encoding: chunked", "5;a=b\r\nhello\r\n0\r\nSum: 1\r\n\r\n"),
      "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
      "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n"};
  constexpr std::string_view likely = "\r\n \t:;,=\"0fF\0\x7f\xff/?#*"sv;
  std::mt19937 random(20220607);
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  std::size_t refused = 0;
  constexpr int rounds = 20'000;
  for (int round = 0; round < rounds; ++round) {
    std::string bytes;
    for (std::size_t i = 0; i <= below(3); ++i) bytes += samples[below(samples.size())];
    for (std::size_t i = 0; i < below(3); ++i) {
      const char byte = likely[below(likely.size())];
      const std::size_t at = below(bytes.size());
      if (below(2) == 0) {
        bytes[at] = byte;
      } else {
        bytes.insert(at, 1, byte);
      }
    }
    std::vector<std::string_view> pieces;
    for (std::string_view rest = bytes; !rest.empty();) {
      const std::size_t size = std::min(rest.size(), 1 + below(40));
      pieces.push_back(rest.substr(0, size));
      rest.remove_prefix(size);
    }
    const test::Methods methods = {"GET", "HEAD", "GET"};
    const Responses whole = read_response_pieces(methods, {bytes}, true);
    const Responses parts = read_response_pieces(methods, pieces, true);
    BOOST_REQUIRE_MESSAGE(whole.text == parts.text, "round " << round << ": " << bytes);
    if (whole.failed) ++refused;
  }
  BOOST_TEST(refused > std::size_t{rounds / 10});
  BOOST_TEST(refused < std::size_t{rounds / 100 * 99});
}

BOOST_AUTO_TEST_SUITE_END()
