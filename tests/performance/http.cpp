// What a request and its response cost in processor time, without a socket: parsing alone, and with
// the head of a plain response.
//
//     weir-http-cost [SCALE]              1 is quick, 100 is for reading
//     weir-http-cost SCALE small|large    one kind alone, for counting instructions
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>

#include "weir/http/request_parser.hpp"
#include "weir/http/response_writer.hpp"

namespace {

using namespace weir;

constexpr std::string_view small =
    "GET /plaintext HTTP/1.1\r\n"
    "Host: localhost:8080\r\n"
    "Accept: text/plain,text/html;q=0.9,*/*;q=0.8\r\n"
    "Connection: keep-alive\r\n\r\n";

constexpr std::string_view large =
    "GET /articles/2022/11/how-a-weir-works.html?utm_source=feed&page=2 HTTP/1.1\r\n"
    "Host: www.example.com\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:107.0) Gecko/20100101 Firefox/107.0\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8\r\n"
    "Accept-Language: en-GB,en;q=0.7,de;q=0.3\r\n"
    "Accept-Encoding: gzip, deflate, br\r\n"
    "Referer: https://www.example.com/articles/2022/11/index.html\r\n"
    "Connection: keep-alive\r\n"
    "Cookie: session=0123456789abcdef0123456789abcdef; theme=dark; seen=1669102465\r\n"
    "Upgrade-Insecure-Requests: 1\r\n"
    "If-None-Match: \"5f3c-5ee2a1b2c3d40\"\r\n"
    "Cache-Control: max-age=0\r\n\r\n";

double processor_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// Reads `times` requests, sixteen in one input, and answers each.
std::size_t serve(std::string_view request, int times, bool answers) {
  const http::Limits limits;
  http::RequestParser parser(limits);
  http::RequestHead head;
  Buffer output;
  std::string input;
  for (int i = 0; i < 16; ++i) input.append(request);
  std::size_t headers = 0;
  for (int round = 0; round < times / 16; ++round) {
    for (std::string_view rest = input;;) {
      const http::Parsed part = parser.next(rest, head);
      rest.remove_prefix(part.consumed);
      if (part.kind == http::Parsed::Kind::need_more) break;
      if (part.kind == http::Parsed::Kind::failed) std::abort();
      if (part.kind != http::Parsed::Kind::head) continue;
      headers += head.headers.size();
      if (!answers) continue;
      http::ResponseStart start = http::ResponseStart::to(head);
      start.content_length = 13;
      start.date = "Sun, 06 Nov 1994 08:49:37 GMT";
      const http::Header fields[] = {{"Content-Type", "text/plain"}, {"Server", "weir"}};
      if (!http::write_head(start, fields, output).ok()) std::abort();
      output.append("Hello, World!");
    }
    output.clear();
  }
  return headers;
}

void report(const char* name, std::string_view request, int times) {
  for (const bool answers : {false, true}) {
    const double begin = processor_seconds();
    if (serve(request, times, answers) == 0) std::abort();
    const double took = processor_seconds() - begin;
    std::printf("%s request of %4zu bytes, %-14s %6.1f ns\n", name, request.size(),
                answers ? "read, answered" : "read", took / times * 1e9);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int times = 16 * 1000 * (argc > 1 ? std::atoi(argv[1]) : 1);
  const std::string_view only = argc > 2 ? argv[2] : "";
  if (only != "large") report("small", small, times);
  if (only != "small") report("large", large, times);
}
