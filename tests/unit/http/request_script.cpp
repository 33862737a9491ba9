#include "unit/http/request_script.hpp"

#include <boost/test/unit_test.hpp>
#include <memory>

#include "weir/http/request_parser.hpp"

namespace weir::test {

namespace {

using Kind = http::Parsed::Kind;

void write_fields(const http::Headers& headers, std::string& text) {
  for (const http::Header& header : headers) {
    text.append(header.name).append("=").append(header.value).append("\n");
  }
}

void write_head(const http::RequestHead& head, std::string& text) {
  text.append(head.method).append(" ").append(head.target);
  text.append(head.version == http::Version::http_1_1 ? " HTTP/1.1" : " HTTP/1.0");
  text.append(" for <").append(head.authority).append(">");
  text.append(head.keep_alive ? " stays" : " last").append(head.upgrade ? " upgrade" : "");
  text.append(head.expects_continue ? " waits" : "").append(" ");
  text.append(std::to_string(static_cast<int>(head.body))).append(" ");
  text.append(std::to_string(head.content_length)).append("\n");
  write_fields(head.headers, text);
}

}  // namespace

Requests read_pieces(const std::vector<std::string_view>& pieces, const http::Limits& limits) {
  http::RequestParser parser(limits);
  Requests result;
  std::string waiting;
  for (const std::string_view piece : pieces) {
    waiting.append(piece);
    const std::unique_ptr<char[]> lent(new char[waiting.size()]);
    waiting.copy(lent.get(), waiting.size());
    const std::string_view input(lent.get(), waiting.size());
    std::size_t used = 0;
    http::RequestHead head;
    for (;;) {
      const http::Parsed part = parser.next(input.substr(used), head);
      BOOST_REQUIRE_LE(part.consumed, input.size() - used);
      used += part.consumed;
      if (part.kind == Kind::need_more) break;
      if (part.kind == Kind::head) {
        ++result.heads;
        write_head(head, result.text);
      } else if (part.kind == Kind::body) {
        BOOST_REQUIRE(!part.body.empty());
        result.text.append(part.body);
        result.bodies.append(part.body);
      } else if (part.kind == Kind::complete) {
        ++result.completed;
        result.text.append("\n");
        write_fields(head.trailers, result.text);
      } else {
        result.status = parser.error().status;
        result.reason = parser.error().reason;
        result.text.append("failed ").append(std::to_string(code_of(result.status)));
        return result;
      }
    }
    waiting.erase(0, used);
  }
  result.idle = parser.idle();
  return result;
}

Requests read_requests(std::string_view input, const http::Limits& limits) {
  Requests whole = read_pieces({input}, limits);
  std::vector<std::string_view> bytes;
  for (std::size_t cut = 0; cut < input.size(); ++cut) {
    const Requests parts = read_pieces({input.substr(0, cut), input.substr(cut)}, limits);
    BOOST_REQUIRE_MESSAGE(parts.text == whole.text && parts.idle == whole.idle,
                          "cut at " << cut << ": " << parts.text << " instead of " << whole.text);
    bytes.push_back(input.substr(cut, 1));
  }
  const Requests parts = read_pieces(bytes, limits);
  BOOST_REQUIRE_MESSAGE(parts.text == whole.text && parts.idle == whole.idle,
                        "byte by byte: " << parts.text << " instead of " << whole.text);
  return whole;
}

std::string lines_of(const std::vector<std::string_view>& lines) {
  std::string text;
  for (const std::string_view line : lines) {
    text.append(line).append("\r\n");
  }
  return text;
}

}  // namespace weir::test
