// A request and its response cost no memory once the first ones have been through.
#include <boost/test/unit_test.hpp>
#include <string>

#include "unit/framing/counting_new.hpp"
#include "weir/http/request_parser.hpp"
#include "weir/http/request_writer.hpp"
#include "weir/http/response_parser.hpp"
#include "weir/http/response_writer.hpp"

using namespace weir;
using weir::test::allocations;
using Kind = http::Parsed::Kind;

BOOST_AUTO_TEST_SUITE(allocation)

BOOST_AUTO_TEST_CASE(requests_with_64_headers_and_their_responses_ask_for_no_memory) {
  std::string fields = "Host: a\r\nTransfer-Encoding: chunked\r\n";
  for (int i = 2; i < 64; ++i) fields.append("X-Name-").append(std::to_string(i)).append(": y\r\n");
  const std::string bytes =
      "POST / HTTP/1.1\r\n" + fields + "\r\n5\r\nhello\r\n0\r\nSum: 1\r\n\r\n";
  const http::Limits limits;
  http::RequestHead head;
  http::RequestParser parser(limits);
  Buffer output;
  static_cast<void>(output.prepare(64 * 1024));

  const std::size_t before = allocations();
  std::size_t completed = 0;
  std::size_t written = 0;
  for (int round = 0; round < 100; ++round) {
    // Half of the head first, as from a slow peer.
    std::size_t used = 0;
    for (const std::size_t size : {bytes.size() / 2, bytes.size()}) {
      for (;;) {
        const auto part = parser.next({bytes.data() + used, size - used}, head);
        used += part.consumed;
        if (part.kind == Kind::complete) ++completed;
        if (part.kind == Kind::need_more || part.kind == Kind::failed) break;
      }
    }
    const http::Header header{"Content-Type", "text/plain"};
    if (http::write_head(http::ResponseStart{.content_length = std::nullopt}, {&header, 1}, output)
            .ok())
      ++written;
    http::write_chunk("hello", output);
    http::write_last_chunk(output);
  }
  const std::size_t after = allocations();
  BOOST_TEST(completed == 100U);
  BOOST_TEST(written == 100U);
  BOOST_TEST(head.headers.size() == 64U);
  BOOST_TEST(head.trailers.size() == 1U);
  BOOST_TEST(after - before == 0U);
}

BOOST_AUTO_TEST_CASE(requests_and_their_responses_of_a_client_ask_for_no_memory) {
  const std::string bytes =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nA: b\r\n\r\n"
      "5\r\nhello\r\n0\r\nSum: 1\r\n\r\n";
  const http::Limits limits;
  http::ResponseHead head;
  http::ResponseParser parser(limits);
  Buffer output;
  static_cast<void>(output.prepare(64 * 1024));

  const std::size_t before = allocations();
  std::size_t completed = 0;
  std::size_t written = 0;
  for (int round = 0; round < 100; ++round) {
    const http::Header header{"Accept", "*/*"};
    if (http::write_head(http::RequestStart{.host = "a"}, {&header, 1}, output).ok()) ++written;
    parser.expect("GET");
    std::size_t used = 0;
    for (const std::size_t size : {bytes.size() / 2, bytes.size()}) {
      for (;;) {
        const auto part = parser.next({bytes.data() + used, size - used}, head);
        used += part.consumed;
        if (part.kind == Kind::complete) ++completed;
        if (part.kind == Kind::need_more || part.kind == Kind::failed) break;
      }
    }
  }
  const std::size_t after = allocations();
  BOOST_TEST(completed == 200U);
  BOOST_TEST(written == 100U);
  BOOST_TEST(after - before == 0U);
}

BOOST_AUTO_TEST_CASE(a_length_that_lies_costs_its_error_and_no_more) {
  const http::Limits limits = {.body = ~std::uint64_t{0}};
  http::RequestHead head;
  http::RequestParser parser(limits);
  const std::size_t before = weir::test::bytes_in_use();
  const auto part = parser.next(
      "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551615\r\n\r\n", head);
  BOOST_TEST((part.kind == Kind::head));
  BOOST_TEST(weir::test::bytes_in_use() == before);
}

BOOST_AUTO_TEST_SUITE_END()
