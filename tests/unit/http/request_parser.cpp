// What a request that nobody objects to is read as.
#include <boost/test/unit_test.hpp>
#include <string>

#include "unit/http/request_script.hpp"
#include "weir/http/request_parser.hpp"

using namespace weir;
using http::BodyKind;
using http::Parsed;
using http::RequestHead;
using http::TargetForm;
using weir::test::lines_of;
using weir::test::read_requests;
using Kind = Parsed::Kind;

namespace {

const http::Limits limits;

struct Read {
  Read(std::string_view input) : bytes(input), parser(limits) {
    part = parser.next(bytes, head);
    const std::string why = part.kind == Kind::failed ? parser.error().reason : "";
    BOOST_REQUIRE_MESSAGE((part.kind == Kind::head), why);
  }
  std::string bytes;
  http::RequestParser parser;
  RequestHead head;
  Parsed part;
};

Read target(std::string_view text, std::string_view method = "GET") {
  return {std::string(method).append(" ").append(text).append(" HTTP/1.1\r\nHost: a:1\r\n\r\n")};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(request_parser)

BOOST_AUTO_TEST_CASE(a_head_is_views_into_the_input) {
  const Read read(
      lines_of({"GET /a/b?c=d HTTP/1.1", "Host: example.com", "Accept:  */* \t", "X-Empty:", ""}));
  const RequestHead& head = read.head;
  BOOST_TEST(read.part.consumed == read.bytes.size());
  BOOST_TEST(head.bytes == read.bytes);
  BOOST_TEST((head.bytes.data() == read.bytes.data()));
  BOOST_TEST(head.method == "GET");
  BOOST_TEST(head.target == "/a/b?c=d");
  BOOST_TEST(head.path == "/a/b");
  BOOST_TEST(head.query == "c=d");
  BOOST_TEST(head.authority == "example.com");
  BOOST_TEST((head.form == TargetForm::origin));
  BOOST_TEST((head.version == http::Version::http_1_1));
  BOOST_TEST((head.body == BodyKind::none));
  BOOST_TEST(head.keep_alive);
  BOOST_TEST(!head.expects_continue);
  BOOST_TEST(!head.upgrade);
  BOOST_REQUIRE_EQUAL(head.headers.size(), 3U);
  BOOST_TEST(head.headers[1].name == "Accept");
  BOOST_TEST(head.headers[1].value == "*/*");
  BOOST_TEST(head.headers.value("x-empty").empty());
  BOOST_TEST(head.headers.find("x-empty") != nullptr);
}

BOOST_AUTO_TEST_CASE(a_header_is_found_whatever_the_case_of_its_name) {
  const Read read(lines_of({"GET / HTTP/1.1", "hOsT: a", "X-One: 1", "x-one: 2", ""}));
  BOOST_TEST(read.head.headers.value("HOST") == "a");
  BOOST_TEST(read.head.headers.value("X-ONE") == "1");
  BOOST_TEST(read.head.headers.count("x-One") == 2U);
  BOOST_TEST((read.head.headers.find("X-On") == nullptr));
  BOOST_TEST(read.head.headers.value("X-On").empty());
}

BOOST_AUTO_TEST_CASE(a_message_without_a_body_is_complete_without_another_byte) {
  Read read(lines_of({"GET / HTTP/1.1", "Host: a", ""}));
  BOOST_TEST(!read.parser.idle());
  const Parsed end = read.parser.next({}, read.head);
  BOOST_TEST((end.kind == Kind::complete));
  BOOST_TEST(end.consumed == 0U);
  BOOST_TEST(read.parser.idle());
}

BOOST_AUTO_TEST_CASE(requests_behind_each_other_are_read_one_by_one) {
  const std::string one = lines_of({"GET /1 HTTP/1.1", "Host: a", ""});
  const std::string two =
      lines_of({"POST /2 HTTP/1.1", "Host: a", "Content-Length: 5", "", "hello"});
  const auto read = read_requests(one + two.substr(0, two.size() - 2) + one);
  BOOST_TEST(read.completed == 3U);
  BOOST_TEST(read.bodies == "hello");
  BOOST_TEST(read.idle);
}

BOOST_AUTO_TEST_CASE(a_head_that_is_not_complete_stays_with_the_caller) {
  http::RequestParser parser(limits);
  RequestHead head;
  const std::string bytes = lines_of({"GET / HTTP/1.1", "Host: a", ""});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Parsed part = parser.next(std::string_view(bytes).substr(0, size), head);
    BOOST_TEST((part.kind == Kind::need_more));
    BOOST_TEST(part.consumed == 0U);
    BOOST_TEST(parser.idle() == (size == 0));
  }
  BOOST_TEST((parser.next(bytes, head).kind == Kind::head));
  BOOST_TEST(head.headers.value("Host") == "a");
}

BOOST_AUTO_TEST_CASE(a_kept_head_outlives_the_input) {
  RequestHead head;
  std::string storage;
  {
    Read read(lines_of({"GET http://b?q HTTP/1.1", "Host: a", "X-Empty: ", "X: y", ""}));
    head = read.head;
    head.keep_in(storage);
    read.bytes.assign(read.bytes.size(), '!');
  }
  BOOST_TEST(head.method == "GET");
  BOOST_TEST(head.path == "/");
  BOOST_TEST(head.query == "q");
  BOOST_TEST(head.authority == "b");
  BOOST_TEST(head.headers.value("x") == "y");
  BOOST_TEST((head.bytes.data() == storage.data()));
}

BOOST_AUTO_TEST_CASE(a_target_is_one_of_four_forms) {
  BOOST_TEST(target("/").head.path == "/");
  BOOST_TEST(target("//x//y?").head.path == "//x//y");
  BOOST_TEST(target("/?a?b").head.query == "a?b");

  const Read absolute = target("http://example.com:80/x?y");
  BOOST_TEST((absolute.head.form == TargetForm::absolute));
  BOOST_TEST(absolute.head.authority == "example.com:80");
  BOOST_TEST(absolute.head.path == "/x");
  BOOST_TEST(absolute.head.query == "y");
  BOOST_TEST(target("HTTPS://[::1]").head.authority == "[::1]");
  BOOST_TEST(target("http://example.com?y").head.path == "/");

  const Read connect = target("example.com:443", "CONNECT");
  BOOST_TEST((connect.head.form == TargetForm::authority));
  BOOST_TEST(connect.head.authority == "example.com:443");
  BOOST_TEST(connect.head.path.empty());

  const Read all = target("*", "OPTIONS");
  BOOST_TEST((all.head.form == TargetForm::asterisk));
  BOOST_TEST(all.head.path == "*");
  BOOST_TEST(all.head.authority == "a:1");
}

BOOST_AUTO_TEST_CASE(what_a_browser_leaves_unescaped_in_a_target_is_taken) {
  BOOST_TEST(target("/a|b{c}\"d\"<e>?f^g`h\\i").head.path == "/a|b{c}\"d\"<e>");
}

BOOST_AUTO_TEST_CASE(a_connection_is_kept_as_the_version_and_the_client_say) {
  const auto keeps = [](std::string_view version, std::string_view connection) {
    std::string line("Connection: ");
    line.append(connection);
    return Read(lines_of({std::string("GET / HTTP/").append(version), "Host: a", line, ""}))
        .head.keep_alive;
  };
  BOOST_TEST(keeps("1.1", ""));
  BOOST_TEST(keeps("1.1", "Keep-Alive"));
  BOOST_TEST(!keeps("1.1", "Close"));
  BOOST_TEST(!keeps("1.1", "keep-alive, foo ,,close"));
  BOOST_TEST(keeps("1.1", "closed, enclose"));
  BOOST_TEST(!keeps("1.0", ""));
  BOOST_TEST(keeps("1.0", "foo,\tkeep-ALIVE"));
  BOOST_TEST(!keeps("1.0", "keep-alive, close"));
}

BOOST_AUTO_TEST_CASE(nothing_is_read_behind_the_last_request) {
  const std::string last = lines_of({"GET /1 HTTP/1.1", "Host: a", "Connection: close", ""});
  const auto read = read_requests(last + lines_of({"GET /2 HTTP/1.1", "Host: a", ""}));
  BOOST_TEST(read.heads == 1U);
  BOOST_TEST(read.completed == 1U);
  BOOST_TEST((read.status == http::Status::ok));

  Read ended(last);
  static_cast<void>(ended.parser.next({}, ended.head));
  BOOST_TEST(ended.parser.ended());
  BOOST_TEST(ended.parser.next("GET ", ended.head).consumed == 4U);
}

BOOST_AUTO_TEST_CASE(an_upgrade_is_asked_for_by_two_fields) {
  const auto upgrades = [](std::string_view version, std::string_view connection) {
    std::string line("Connection: ");
    line.append(connection);
    return Read(lines_of({std::string("GET / HTTP/").append(version), "Host: a",
                          "Upgrade: websocket", line, ""}))
        .head.upgrade;
  };
  BOOST_TEST(upgrades("1.1", "keep-alive, Upgrade"));
  BOOST_TEST(!upgrades("1.1", "keep-alive"));
  BOOST_TEST(!upgrades("1.0", "upgrade"));
}

BOOST_AUTO_TEST_CASE(a_client_that_waits_for_100_says_so) {
  const auto waits = [](std::string_view version, std::string_view length) {
    std::string line("Content-Length: ");
    line.append(length);
    return Read(lines_of({std::string("PUT / HTTP/").append(version), "Host: a",
                          "Expect: 100-Continue", line, ""}))
        .head.expects_continue;
  };
  BOOST_TEST(waits("1.1", "5"));
  BOOST_TEST(!waits("1.1", "0"));
  BOOST_TEST(!waits("1.0", "5"));
}

BOOST_AUTO_TEST_CASE(a_request_of_1_0_may_lack_a_host) {
  BOOST_TEST(Read(lines_of({"GET / HTTP/1.0", ""})).head.authority.empty());
  BOOST_TEST(Read(lines_of({"GET / HTTP/1.1", "Host:", ""})).head.authority.empty());
}

BOOST_AUTO_TEST_CASE(values_may_have_bytes_beyond_ascii_and_tabs) {
  const Read read(
      lines_of({"GET / HTTP/1.1", "Host: a", "X: \xc3\xa9\tand more than sixteen bytes \xff", ""}));
  BOOST_TEST(read.head.headers.value("X") == "\xc3\xa9\tand more than sixteen bytes \xff");
}

BOOST_AUTO_TEST_SUITE_END()
