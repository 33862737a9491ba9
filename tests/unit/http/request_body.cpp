// Bodies of requests: where they end, and what is no chunk. Each input is also cut at every byte.
#include <boost/test/unit_test.hpp>
#include <string>

#include "unit/http/request_script.hpp"
#include "weir/http/request_parser.hpp"

using namespace weir;
using http::Parsed;
using http::Status;
using weir::test::lines_of;
using weir::test::read_requests;
using weir::test::Requests;
using namespace std::string_literals;
using Kind = Parsed::Kind;

namespace {

std::string chunked(std::string_view body) {
  return lines_of({"POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked", ""}).append(body);
}

unsigned refused(std::string_view body, const http::Limits& limits = {}) {
  const Requests read = read_requests(chunked(body), limits);
  return read.status == Status::ok ? 0 : code_of(read.status);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(request_body)

BOOST_AUTO_TEST_CASE(a_body_with_a_length_ends_after_it) {
  const std::string head = lines_of({"POST / HTTP/1.1", "Host: a", "Content-Length: 5", ""});
  const Requests read = read_requests(head + "hello" + head + "w\r\n\0"s + "d");
  BOOST_TEST(read.bodies == "hellow\r\n\0d"s);
  BOOST_TEST(read.completed == 2U);
  BOOST_TEST(read_requests(head + "hell").completed == 0U);
  BOOST_TEST(!read_requests(head + "hell").idle);
}

BOOST_AUTO_TEST_CASE(a_chunked_body_is_lent_without_its_frame) {
  const Requests read =
      read_requests(chunked("5\r\nhello\r\n00A\r\n0123456789\r\n1;a;b=c;d=\"e \\\" ;\"\r\n!\r\n"
                            "0\r\n\r\n") +
                    chunked("000;x=y\r\n\r\n"));
  BOOST_TEST(read.bodies == "hello0123456789!");
  BOOST_TEST(read.completed == 2U);
  BOOST_TEST(read.idle);
}

BOOST_AUTO_TEST_CASE(a_piece_of_a_body_lies_in_the_input) {
  const http::Limits limits;
  http::RequestParser parser(limits);
  http::RequestHead head;
  const std::string bytes = chunked("5\r\nhello\r\n");
  const Parsed first = parser.next(bytes, head);
  const std::string_view rest = std::string_view(bytes).substr(first.consumed);
  const Parsed body = parser.next(rest, head);
  BOOST_TEST((body.kind == Kind::body));
  BOOST_TEST(body.body == "hello");
  BOOST_TEST((body.body.data() == rest.data() + 3));
  BOOST_TEST(body.consumed == 8U);
}

BOOST_AUTO_TEST_CASE(trailers_are_read_apart_from_headers) {
  const Requests read = read_requests(chunked("1\r\nx\r\n0\r\nSum: 5\r\nX-Two: \r\n\r\n"));
  BOOST_TEST(read.completed == 1U);
  BOOST_TEST(read.text.ends_with("x\nSum=5\nX-Two=\n"));
}

BOOST_AUTO_TEST_CASE(trailers_are_never_those_of_another_message) {
  for (const std::string& bytes :
       {lines_of({"GET / HTTP/1.1", "Host: a", ""}),
        lines_of({"POST / HTTP/1.1", "Host: a", "Content-Length: 1", ""}) + "x",
        chunked("0\r\n\r\n")}) {
    const http::Limits limits;
    http::RequestParser parser(limits);
    http::RequestHead head;
    std::string_view rest = bytes;
    for (Parsed part; part.kind != Kind::complete;) {
      part = parser.next(rest, head);
      BOOST_REQUIRE((part.kind != Kind::need_more && part.kind != Kind::failed));
      rest.remove_prefix(part.consumed);
      // As of a head that another connection has used in between.
      if (part.kind != Kind::complete) head.trailers.add("Sum", "1");
    }
    BOOST_TEST(head.trailers.empty());
  }
}

BOOST_AUTO_TEST_CASE(trailers_are_as_strict_as_headers) {
  for (const std::string_view trailer :
       {" x: y", "x : y", "x", ": y", "x: \x01", "x: y\r\n z", "Content-Length: 5", "host: a",
        "Transfer-Encoding: chunked"}) {
    BOOST_TEST(refused("0\r\n"s.append(trailer).append("\r\n\r\n")) == 400U, trailer);
  }
  BOOST_TEST(refused("0\r\nx: y\n\r\n") == 400U);
  BOOST_TEST(refused("0\r\n\n") == 400U);
}

BOOST_AUTO_TEST_CASE(a_chunk_is_a_number_crlf_its_bytes_and_crlf) {
  for (const std::string_view body :
       {"\r\nx", "g\r\nx", "-1\r\nx", "+1\r\nx", "0x1\r\nx", " 1\r\nx", "1 \r\nx", "1\nx\r\n",
        "1\rx\r\n", "1\r\r\nx", "1\r\nxy", "1\r\nx\n", "1\r\nx\r\r", "1\r\nx\rx", "1\r\nx\r\n\r\n",
        "0\n\r\n"}) {
    BOOST_TEST(refused(body) == 400U, body);
  }
}

BOOST_AUTO_TEST_CASE(a_chunk_extension_is_a_name_with_or_without_a_value) {
  for (const std::string_view extension :
       {"1;\r\nx", "1;;a\r\nx", "1; a\r\nx", "1 ;a\r\nx", "1;a \r\nx", "1;a=\r\nx", "1;a= b\r\nx",
        "1;a=\"b\r\nx", "1;a=\"b\"c\r\nx", "1;a=\"\\\r\"\r\nx", "1;=b\r\nx", "1;a=b=c\r\nx",
        "1;a\nx", "1;a=\"\n\"\r\nx", "1;a=\x01\r\nx", "1;\xc3\r\nx"}) {
    BOOST_TEST(refused(extension) == 400U, extension);
  }
}

BOOST_AUTO_TEST_CASE(a_chunk_size_does_not_wrap) {
  BOOST_TEST(refused("ffffffffffffffff\r\n") == 413U);
  BOOST_TEST(refused("10000000000000000\r\n") == 413U);
  BOOST_TEST(refused("10000000000000005\r\nhello") == 413U);
  const http::Limits endless = {.body = ~std::uint64_t{0}};
  BOOST_TEST(refused("5\r\nhello\r\nffffffffffffffff\r\n", endless) == 413U);
  BOOST_TEST(refused("0000000000000000000005\r\nhello") == 0U);
}

BOOST_AUTO_TEST_CASE(a_chunked_body_is_refused_before_it_is_too_long) {
  const http::Limits limits = {.body = 8};
  BOOST_TEST(refused("8\r\n12345678\r\n0\r\n\r\n", limits) == 0U);
  BOOST_TEST(refused("9\r\n", limits) == 413U);
  BOOST_TEST(refused("5\r\nhello\r\n4\r\n", limits) == 413U);
  BOOST_TEST(read_requests(chunked("5\r\nhello\r\n4\r\nabcd"), limits).bodies == "hello");
}

BOOST_AUTO_TEST_CASE(a_chunk_line_and_all_extensions_have_a_limit) {
  const http::Limits limits = {.chunk_line = 10, .chunk_extensions = 20};
  BOOST_TEST(refused("1;a=567890\r\nx", limits) == 0U);
  BOOST_TEST(refused("1;a=5678901", limits) == 400U);
  BOOST_TEST(refused("00000000001\r\n", limits) == 400U);
  std::string body;
  for (int i = 0; i < 3; ++i) body.append("1;a=5\r\nx\r\n");
  BOOST_TEST(refused(body + "1;a=5", limits) == 0U);
  BOOST_TEST(refused(body + "1;a=567890", limits) == 400U);
}

BOOST_AUTO_TEST_CASE(trailers_have_limits_of_their_own) {
  const http::Limits limits = {.header_line = 30, .headers = 2, .trailers = 50};
  const std::string fits = "0\r\na: " + std::string(27, 'x');
  BOOST_TEST(refused(fits + "\r\n\r\n", limits) == 0U);
  BOOST_TEST(refused(fits + "xx", limits) == 431U);
  BOOST_TEST(refused(fits + "\r\nb: 45678901\r\n", limits) == 0U);
  BOOST_TEST(refused(fits + "\r\nb: 45678901\r\n\r\n", limits) == 0U);
  BOOST_TEST(refused(fits + "\r\nb: 456789012\r\n\r", limits) == 0U);
  BOOST_TEST(refused(fits + "\r\nb: 456789012345678", limits) == 431U);
  BOOST_TEST(refused("0\r\na:1\r\nb:2\r\nc:", limits) == 431U);
}

BOOST_AUTO_TEST_CASE(each_message_has_the_whole_of_its_limits) {
  const http::Limits limits = {.body = 5, .chunk_extensions = 6};
  const std::string message = chunked("5;abcde\r\nhello\r\n0\r\n\r\n");
  const Requests read = read_requests(message + message + message, limits);
  BOOST_TEST(read.completed == 3U);
  BOOST_TEST((read.status == Status::ok));
}

BOOST_AUTO_TEST_CASE(a_route_may_take_less_than_the_limit) {
  const auto kinds = [](std::string_view bytes, std::uint64_t max) {
    const http::Limits limits = {.body = 5};
    http::RequestParser parser(limits);
    http::RequestHead head;
    std::string text;
    for (;;) {
      const Parsed part = parser.next(bytes, head);
      bytes.remove_prefix(part.consumed);
      if (part.kind == Kind::head) parser.limit_body(max);
      if (part.kind == Kind::body) text.append(part.body).append(" ");
      if (part.kind == Kind::failed) {
        return text + std::to_string(code_of(parser.error().status));
      }
      if (part.kind == Kind::need_more) return text;
    }
  };
  const std::string plain =
      lines_of({"POST / HTTP/1.1", "Host: a", "Content-Length: 5", ""}) + "hello";
  const std::string twice = chunked("2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n");
  BOOST_TEST(kinds(plain, 5) == "hello ");
  BOOST_TEST(kinds(plain, 4) == "413");
  BOOST_TEST(kinds(twice, 5) == "he llo ");
  BOOST_TEST(kinds(twice, 4) == "he 413");
  BOOST_TEST(kinds(twice, 1) == "413");
  // Never more than the limit, and only of that one request.
  BOOST_TEST(kinds(chunked("6\r\n"), 100) == "413");
  const std::string empty = lines_of({"GET / HTTP/1.1", "Host: a", ""});
  BOOST_TEST(kinds(empty + plain, 5) == "hello ");
}

BOOST_AUTO_TEST_SUITE_END()
