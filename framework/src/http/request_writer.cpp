#include "weir/http/request_writer.hpp"

#include <string>

#include "core/text.hpp"
#include "http/authority.hpp"
#include "http/bytes.hpp"
#include "http/head_writer.hpp"

namespace weir::http {

namespace {

// A head without what the caller gives: one of each line below.
constexpr std::size_t room_for_lines = 256;

bool says_no_length(std::string_view method) {
  return method != "POST" && method != "PUT" && method != "PATCH";
}

bool is_target(const RequestStart& start) {
  const std::string_view target = start.target;
  if (target.empty() || !bytes::all(bytes::target, target)) return false;
  if (start.method == "CONNECT") return is_host_and_port(target);
  if (target == "*") return start.method == "OPTIONS";
  return target.front() == '/' || target.starts_with("http://") || target.starts_with("https://");
}

weir::Status check(const RequestStart& start) {
  if (start.method.empty() || !bytes::all(bytes::token, start.method)) {
    return Error{"method that is no token: " + text::quoted(start.method, 40)};
  }
  if (!is_target(start)) {
    return Error{"request target that is none: " + text::quoted(start.target, 40)};
  }
  if (!is_host(start.host)) {
    return Error{"host that is none: " + text::quoted(start.host, 40)};
  }
  if (!bytes::all(bytes::value, start.upgrade)) {
    return Error{"protocol to upgrade to with a control byte"};
  }
  if (start.method == "CONNECT" && start.content_length != 0) return Error{"CONNECT with a body"};
  return {};
}

}  // namespace

weir::Status write_head(const RequestStart& start, std::span<const Header> headers,
                        Buffer& output) {
  if (auto status = check(start); !status.ok()) return status;
  HeadWriter head(output, room_for_lines + size_of(headers) + start.method.size() +
                              start.target.size() + start.host.size() + start.upgrade.size());
  head.text(start.method);
  head.text(" ");
  head.text(start.target);
  head.text(" HTTP/1.1\r\n");
  head.field("Host", start.host);
  if (auto status = head.fields(headers, {.request = true}); !status.ok()) return status;
  if (!start.content_length.has_value()) {
    head.text("Transfer-Encoding: chunked\r\n");
  } else if (*start.content_length > 0 || !says_no_length(start.method)) {
    head.text("Content-Length: ");
    head.number(*start.content_length);
    head.text("\r\n");
  }
  if (start.expect_continue && start.content_length != 0) head.text("Expect: 100-continue\r\n");
  if (!start.upgrade.empty()) {
    head.text("Connection: upgrade\r\n");
    head.field("Upgrade", start.upgrade);
  } else if (!start.keep_alive) {
    head.text("Connection: close\r\n");
  }
  head.text("\r\n");
  head.commit();
  return {};
}

}  // namespace weir::http
