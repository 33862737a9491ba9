// gzip of answers: which ones, for whom, and what is said of it.
#include <zlib.h>

#include <string>

#include "unit/web/bench.hpp"
#include "weir/web/http.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// What zlib, asked as a client would ask it, makes of `bytes`; empty when it is no gzip.
std::string unzipped(std::string_view bytes) {
  z_stream stream{};
  BOOST_REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  std::string text(1024 * 1024, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  const bool whole = inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0;
  text.resize(whole ? stream.total_out : 0);
  inflateEnd(&stream);
  return text;
}

struct Answer {
  std::string head;
  std::string body;
  [[nodiscard]] bool has(std::string_view line) const {
    return head.find("\r\n" + std::string(line) + "\r\n") != std::string::npos;
  }
};

Answer ask(WebBench& bench, std::string_view path, std::string_view accepts) {
  const std::string got = bench.ask(get(
      path, accepts.empty() ? std::string() : "Accept-Encoding: " + std::string(accepts) + "\r\n"));
  const std::size_t end = got.find("\r\n\r\n");
  BOOST_REQUIRE(end != std::string::npos);
  return {got.substr(0, end + 2), got.substr(end + 4)};
}

const std::string words(2000, 'w');

/// GET / answers that.
std::unique_ptr<ProtocolFactory> of(http::Response response, http::CompressOptions options = {}) {
  http::Router routes;
  routes.get("/", [response] { return response; });
  http::Options all;
  all.compress = options;
  return http::serve(routes, all);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(compression)

BOOST_AUTO_TEST_CASE(a_text_is_compressed_for_who_asks) {
  WebBench bench;
  bench.serve(of(http::text(words).with("ETag", "\"1\"")));
  const Answer zipped = ask(bench, "/", "br, gzip");
  BOOST_TEST(zipped.has("Content-Encoding: gzip"));
  BOOST_TEST(zipped.has("Vary: Accept-Encoding"));
  BOOST_TEST(zipped.has("ETag: W/\"1\""));
  BOOST_TEST(zipped.has("Content-Length: " + std::to_string(zipped.body.size())));
  BOOST_TEST(unzipped(zipped.body) == words);
  for (const char* accepts : {"", "br", "gzip;q=0", "identity, gzip;q=0.5"}) {
    const Answer plain = ask(bench, "/", accepts);
    BOOST_TEST(plain.body == words);
    BOOST_TEST(!plain.has("Content-Encoding: gzip"));
    BOOST_TEST(plain.has("Vary: Accept-Encoding"));
    BOOST_TEST(plain.has("ETag: \"1\""));
  }
}

BOOST_AUTO_TEST_CASE(head_says_what_get_would) {
  WebBench bench;
  bench.serve(of(http::text(words)));
  const Answer zipped = ask(bench, "/", "gzip");
  const std::string head = bench.ask("HEAD / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n");
  BOOST_TEST(head == zipped.head + "\r\n");
}

BOOST_AUTO_TEST_CASE(what_does_not_suit_stays_as_it_is) {
  std::string noise;
  for (unsigned i = 0, state = 1; i < 2000; ++i) {
    state = state * 1103515245 + 12345;
    noise += static_cast<char>(state >> 16U);
  }
  const auto with = [](std::string name, std::string value) {
    return http::text(words).with(std::move(name), std::move(value));
  };
  const http::Response responses[] = {
      http::text(std::string(1023, 'w')),
      http::text(noise),
      http::Response{.content_type = "image/png", .body = words},
      http::Response{.body = words},
      with("Content-Encoding", "br"),
      with("Cache-Control", "public, no-transform"),
      http::Response{.content_type = "text/plain", .body = words, .compress = false},
      http::Response{
          .status = http::Status::partial_content, .content_type = "text/plain", .body = words}};
  for (const http::Response& response : responses) {
    WebBench bench;
    bench.serve(of(response));
    const Answer answer = ask(bench, "/", "gzip");
    BOOST_TEST(!answer.has("Content-Encoding: gzip"));
    BOOST_TEST((answer.body == response.body));
  }
}

BOOST_AUTO_TEST_CASE(the_limits_are_options) {
  WebBench off;
  off.serve(of(http::text(words), {.enabled = false}));
  BOOST_TEST(ask(off, "/", "gzip").body == words);
  WebBench small;
  small.serve(of(http::text(words), {.max_body = 1999}));
  BOOST_TEST(ask(small, "/", "gzip").body == words);
  WebBench all;
  all.serve(of(http::json_body("[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]"),
               {.min_body = 1}));
  BOOST_TEST(ask(all, "/", "gzip").has("Content-Encoding: gzip"));
}

BOOST_AUTO_TEST_SUITE_END()
