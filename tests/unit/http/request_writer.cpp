#include "weir/http/request_writer.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "unit/http/request_script.hpp"

using namespace weir;
using http::Header;
using http::RequestStart;
using weir::test::lines_of;
using weir::test::read_requests;
using namespace std::string_view_literals;

namespace {

std::string written(const RequestStart& start, const std::vector<Header>& headers = {}) {
  Buffer output;
  output.append("before ");
  const weir::Status status = http::write_head(start, headers, output);
  if (!status.ok()) {
    BOOST_TEST(output.view() == "before ");
    return "refused: " + status.error().message;
  }
  const std::string bytes(output.view().substr(7));
  // What goes out is what our own server takes.
  BOOST_TEST(read_requests(bytes).heads == 1U, bytes);
  return bytes;
}

bool is_refused(const RequestStart& start, const std::vector<Header>& headers = {}) {
  return written(start, headers).starts_with("refused");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(request_writer)

BOOST_AUTO_TEST_CASE(a_head_has_its_host_the_callers_fields_and_its_length) {
  BOOST_TEST(written({.target = "/a?b", .host = "a:80"}, {{"Accept", "*/*"}}) ==
             lines_of({"GET /a?b HTTP/1.1", "Host: a:80", "Accept: */*", ""}));
  BOOST_TEST(written({.method = "POST", .host = "a", .content_length = 5}) ==
             lines_of({"POST / HTTP/1.1", "Host: a", "Content-Length: 5", ""}));
  BOOST_TEST(written({.method = "POST", .host = "a"}) ==
             lines_of({"POST / HTTP/1.1", "Host: a", "Content-Length: 0", ""}));
  BOOST_TEST(written({.method = "PUT", .host = "a", .content_length = std::nullopt}) ==
             lines_of({"PUT / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked", ""}));
}

BOOST_AUTO_TEST_CASE(connection_and_expectation_are_said_where_they_matter) {
  BOOST_TEST(written({.host = "a", .keep_alive = false}) ==
             lines_of({"GET / HTTP/1.1", "Host: a", "Connection: close", ""}));
  BOOST_TEST(
      written({.host = "a", .upgrade = "websocket"}) ==
      lines_of({"GET / HTTP/1.1", "Host: a", "Connection: upgrade", "Upgrade: websocket", ""}));
  BOOST_TEST(
      written({.method = "PUT", .host = "a", .content_length = 5, .expect_continue = true}) ==
      lines_of({"PUT / HTTP/1.1", "Host: a", "Content-Length: 5", "Expect: 100-continue", ""}));
  BOOST_TEST(written({.host = "a", .expect_continue = true}) ==
             lines_of({"GET / HTTP/1.1", "Host: a", ""}));
}

BOOST_AUTO_TEST_CASE(a_target_has_one_of_four_forms) {
  BOOST_TEST(!is_refused({.target = "http://a/", .host = "a"}));
  BOOST_TEST(!is_refused({.method = "OPTIONS", .target = "*", .host = "a"}));
  BOOST_TEST(!is_refused({.method = "CONNECT", .target = "a:443", .host = "a:443"}));
  for (const std::string_view target : {"", "a", "*", "/a b", "/a\r\nX: y", "/\xc3\xa9", "/#a"}) {
    BOOST_TEST(is_refused({.target = target, .host = "a"}), target);
  }
  BOOST_TEST(is_refused({.method = "CONNECT", .target = "/", .host = "a"}));
  BOOST_TEST(is_refused(
      {.method = "CONNECT", .target = "a:443", .host = "a:443", .content_length = std::nullopt}));
}

BOOST_AUTO_TEST_CASE(nothing_can_be_smuggled_in) {
  BOOST_TEST(is_refused({.method = "GET /\r\n", .host = "a"}));
  BOOST_TEST(is_refused({.method = "", .host = "a"}));
  BOOST_TEST(is_refused({.host = "a\r\nX: y"}));
  BOOST_TEST(is_refused({.host = "a/b"}));
  BOOST_TEST(is_refused({.host = "a", .upgrade = "x\r\nY: z"}));
  BOOST_TEST(is_refused({.host = "a"}, {{"X", "a\r\nY: b"}}));
  BOOST_TEST(is_refused({.host = "a"}, {{"X:", "a"}}));
  for (const std::string_view name :
       {"Host", "Expect", "Connection", "Content-Length", "Transfer-Encoding", "Upgrade"}) {
    BOOST_TEST(is_refused({.host = "a"}, {{name, "a"}}), name);
  }
}

BOOST_AUTO_TEST_SUITE_END()
