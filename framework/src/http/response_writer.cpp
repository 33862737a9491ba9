#include "weir/http/response_writer.hpp"

#include <array>

#include "http/bytes.hpp"
#include "http/head_writer.hpp"

namespace weir::http {

namespace {

constexpr std::string_view ok_line = "HTTP/1.1 200 OK\r\n";
constexpr std::string_view length_name = "Content-Length: ";
constexpr std::string_view chunked_line = "Transfer-Encoding: chunked\r\n";
constexpr std::string_view close_line = "Connection: close\r\n";
constexpr std::string_view keep_alive_line = "Connection: keep-alive\r\n";
constexpr std::string_view upgrade_line = "Connection: upgrade\r\n";
constexpr std::string_view close_upgrade_line = "Connection: close, upgrade\r\n";
constexpr std::string_view end_of_line = "\r\n";
constexpr std::string_view last_chunk = "0\r\n";
// A head without what the caller gives: the longest phrase, and one of each line above.
constexpr std::size_t own_room = 256;
constexpr std::size_t most_hex_digits = 16;

/// A final response that says where its body ends.
bool says_length(const ResponseStart& start) {
  const bool tunnel = start.to_connect && code_of(start.status) / 100 == 2;
  return !has_no_body(start.status) && !tunnel;
}

}  // namespace

ResponseStart ResponseStart::to(const RequestHead& request) {
  return {.version = request.version,
          .keep_alive = request.keep_alive,
          .to_head = request.method == "HEAD",
          .to_connect = request.form == TargetForm::authority};
}

BodyPlan plan_of(const ResponseStart& start) {
  if (!says_length(start) || start.to_head) return {BodyKind::none, start.keep_alive};
  if (start.content_length.has_value()) {
    return {*start.content_length == 0 ? BodyKind::none : BodyKind::length, start.keep_alive};
  }
  if (start.version == Version::http_1_1) return {BodyKind::chunked, start.keep_alive};
  return {BodyKind::until_close, false};
}

weir::Status write_head(const ResponseStart& start, std::span<const Header> headers,
                        Buffer& output) {
  const unsigned code = code_of(start.status);
  if (code < 100 || code > 599) return Error{"status " + std::to_string(code) + ", which is none"};
  if (!bytes::all_of_value(start.upgrade) || !bytes::all_of_value(start.date)) {
    return Error{"date or protocol with a control byte"};
  }
  if (auto status = check_value("Content-Type", start.content_type); !status.ok()) return status;
  const BodyPlan plan = plan_of(start);
  HeadWriter head(output, own_room + size_of(headers) + start.upgrade.size() + start.date.size() +
                              start.content_type.size());
  if (start.status == Status::ok) {
    head.text(ok_line);
  } else {
    head.text("HTTP/1.1 ");
    head.number(code);
    head.text(" ");
    head.text(reason(start.status));
    head.text(end_of_line);
  }
  if (!start.date.empty()) head.field("Date", start.date);
  if (!start.content_type.empty()) head.field("Content-Type", start.content_type);
  if (auto status = head.fields(headers, {.date = !start.date.empty()}); !status.ok()) {
    return status;
  }
  if (says_length(start)) {
    if (start.content_length.has_value()) {
      head.text(length_name);
      head.number(*start.content_length);
      head.text(end_of_line);
    } else if (plan.body == BodyKind::chunked) {
      head.text(chunked_line);
    }
  }
  if (!start.upgrade.empty()) {
    head.text(code < 200 || plan.keep_alive ? upgrade_line : close_upgrade_line);
    head.field("Upgrade", start.upgrade);
  } else if (code >= 200 && !plan.keep_alive) {
    head.text(close_line);
  } else if (code >= 200 && start.version == Version::http_1_0) {
    head.text(keep_alive_line);
  }
  head.text(end_of_line);
  head.commit();
  return {};
}

void write_chunk(std::string_view data, Buffer& output) {
  if (data.empty()) return;
  char* const begin = output.prepare(most_hex_digits + data.size() + 2 * end_of_line.size());
  char* at = std::to_chars(begin, begin + most_hex_digits, data.size(), 16).ptr;
  const auto append = [&at](std::string_view bytes) {
    std::memcpy(at, bytes.data(), bytes.size());
    at += bytes.size();
  };
  append(end_of_line);
  append(data);
  append(end_of_line);
  output.commit(static_cast<std::size_t>(at - begin));
}

weir::Status write_last_chunk(std::span<const Header> trailers, Buffer& output) {
  HeadWriter lines(output, last_chunk.size() + size_of(trailers) + end_of_line.size());
  lines.text(last_chunk);
  if (auto status = lines.fields(trailers, {.request = true}); !status.ok()) return status;
  lines.text(end_of_line);
  lines.commit();
  return {};
}

void write_last_chunk(Buffer& output) {
  output.append(last_chunk);
  output.append(end_of_line);
}

}  // namespace weir::http
