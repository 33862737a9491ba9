// Bodies in pieces: those of responses (ResponseStream) and those of requests (BodyStream).
#include <optional>
#include <vector>

#include "unit/web/bench.hpp"
#include "weir/session/group.hpp"
#include "weir/web/http.hpp"

using namespace weir;
using namespace weir::test;

namespace {

constexpr std::string_view chunked_head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n";

/// What a handler of a stream keeps.
struct Kept {
  std::optional<http::ResponseStream> stream;
  int rooms = 0;
  bool gone = false;
};

/// GET / begins a stream that the test goes on with; GET /hello is answered at once.
http::Router streams(Kept& kept, std::optional<std::uint64_t> length = std::nullopt) {
  http::Router routes;
  routes.get("/", [&kept, length](http::ResponseStream stream) {
    kept.stream = stream;
    kept.stream->begin({.content_type = "text/plain"}, {.length = length,
                                                        .on_room = [&kept] { ++kept.rooms; },
                                                        .on_gone = [&kept] { kept.gone = true; }});
  });
  routes.get("/hello", [] { return "hello"; });
  return routes;
}

std::string chunk(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  return std::string(1, digits[text.size()]) + "\r\n" + std::string(text) + "\r\n";
}

/// POST / is taken as it comes.
struct Upload {
  std::vector<std::string> pieces;
  std::optional<bool> whole;
  std::optional<Responder> responder;
  std::optional<http::BodyStream> body;
  bool reads = true;

