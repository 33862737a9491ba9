#include "weir/http/response_writer.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "unit/http/request_script.hpp"

using namespace weir;
using http::BodyKind;
using http::Header;
using http::ResponseStart;
using http::Version;
using weir::test::lines_of;
using namespace std::string_view_literals;
using Code = http::Status;

namespace {

std::string written(const ResponseStart& start, const std::vector<Header>& headers = {}) {
  Buffer output;
  output.append("before ");
  const weir::Status status = http::write_head(start, headers, output);
  if (!status.ok()) {
    BOOST_TEST(output.view() == "before ");
    return "refused: " + status.error().message;
  }
  return std::string(output.view().substr(7));
}

bool is_refused(const Header& header) {
  return written({.date = "today"}, {header}).starts_with("refused: ");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(response_writer)

BOOST_AUTO_TEST_CASE(a_head_has_its_date_the_callers_fields_and_its_length) {
  BOOST_TEST(written({.content_length = 5, .date = "Sun, 06 Nov 1994 08:49:37 GMT"},
                     {{"Content-Type", "text/plain"}, {"X-Empty", ""}}) ==
             lines_of({"HTTP/1.1 200 OK", "Date: Sun, 06 Nov 1994 08:49:37 GMT",
                       "Content-Type: text/plain", "X-Empty: ", "Content-Length: 5", ""}));
  BOOST_TEST(written({.status = Code::not_found}) ==
             lines_of({"HTTP/1.1 404 Not Found", "Content-Length: 0", ""}));
}

BOOST_AUTO_TEST_CASE(the_content_type_stands_before_the_callers_fields_and_is_checked) {
  BOOST_TEST(written({.content_length = 5, .date = "now", .content_type = "text/plain"},
                     {{"X-Other", "1"}}) ==
             lines_of({"HTTP/1.1 200 OK", "Date: now", "Content-Type: text/plain", "X-Other: 1",
                       "Content-Length: 5", ""}));
  // A control byte is found wherever it stands among blocks of sixteen; a tab is none.
  const std::string type(40, 'a');
  for (std::size_t at = 0; at < type.size(); ++at) {
    for (const std::size_t size : {at + 1, type.size()}) {
      std::string wrong = type.substr(0, size);
      for (const char byte : {'\r', '\n', '\0', '\x7f', '\x1f'}) {
        wrong[at] = byte;
        BOOST_TEST(written({.content_type = wrong}).starts_with("refused: "));
        BOOST_TEST(is_refused({"X-Other", wrong}));
      }
      wrong[at] = '\t';
      BOOST_TEST(written({.content_type = wrong}).starts_with("HTTP/1.1 200 OK"));
      BOOST_TEST(!is_refused({"X-Other", wrong}));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_status_without_a_name_keeps_its_blank) {
  BOOST_TEST(written({.status = Code{299}}) ==
             lines_of({"HTTP/1.1 299 ", "Content-Length: 0", ""}));
  BOOST_TEST(written({.status = Code{99}}).starts_with("refused"));
  BOOST_TEST(written({.status = Code{600}}).starts_with("refused"));
  BOOST_TEST(written({.status = Code{1000}}).starts_with("refused"));
}

BOOST_AUTO_TEST_CASE(every_named_status_has_a_phrase) {
  for (unsigned code = 100; code < 600; ++code) {
    for (const char byte : http::reason(Code{static_cast<std::uint16_t>(code)})) {
      BOOST_TEST((byte >= ' ' && byte < 0x7f));
    }
  }
  BOOST_TEST(http::reason(Code::request_header_fields_too_large) ==
             "Request Header Fields Too Large");
  BOOST_TEST(http::reason(Code{299}).empty());
}

BOOST_AUTO_TEST_CASE(a_body_of_unknown_length_is_chunked_or_ends_with_the_connection) {
  const ResponseStart newer = {.content_length = std::nullopt};
  BOOST_TEST(written(newer) == lines_of({"HTTP/1.1 200 OK", "Transfer-Encoding: chunked", ""}));
  BOOST_TEST((plan_of(newer).body == BodyKind::chunked));
  BOOST_TEST(plan_of(newer).keep_alive);
  const ResponseStart older = {.content_length = std::nullopt, .version = Version::http_1_0};
  BOOST_TEST(written(older) == lines_of({"HTTP/1.1 200 OK", "Connection: close", ""}));
  BOOST_TEST((plan_of(older).body == BodyKind::until_close));
  BOOST_TEST(!plan_of(older).keep_alive);
}

BOOST_AUTO_TEST_CASE(the_connection_field_says_what_the_version_does_not) {
  BOOST_TEST(written({.keep_alive = false}) ==
             lines_of({"HTTP/1.1 200 OK", "Content-Length: 0", "Connection: close", ""}));
  BOOST_TEST(written({.version = Version::http_1_0}) ==
             lines_of({"HTTP/1.1 200 OK", "Content-Length: 0", "Connection: keep-alive", ""}));
}

BOOST_AUTO_TEST_CASE(a_response_to_head_has_the_fields_and_no_body) {
  const ResponseStart start = {.content_length = 5, .to_head = true};
  BOOST_TEST(written(start) == lines_of({"HTTP/1.1 200 OK", "Content-Length: 5", ""}));
  BOOST_TEST((plan_of(start).body == BodyKind::none));
  const ResponseStart unknown = {
      .content_length = std::nullopt, .version = Version::http_1_0, .to_head = true};
  BOOST_TEST(plan_of(unknown).keep_alive);
  BOOST_TEST(written({.content_length = std::nullopt, .to_head = true}) ==
             lines_of({"HTTP/1.1 200 OK", ""}));
}

BOOST_AUTO_TEST_CASE(some_statuses_never_have_a_body) {
  for (const Code status :
       {Code::continue_100, Code::early_hints, Code::no_content, Code::not_modified}) {
    const ResponseStart start = {.status = status, .content_length = 5};
    BOOST_TEST((plan_of(start).body == BodyKind::none));
    BOOST_TEST(written(start).find("Content-Length") == std::string::npos);
    const ResponseStart unknown = {.status = status, .content_length = std::nullopt};
    BOOST_TEST((plan_of(unknown).body == BodyKind::none));
    BOOST_TEST(written(unknown).find("Transfer-Encoding") == std::string::npos);
  }
  BOOST_TEST(written({.status = Code::continue_100, .keep_alive = false}) ==
             "HTTP/1.1 100 Continue\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(a_tunnel_has_no_length) {
  BOOST_TEST(written({.to_connect = true}) == "HTTP/1.1 200 OK\r\n\r\n");
  BOOST_TEST(written({.status = Code::forbidden, .to_connect = true}) ==
             lines_of({"HTTP/1.1 403 Forbidden", "Content-Length: 0", ""}));
}

BOOST_AUTO_TEST_CASE(switching_protocols_names_the_new_one) {
  BOOST_TEST(written({.status = Code::switching_protocols, .upgrade = "websocket"}) ==
             lines_of({"HTTP/1.1 101 Switching Protocols", "Connection: upgrade",
                       "Upgrade: websocket", ""}));
}

BOOST_AUTO_TEST_CASE(a_field_cannot_smuggle_another_one_in) {
  BOOST_TEST(is_refused({"X", "a\r\nY: b"}));
  BOOST_TEST(is_refused({"X", "a\nY: b"}));
  BOOST_TEST(is_refused({"X", "a\rb"}));
  BOOST_TEST(is_refused({"X", "a\0b"sv}));
  BOOST_TEST(is_refused({"X", "a\x7f"}));
  BOOST_TEST(is_refused({"X", "0123456789abcdef0123456789\r"}));
  BOOST_TEST(is_refused({"X\r\nY", "a"}));
  BOOST_TEST(is_refused({"X:", "a"}));
  BOOST_TEST(is_refused({"X Y", "a"}));
  BOOST_TEST(is_refused({"", "a"}));
  BOOST_TEST(!is_refused({"X", "a\tb \xc3\xa9"}));
  BOOST_TEST(written({.upgrade = "a\r\nX: b"}).starts_with("refused"));
  BOOST_TEST(written({.date = "a\r\nX: b"}).starts_with("refused"));
}

BOOST_AUTO_TEST_CASE(what_frames_the_message_is_written_once) {
  for (const std::string_view name :
       {"Content-Length", "transfer-encoding", "CONNECTION", "Upgrade", "Date"}) {
    BOOST_TEST(is_refused({name, "5"}), name);
  }
  BOOST_TEST(written({}, {{"Date", "today"}}).find("Date: today") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_response_is_told_by_its_request) {
  http::RequestHead request;
  request.method = "HEAD";
  request.version = Version::http_1_0;
  request.keep_alive = false;
  const ResponseStart start = ResponseStart::to(request);
  BOOST_TEST(start.to_head);
  BOOST_TEST(!start.to_connect);
  BOOST_TEST(!start.keep_alive);
  BOOST_TEST((start.version == Version::http_1_0));
}

BOOST_AUTO_TEST_CASE(chunks_are_framed_and_the_last_one_has_the_trailers) {
  Buffer output;
  http::write_chunk("hello", output);
  http::write_chunk("", output);
  http::write_chunk(std::string(26, 'x'), output);
  BOOST_TEST(output.view() == "5\r\nhello\r\n1a\r\n" + std::string(26, 'x') + "\r\n");
  output.clear();
  http::write_last_chunk(output);
  BOOST_TEST(output.view() == "0\r\n\r\n");
  output.clear();
  const std::vector<Header> trailers = {{"Sum", "1"}};
  BOOST_TEST(http::write_last_chunk(trailers, output).ok());
  BOOST_TEST(output.view() == "0\r\nSum: 1\r\n\r\n");
  for (const std::string_view name : {"Content-Length", "Host", "a b"}) {
    const std::vector<Header> refused = {{name, "1"}};
    BOOST_TEST(!http::write_last_chunk(refused, output).ok(), name);
  }
  BOOST_TEST(output.view() == "0\r\nSum: 1\r\n\r\n");
}

BOOST_AUTO_TEST_SUITE_END()
