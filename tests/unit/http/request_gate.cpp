// What a request is refused for, one rule a case; each input also cut at every byte.
#include <boost/test/unit_test.hpp>
#include <string>

#include "unit/http/request_script.hpp"
#include "weir/http/request_parser.hpp"

using namespace weir;
using http::Status;
using weir::test::lines_of;
using weir::test::read_pieces;
using weir::test::read_requests;
using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {

/// The code that a request is refused with, as a number; 0 where it is not.
unsigned refused(std::string_view input) {
  const auto read = read_requests(input);
  // Before anything of it is believed.
  if (read.status != Status::ok) BOOST_TEST(read.heads == 0U);
  return read.status == Status::ok ? 0 : code_of(read.status);
}

unsigned refused_line(std::string_view line) {
  return refused(std::string(line) + "\r\nHost: a\r\n\r\n");
}

unsigned refused_fields(const std::vector<std::string_view>& fields) {
  std::vector<std::string_view> lines = {"POST / HTTP/1.1", "Host: a"};
  lines.insert(lines.end(), fields.begin(), fields.end());
  lines.emplace_back();
  return refused(lines_of(lines));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(request_gate)

BOOST_AUTO_TEST_CASE(content_length_is_one_number_in_one_field) {
  BOOST_TEST(refused_fields({"Content-Length: 0005"}) == 0U);
  for (const std::string_view value :
       {"", "+5", "-5", "5 5", "5, 5", "5,5", "0x5", "5.0", "5a", "five", "\"5\""}) {
    BOOST_TEST(refused_fields({"Content-Length: "s.append(value)}) == 400U, value);
  }
  BOOST_TEST(refused_fields({"Content-Length: 5", "Content-Length: 5"}) == 400U);
  BOOST_TEST(refused_fields({"Content-Length: 5", "content-length: 6"}) == 400U);
}

BOOST_AUTO_TEST_CASE(a_length_over_the_limit_is_refused_with_its_head) {
  BOOST_TEST(refused_fields({"Content-Length: 1048576"}) == 0U);
  BOOST_TEST(refused_fields({"Content-Length: 1048577"}) == 413U);
  BOOST_TEST(refused_fields({"Content-Length: 18446744073709551615"}) == 413U);
  BOOST_TEST(refused_fields({"Content-Length: 18446744073709551616"}) == 413U);
  BOOST_TEST(refused_fields({"Content-Length: 99999999999999999999999999999999999"}) == 413U);
}

BOOST_AUTO_TEST_CASE(a_length_and_a_transfer_coding_do_not_go_together) {
  BOOST_TEST(refused_fields({"Content-Length: 5", "Transfer-Encoding: chunked"}) == 400U);
  BOOST_TEST(refused_fields({"Transfer-Encoding: chunked", "Content-Length: 5"}) == 400U);
  BOOST_TEST(refused_fields({"Transfer-Encoding: chunked", "Content-Length: 0"}) == 400U);
}

BOOST_AUTO_TEST_CASE(chunked_is_the_only_transfer_coding) {
  BOOST_TEST(refused_fields({"Transfer-Encoding: Chunked"}) == 0U);
  for (const std::string_view value :
       {"", "gzip", "identity", "xchunked", "chunkedx", "chunked, identity", "chunked, chunked",
        "chunked,", ", chunked", "\"chunked\"", "chunked;q=1", "chunked\x0b", "gzip chunked"}) {
    BOOST_TEST(refused_fields({"Transfer-Encoding: "s.append(value)}) == 400U, value);
  }
  BOOST_TEST(refused_fields({"Transfer-Encoding: gzip, chunked"}) == 501U);
  BOOST_TEST(refused_fields({"Transfer-Encoding: chunked", "Transfer-Encoding: chunked"}) == 400U);
  BOOST_TEST(refused_fields({"Transfer-Encoding: gzip", "Transfer-Encoding: chunked"}) == 400U);
}

BOOST_AUTO_TEST_CASE(there_is_no_chunked_body_in_1_0) {
  BOOST_TEST(refused(lines_of({"POST / HTTP/1.0", "Transfer-Encoding: chunked", ""})) == 400U);
}

BOOST_AUTO_TEST_CASE(host_is_there_once) {
  BOOST_TEST(refused(lines_of({"GET / HTTP/1.1", ""})) == 400U);
  BOOST_TEST(refused(lines_of({"GET http://a/ HTTP/1.1", ""})) == 400U);
  BOOST_TEST(refused(lines_of({"GET / HTTP/1.1", "Host: a", "Host: a", ""})) == 400U);
  BOOST_TEST(refused(lines_of({"GET / HTTP/1.0", "Host: a", "HOST: b", ""})) == 400U);
}

BOOST_AUTO_TEST_CASE(host_is_a_host) {
  const auto host = [](std::string_view value) {
    return refused(lines_of({"GET / HTTP/1.1", "Host: "s.append(value), ""}));
  };
  for (const std::string_view value :
       {"a", "a:", "a:0", "a:65535", "127.0.0.1:80", "[::1]", "[::ffff:1.2.3.4]:80", "a_b-c.d~e",
        "a%20b", "a!$&'()*+,;=b", ""}) {
    BOOST_TEST(host(value) == 0U, value);
  }
  for (const std::string_view value :
       {"a b",     "a/b",     "a?b",      "a#b",   "a@b",  "u:p@a", ":80",    "a:b",
        "a:80:80", "a:65536", "a:000080", "[::1",  "::1",  "[]",    "[::1]x", "[v1.x]",
        "a%2",     "a%zz",    "\xc3\xa9", "a,b c", "a\\b", "<a>"}) {
    BOOST_TEST(host(value) == 400U, value);
  }
}

BOOST_AUTO_TEST_CASE(names_are_tokens_with_the_colon_right_behind) {
  for (const std::string_view line :
       {": x", "A b: x", "A : x", "A\t: x", "A", "A\xc3\xa9: x", "A\x01: x", "(A): x", "A/B: x",
        "\"A\": x", "@: x", "A\x7f: x"}) {
    BOOST_TEST(refused_fields({line}) == 400U, line);
  }
  BOOST_TEST(refused_fields({"A\0: x"sv}) == 400U);
  BOOST_TEST(refused_fields({"!#$%&'*+-.^_`|~09azAZ: x"}) == 0U);
}

BOOST_AUTO_TEST_CASE(lines_are_not_folded) {
  BOOST_TEST(refused_fields({"A: x", " y"}) == 400U);
  BOOST_TEST(refused_fields({"A: x", "\ty: z"}) == 400U);
  BOOST_TEST(refused(lines_of({"GET / HTTP/1.1", " Host: a", ""})) == 400U);
}

BOOST_AUTO_TEST_CASE(values_have_no_control_bytes) {
  for (int code = 0; code < 256; ++code) {
    const char byte = static_cast<char>(code);
    const bool control = (code < 0x20 && byte != '\t') || code == 0x7f;
    // In the first block of sixteen bytes, and behind it.
    BOOST_TEST(refused_fields({"A: x"s + byte + "y"}) == (control ? 400U : 0U), code);
    BOOST_TEST(refused_fields({"A: 0123456789abcdef0123456789"s + byte}) == (control ? 400U : 0U));
  }
}

BOOST_AUTO_TEST_CASE(every_line_ends_with_crlf) {
  BOOST_TEST(refused("GET / HTTP/1.1\nHost: a\r\n\r\n") == 400U);
  BOOST_TEST(refused("GET / HTTP/1.1\r\nHost: a\n\r\n") == 400U);
  BOOST_TEST(refused("GET / HTTP/1.1\r\nHost: a\r\n\n") == 400U);
  BOOST_TEST(refused("GET / HTTP/1.1\r\nHost: a\r\r\n\r\n") == 400U);
  BOOST_TEST(refused("GET / HTTP/1.1\rHost: a\r\n\r\n") == 400U);
  BOOST_TEST(refused("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n") == 400U);
  BOOST_TEST(refused("GET / HTTP/1.1\r\nHost: a\r\n\rX: b\r\n\r\n") == 400U);
}

BOOST_AUTO_TEST_CASE(a_request_line_is_three_words_with_one_blank_between) {
  for (const std::string_view line :
       {"GET /", "GET", "GET  / HTTP/1.1", "GET /  HTTP/1.1", "GET / HTTP/1.1 ", " GET / HTTP/1.1",
        "GET\t/ HTTP/1.1", "GET /a b HTTP/1.1", "G\xc3T / HTTP/1.1", "G(T / HTTP/1.1",
        "GET  HTTP/1.1", "GET / http/1.1", "GET / HTTP/1", "GET / HTTP/1.10", "GET / HTTP/01.1",
        "GET / HTTP/1.x", "GET / ICE/1.0", "GET / IHTTP/1.1", "GET / HTTP 1.1"}) {
    BOOST_TEST(refused_line(line) == 400U, line);
  }
  BOOST_TEST(refused_line("GET /") == 400U);
}

BOOST_AUTO_TEST_CASE(a_version_that_is_not_ours_is_505) {
  for (const std::string_view line :
       {"GET / HTTP/0.9", "GET / HTTP/1.2", "GET / HTTP/2.0", "GET / HTTP/3.0", "GET / HTTP/9.9"}) {
    BOOST_TEST(refused_line(line) == 505U, line);
  }
}

BOOST_AUTO_TEST_CASE(a_target_is_visible_ascii_without_a_fragment) {
  BOOST_TEST(refused_line("GET /a#b HTTP/1.1") == 400U);
  BOOST_TEST(refused_line("GET /\xc3\xa9 HTTP/1.1") == 400U);
  BOOST_TEST(refused_line("GET /\x7f HTTP/1.1") == 400U);
  BOOST_TEST(refused_line("GET /\x01 HTTP/1.1") == 400U);
  BOOST_TEST(refused_line("GET /\0 HTTP/1.1"sv) == 400U);
  BOOST_TEST(refused_line("GET /0123456789abcdef0123456789#b HTTP/1.1") == 400U);
}

BOOST_AUTO_TEST_CASE(a_target_has_a_form_that_its_method_may_have) {
  for (const std::string_view line :
       {"GET * HTTP/1.1", "GET a HTTP/1.1", "GET a:80 HTTP/1.1", "GET ?a HTTP/1.1",
        "GET http:// HTTP/1.1", "GET http:///a HTTP/1.1", "GET http://u@a/ HTTP/1.1",
        "GET http://a:b/ HTTP/1.1", "GET ftp://a/ HTTP/1.1", "OPTIONS ** HTTP/1.1",
        "CONNECT / HTTP/1.1", "CONNECT a HTTP/1.1", "CONNECT a: HTTP/1.1", "CONNECT :80 HTTP/1.1",
        "CONNECT a:80/ HTTP/1.1", "CONNECT http://a:80 HTTP/1.1", "CONNECT * HTTP/1.1"}) {
    BOOST_TEST(refused_line(line) == 400U, line);
  }
}

BOOST_AUTO_TEST_CASE(connect_has_no_body) {
  BOOST_TEST(refused(lines_of({"CONNECT a:1 HTTP/1.1", "Host: a:1", "Content-Length: 5", ""})) ==
             400U);
  BOOST_TEST(refused(lines_of(
                 {"CONNECT a:1 HTTP/1.1", "Host: a:1", "Transfer-Encoding: chunked", ""})) == 400U);
}

BOOST_AUTO_TEST_CASE(only_one_expectation_is_known) {
  BOOST_TEST(refused_fields({"Expect: 200-ok"}) == 417U);
  BOOST_TEST(refused_fields({"Expect:"}) == 417U);
}

BOOST_AUTO_TEST_CASE(what_is_no_request_is_told_what_it_looks_like) {
  const auto reason = [](std::string_view input) { return read_pieces({input}).reason; };
  BOOST_TEST(reason("\x16\x03\x01\x02\x00\x01"sv).find("TLS") != std::string::npos);
  BOOST_TEST(reason("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").find("HTTP/2") != std::string::npos);
  BOOST_TEST(reason("{\"a\": 1}").find("JSON") != std::string::npos);
  BOOST_TEST(reason("hello\r\n").find("hello") != std::string::npos);
  BOOST_TEST(reason("\x1b[2J").find('\x1b') == std::string::npos);
  BOOST_TEST(read_requests("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").text == "failed 505");
}

BOOST_AUTO_TEST_CASE(a_parser_that_has_failed_stays_failed) {
  const http::Limits limits;
  http::RequestParser parser(limits);
  http::RequestHead head;
  for (const std::string_view input : {"GET / HTTP/1.1\r\n\r\n"sv, "GET / HTTP/1.1\r\n"sv, ""sv}) {
    const http::Parsed part = parser.next(input, head);
    BOOST_TEST((part.kind == http::Parsed::Kind::failed));
    BOOST_TEST(part.consumed == 0U);
    BOOST_TEST((parser.error().status == Status::bad_request));
  }
}

BOOST_AUTO_TEST_SUITE_END()