  void begin() {
    body->read([this](std::string_view piece) { pieces.emplace_back(piece); },
               [this](bool all) {
                 whole = all;
                 if (all) responder->reply("thanks");
               });
  }
};
http::Router uploads(Upload& upload) {
  http::Router routes;
  routes.post("/", [&upload](http::BodyStream body, Responder responder) {
    upload.responder = std::move(responder);
    upload.body = std::move(body);
    if (upload.reads) upload.begin();
  });
  routes.get("/hello", [] { return "hello"; });
  return routes;
}

constexpr std::string_view post_head = "POST / HTTP/1.1\r\nHost: a\r\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(streaming)

BOOST_AUTO_TEST_CASE(a_response_goes_out_in_chunks_as_they_are_written) {
  Kept kept;
  WebBench bench;
  bench.serve(http::serve(streams(kept)));
  Peer peer = bench.connect();
  BOOST_TEST(bench.ask(peer, get("/") + get("/hello")) == std::string(chunked_head) + "\r\n");
  BOOST_TEST((kept.stream->write("one") == SendResult::queued));
  bench.loop.run_ready();
  BOOST_TEST(peer.take() == chunk("one"));
  kept.stream->write("two");
  kept.stream->write("");
  kept.stream->write("three");
  BOOST_TEST(kept.stream->end());
  BOOST_TEST(!kept.stream->end());
  BOOST_TEST((kept.stream->write("more") == SendResult::rejected));
  bench.loop.run_ready();
  // The request behind it had to wait.
  BOOST_TEST(without_dates(peer.take()) ==
             chunk("two") + chunk("three") + "0\r\n\r\n" + answered("hello"));
  BOOST_TEST(!peer.ended());
}

BOOST_AUTO_TEST_CASE(a_stream_may_be_written_and_ended_in_its_handler) {
  WebBench bench;
  bench.serve(http::serve([](http::ResponseStream stream) {
    stream.begin({.content_type = "text/plain", .body = "first"});
    stream.write("second");
    stream.end({{"X-Sum", "11"}});
  }));
  const std::string whole = std::string(chunked_head) + "\r\n" + chunk("first") + chunk("second") +
                            "0\r\nX-Sum: 11\r\n\r\n";
  BOOST_TEST(bench.ask(get("/") + get("/")) == whole + whole);
}

BOOST_AUTO_TEST_CASE(a_length_is_said_and_kept) {
  Kept kept;
  WebBench bench;
  bench.serve(http::serve(streams(kept, 6)));
  Peer peer = bench.connect();
  BOOST_TEST(bench.ask(peer, get("/")).ends_with("Content-Length: 6\r\n\r\n"));
  kept.stream->write("abc");
  BOOST_TEST((kept.stream->write("defg") == SendResult::rejected));
  kept.stream->write("def");
  kept.stream->end();
  bench.loop.run_ready();
  BOOST_TEST(bench.ask(peer, get("/hello")) == "abcdef" + answered("hello"));
}

BOOST_AUTO_TEST_CASE(a_stream_that_ends_short_of_its_length_is_aborted) {
  Kept kept;
  WebBench bench;
  bench.serve(http::serve(streams(kept, 6)));
  Peer peer = bench.connect();
  static_cast<void>(bench.ask(peer, get("/")));
  kept.stream->write("abc");
  kept.stream->end();
  bench.loop.run_ready();
  BOOST_TEST(peer.closed());
  BOOST_TEST(bench.server.stats().closed_by(CloseReason::aborted) == 1U);
}

BOOST_AUTO_TEST_CASE(to_http_1_0_it_goes_up_to_the_end_of_the_connection) {
  Kept kept;
  WebBench bench;
  bench.serve(http::serve(streams(kept)));
  Peer peer = bench.connect();
  BOOST_TEST(bench.ask(peer, "GET / HTTP/1.0\r\n\r\n") ==
             "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n");
  kept.stream->write("all of it");
  kept.stream->end();
  bench.loop.run_ready();
  BOOST_TEST(peer.take() == "all of it");
  BOOST_TEST(peer.ended());
}

BOOST_AUTO_TEST_CASE(head_gets_no_piece) {
  Kept kept;
  WebBench bench;
  bench.serve(http::serve(streams(kept)));
  Peer peer = bench.connect();
  BOOST_TEST(bench.ask(peer, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n") ==
             "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n");
  kept.stream->write("nothing of this");
  kept.stream->end();
  BOOST_TEST(bench.ask(peer, get("/hello")) == answered("hello"));
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_dropped_is_aborted_and_one_that_never_began_has_failed) {
  Kept kept;
  WebBench bench;
  http::Router routes = streams(kept);
  routes.get("/dropped", [](http::ResponseStream) {});
  bench.serve(http::serve(routes));
  Peer peer = bench.connect();
  BOOST_TEST(bench.ask(peer, get("/dropped")).starts_with("HTTP/1.1 500 "));
  static_cast<void>(bench.ask(peer, get("/")));
  kept.stream.reset();
  bench.loop.run_ready();
  BOOST_TEST(peer.closed());
  BOOST_TEST(kept.gone);
}

BOOST_AUTO_TEST_CASE(its_client_may_go_and_it_is_told) {
  Kept kept;
  WebBench bench;
  bench.serve(http::serve(streams(kept)));
  Peer peer = bench.connect();
  static_cast<void>(bench.ask(peer, get("/")));
  peer.reset();
  bench.loop.run_ready();
  BOOST_TEST(kept.gone);
  BOOST_TEST((kept.stream->write("x") == SendResult::rejected));
  BOOST_TEST(kept.stream->end());
}

BOOST_AUTO_TEST_CASE(a_slow_reader_is_pressure_and_then_room) {
  Kept kept;
  ServerOptions options;
  options.flow.high_watermark = 1000;
  options.flow.low_watermark = 500;
  WebBench bench(std::move(options), {.capacity = 100});
  bench.serve(http::serve(streams(kept)));
  Peer peer = bench.connect();
  peer.send(get("/"));
  bench.loop.run_ready();
  std::string got = peer.take();
  std::string sent;
  while (kept.stream->write("0123456789") != SendResult::pressured) sent += "0123456789";
  sent += "0123456789";
  BOOST_TEST(kept.rooms == 0);
  for (int i = 0; i < 100 && kept.rooms == 0; ++i) {
    bench.loop.run_ready();
    got += peer.take();
  }
  BOOST_TEST(kept.rooms == 1);
  kept.stream->end();
  for (int i = 0; i < 100; ++i) {
    bench.loop.run_ready();
    got += peer.take();
  }
  BOOST_TEST(got.ends_with("0\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(streams_outlive_the_handler_deadline_and_not_the_write_deadline) {
  Kept kept;
  WebBench bench({}, {.capacity = 300});
  bench.serve(http::serve(streams(kept)));
  Peer peer = bench.connect();
  static_cast<void>(bench.ask(peer, get("/")));
  bench.loop.advance(1000s);
  kept.stream->write("still here");
  bench.loop.run_ready();
  BOOST_TEST(peer.take() == "a\r\nstill here\r\n");
  kept.stream->write(std::string(1000, 'x'));
  bench.loop.advance(30s);
  BOOST_TEST(kept.gone);
  BOOST_TEST(bench.server.stats().closed_by(CloseReason::write_timeout) == 1U);
}

BOOST_AUTO_TEST_CASE(a_group_reaches_streams) {
  Kept kept;
  Group group;
  WebBench bench;
  bench.serve(http::serve(streams(kept)));
  Peer peer = bench.connect();
  static_cast<void>(bench.ask(peer, get("/")));
  group.add(kept.stream->call()->session());
  group.send("to all");
  bench.loop.run_ready();
  BOOST_TEST(peer.take() == chunk("to all"));
}

BOOST_AUTO_TEST_CASE(trailers_that_are_none_are_left_out) {
  WebBench bench;
  bench.serve(http::serve([](http::ResponseStream stream) {
    stream.begin({});
    stream.end({{"X", "a\r\nb"}});
  }));
  BOOST_TEST(bench.ask(get("/")).ends_with("\r\n\r\n0\r\n\r\n"));
}

// --- requests ------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_body_is_given_as_it_comes) {
  for (const bool chunked : {false, true}) {
    Upload upload;
    WebBench bench;
    bench.serve(http::serve(uploads(upload)));
    Peer peer = bench.connect();
    BOOST_TEST(bench.ask(peer, std::string(post_head) +
                                   (chunked ? "Transfer-Encoding: chunked" : "Content-Length: 7") +
                                   "\r\n\r\n") == "");
    BOOST_TEST(bench.ask(peer, chunked ? "3\r\nabc" : "abc") == "");
    BOOST_REQUIRE(upload.pieces.size() == 1U);
    BOOST_TEST(upload.pieces[0] == "abc");
    BOOST_TEST(!upload.whole);
    // The request behind it waits for the response.
    const std::string rest = chunked ? "\r\n4\r\ndefg\r\n0\r\n\r\n" : "defg";
    BOOST_TEST(bench.ask(peer, rest + get("/hello")) == answered("thanks") + answered("hello"));
    BOOST_TEST(upload.pieces.back() == "defg");
    BOOST_TEST(upload.whole.value());
  }
}

BOOST_AUTO_TEST_CASE(a_request_without_a_body_ends_at_once) {
  Upload upload;
  WebBench bench;
  bench.serve(http::serve(uploads(upload)));
  Peer peer = bench.connect();
  BOOST_TEST(bench.ask(peer, std::string(post_head) + "Content-Length: 0\r\n\r\n" +
                                 get("/hello")) == answered("thanks") + answered("hello"));
}

BOOST_AUTO_TEST_CASE(the_request_behind_a_streamed_one_waits_for_an_answer_that_comes_later) {
  Upload upload;
  WebBench bench;
  http::Router routes;
  routes.post("/", [&](http::BodyStream body, Responder responder) {
    body.read([](std::string_view) {}, [&, responder](bool) { upload.responder = responder; });
  });
  routes.get("/hello", [] { return "hello"; });
  bench.serve(http::serve(routes));
  Peer peer = bench.connect();
  BOOST_TEST(bench.ask(peer, std::string(post_head) + "Content-Length: 3\r\n\r\nabc" +
                                 get("/hello")) == "");
  upload.responder->reply("later");
  bench.loop.run_ready();
  BOOST_TEST(without_dates(peer.take()) == answered("later") + answered("hello"));
}

BOOST_AUTO_TEST_CASE(nothing_is_read_before_the_handler_reads_nor_while_it_is_paused) {
  Upload upload;
  upload.reads = false;
  WebBench bench;
  bench.serve(http::serve(uploads(upload)));
  Peer peer = bench.connect();
  static_cast<void>(bench.ask(peer, std::string(post_head) + "Content-Length: 9\r\n\r\nabc"));
  bench.loop.advance(20s);  // the frame deadline is the client's, not the handler's
  BOOST_TEST(upload.pieces.empty());
  upload.begin();
  bench.loop.run_ready();
  BOOST_REQUIRE(upload.pieces.size() == 1U);
  upload.body->pause();
  static_cast<void>(bench.ask(peer, "def"));
  BOOST_TEST(upload.pieces.size() == 1U);
  upload.body->resume();
  bench.loop.run_ready();
  BOOST_TEST(upload.pieces.size() == 2U);
  BOOST_TEST(bench.ask(peer, "ghi") == answered("thanks"));
}

BOOST_AUTO_TEST_CASE(a_client_that_waits_is_told_to_go_on_when_the_handler_reads) {
  Upload upload;
  upload.reads = false;
  WebBench bench;
  bench.serve(http::serve(uploads(upload)));
  Peer peer = bench.connect();
  BOOST_TEST(bench.ask(peer, std::string(post_head) +
                                 "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n") == "");
  upload.begin();
  bench.loop.run_ready();
  BOOST_TEST(peer.take() == "HTTP/1.1 100 Continue\r\n\r\n");
  BOOST_TEST(bench.ask(peer, "abc") == answered("thanks"));
}

BOOST_AUTO_TEST_CASE(an_answer_before_the_end_of_the_body_ends_the_connection) {
  Upload upload;
  upload.reads = false;
  WebBench bench;
  bench.serve(http::serve(uploads(upload)));
  Peer peer = bench.connect();
  static_cast<void>(bench.ask(
      peer, std::string(post_head) + "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n"));
  upload.responder->reply("no");
  bench.loop.run_ready();
  BOOST_TEST(without_dates(peer.take()) == answered("no", "Connection: close\r\n"));
  BOOST_TEST(peer.ended());
}

BOOST_AUTO_TEST_CASE(a_stream_may_answer_while_the_body_comes) {
  WebBench bench;
  http::Router routes;
  routes.post("/", [](http::BodyStream body, http::ResponseStream answer) {
    answer.begin({});
    body.read([answer](std::string_view piece) { answer.write(piece); },
              [answer](bool) { answer.end(); });
  });
  bench.serve(http::serve(routes));
  Peer peer = bench.connect();
  BOOST_TEST(bench.ask(peer, std::string(post_head) + "Content-Length: 6\r\n\r\nabc")
                 .ends_with("Connection: close\r\n\r\n" + chunk("abc")));
  BOOST_TEST(bench.ask(peer, "def") == chunk("def") + "0\r\n\r\n");
  BOOST_TEST(peer.ended());
}

BOOST_AUTO_TEST_CASE(a_body_that_is_cut_short_is_told) {
  for (const bool reset : {false, true}) {
    Upload upload;
    WebBench bench;
    bench.serve(http::serve(uploads(upload)));
    Peer peer = bench.connect();
    static_cast<void>(bench.ask(peer, std::string(post_head) + "Content-Length: 7\r\n\r\nabc"));
    if (reset) {
      peer.reset();
    } else {
      peer.end();
    }
    bench.loop.run_ready();
    BOOST_REQUIRE(upload.whole.has_value());
    BOOST_TEST(!*upload.whole);
  }
}

BOOST_AUTO_TEST_CASE(streamed_bodies_have_a_bound_of_their_own) {
  Upload upload;
  WebBench bench;
  http::Options options;
  options.limits.body = 5;
  options.streamed_body = 10;
  http::Router routes = uploads(upload);
  routes.post("/small", [](std::string_view body) { return std::string(body); });
  bench.serve(http::serve(routes, options));
  const auto length = [](std::string_view path, int size) {
    return "POST " + std::string(path) +
           " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n";
  };
  BOOST_TEST(bench.ask(length("/", 10) + "0123456789") == answered("thanks"));
  BOOST_TEST(bench.ask(length("/", 11)).starts_with("HTTP/1.1 413 "));
  BOOST_TEST(bench.ask(length("/small", 6)).starts_with("HTTP/1.1 413 "));
  BOOST_TEST(bench.ask(length("/small", 5) + "01234") == answered("01234"));
  // Chunks are counted as they come.
  upload.whole.reset();
  Peer peer = bench.connect();
  static_cast<void>(bench.ask(peer, std::string(post_head) + "Transfer-Encoding: chunked\r\n\r\n"));
  static_cast<void>(bench.ask(peer, "6\r\n012345\r\n"));
  BOOST_TEST(bench.ask(peer, "5\r\n").starts_with("HTTP/1.1 413 "));
  BOOST_TEST(!upload.whole.value());
  BOOST_TEST(peer.ended());
}

BOOST_AUTO_TEST_CASE(a_slow_body_is_408_and_a_slow_handler_is_not) {
  Upload upload;
  WebBench bench;
  bench.serve(http::serve(uploads(upload)));
  Peer peer = bench.connect();
  static_cast<void>(bench.ask(peer, std::string(post_head) + "Content-Length: 9999\r\n\r\nx"));
  upload.body->pause();
  bench.loop.advance(25s);
  upload.body->resume();
  std::string got;
  int seconds = 0;
  for (; got.empty() && seconds < 30; ++seconds) {
    bench.loop.advance(1s);
    got = bench.ask(peer, "a few bytes");
  }
  BOOST_TEST(seconds == 11);
  BOOST_TEST(got.starts_with("HTTP/1.1 408 "));
  BOOST_TEST(!upload.whole.value());
}

BOOST_AUTO_TEST_CASE(a_broken_body_is_not_refused_in_the_middle_of_a_response) {
  WebBench bench;
  http::Router routes;
  routes.post("/", [](http::BodyStream body, http::ResponseStream answer) {
    answer.begin({});
    body.read([answer](std::string_view piece) { answer.write(piece); }, [answer](bool) {});
  });
  bench.serve(http::serve(routes));
  Peer peer = bench.connect();
  static_cast<void>(bench.ask(peer, std::string(post_head) + "Transfer-Encoding: chunked\r\n\r\n"));
  BOOST_TEST(bench.ask(peer, "3\r\nabc\r\n") == chunk("abc"));
  BOOST_TEST(bench.ask(peer, "nonsense\r\n") == "");
  BOOST_TEST(bench.server.stats().active == 0U);
}

BOOST_AUTO_TEST_CASE(the_handlers_time_begins_behind_the_body) {
  std::optional<Responder> kept;
  WebBench bench;
  http::Router routes;
  routes.post("/", [&](http::BodyStream body, Responder responder) {
    body.read([](std::string_view) {}, [&, responder](bool) { kept = responder; });
  });
  bench.serve(http::serve(routes));
  Peer peer = bench.connect();
  static_cast<void>(bench.ask(peer, std::string(post_head) + "Content-Length: 100000\r\n\r\n"));
  for (int i = 0; i < 100; ++i) {
    bench.loop.advance(1s);
    BOOST_TEST(bench.ask(peer, std::string(1000, 'x')) == "");
  }
  BOOST_TEST(kept.has_value());
  bench.loop.advance(29s);
  BOOST_TEST(peer.take() == "");
  bench.loop.advance(1s);
  BOOST_TEST(peer.take().starts_with("HTTP/1.1 503 "));
}

BOOST_AUTO_TEST_SUITE_END()
