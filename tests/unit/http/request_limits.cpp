// How much of a head is taken: each limit to the byte, however the bytes come.
#include <boost/test/unit_test.hpp>
#include <string>

#include "unit/http/request_script.hpp"
#include "weir/http/request_parser.hpp"

using namespace weir;
using http::Limits;
using http::Status;
using weir::test::read_requests;
using namespace std::string_literals;

namespace {

constexpr std::string_view host = "Host: a\r\n";

unsigned refused(std::string_view input, const Limits& limits) {
  const auto read = read_requests(input, limits);
  return read.status == Status::ok ? 0 : code_of(read.status);
}

std::string request(std::string_view target, std::string_view fields = {}) {
  return "GET "s.append(target).append(" HTTP/1.1\r\n").append(host).append(fields).append("\r\n");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(request_limits)

BOOST_AUTO_TEST_CASE(a_request_line_may_be_as_long_as_the_limit) {
  const Limits limits = {.start_line = 20};
  BOOST_TEST(refused(request("/234567"), limits) == 0U);
  BOOST_TEST(refused(request("/2345678"), limits) == 414U);
  BOOST_TEST(refused("GET /"s.append(100, 'x'), limits) == 414U);
  // What is wrong behind the limit is not looked at.
  BOOST_TEST(refused("GET /"s.append(100, 'x').append("\n"), limits) == 414U);
}

BOOST_AUTO_TEST_CASE(a_header_line_may_be_as_long_as_the_limit) {
  const Limits limits = {.header_line = 20};
  BOOST_TEST(refused(request("/", "X: 45678901234567890\r\n"), limits) == 0U);
  BOOST_TEST(refused(request("/", "X: 456789012345678901\r\n"), limits) == 431U);
  BOOST_TEST(refused("GET / HTTP/1.1\r\nX"s.append(100, 'x'), limits) == 431U);
  BOOST_TEST(refused("GET / HTTP/1.1\r\nX:"s.append(100, ' '), limits) == 431U);
}

BOOST_AUTO_TEST_CASE(a_head_may_be_as_long_as_the_limit) {
  const std::string fits = request("/", "X: 4567\r\nY: 4567\r\n");
  Limits limits = {.head = fits.size()};
  BOOST_TEST(refused(fits, limits) == 0U);
  // Each request has the whole of it.
  BOOST_TEST(refused(fits + fits, limits) == 0U);
  --limits.head;
  BOOST_TEST(refused(fits, limits) == 431U);
  limits.head = 5;
  BOOST_TEST(refused(fits, limits) == 431U);
}

BOOST_AUTO_TEST_CASE(a_head_may_have_as_many_lines_as_the_limit) {
  const Limits limits = {.headers = 3};
  BOOST_TEST(refused(request("/", "A:\r\nB:\r\n"), limits) == 0U);
  BOOST_TEST(refused(request("/", "A:\r\nB:\r\nC:\r\n"), limits) == 431U);
}

BOOST_AUTO_TEST_CASE(a_few_empty_lines_before_a_request_are_passed_over) {
  const Limits limits = {.empty_lines = 2};
  BOOST_TEST(refused(request("/"), limits) == 0U);
  BOOST_TEST(refused("\r\n\r\n" + request("/") + "\r\n\r\n" + request("/"), limits) == 0U);
  BOOST_TEST(refused("\r\n\r\n\r\n" + request("/"), limits) == 400U);
  BOOST_TEST(refused("\n" + request("/"), limits) == 400U);
  BOOST_TEST(refused("\r" + request("/"), limits) == 400U);
  BOOST_TEST(read_requests("\r\n").idle);
  BOOST_TEST(read_requests("\r").idle);
}

BOOST_AUTO_TEST_CASE(a_method_that_nobody_knows_is_not_read_to_its_end) {
  const std::string method(http::RequestParser::max_method, 'M');
  BOOST_TEST(refused(method + " / HTTP/1.1\r\nHost: a\r\n\r\n", {}) == 0U);
  BOOST_TEST(refused(method + "M", {}) == 501U);
}

BOOST_AUTO_TEST_CASE(a_head_that_comes_byte_by_byte_is_looked_at_twice_at_most) {
  // Two lines of 400 KB: what starts anew for each byte would look at 10^11 of them.
  const Limits limits = {.start_line = 1 << 20, .header_line = 1 << 20, .head = 1 << 22};
  http::RequestParser parser(limits);
  http::RequestHead head;
  const std::string bytes =
      request("/"s.append(400'000, 'x'), "X: "s.append(400'000, 'y') + "\r\n");
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    BOOST_REQUIRE(parser.next({bytes.data(), size}, head).kind == http::Parsed::Kind::need_more);
  }
  BOOST_TEST((parser.next(bytes, head).kind == http::Parsed::Kind::head));
}

BOOST_AUTO_TEST_SUITE_END()
