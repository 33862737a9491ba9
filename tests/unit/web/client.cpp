// The HTTP client: what it sends, what it reads, and every way in which a response ends.
#include "weir/web/client.hpp"

#include <cerrno>

#include "unit/web/http_client_bench.hpp"

using namespace weir;
using namespace weir::test;
using http::ClientRequest;

namespace {

struct Sample {
  std::string bytes;
  unsigned status;
  std::string body;
  bool to_the_end = false;  // of the connection
  std::string method = "GET";
};

const std::vector<Sample>& samples() {
  static const std::vector<Sample> all{
      {ok("hello"), 200, "hello"},
      {ok(""), 200, ""},
      {"HTTP/1.1 204 No Content\r\n\r\n", 204, ""},
      {"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", 304, ""},
      {"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", 200, "", false, "HEAD"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 200, "", false, "HEAD"},
      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + ok("late"),
       200, "late"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=b\r\n world\r\n"
       "0\r\nSum: 11\r\n\r\n",
       200, "hello world"},
      {"HTTP/1.1 200 OK\r\n\r\nto the end", 200, "to the end", true},
      {"HTTP/1.0 404 Nothing\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc", 404, "abc"},
  };
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_client)

BOOST_AUTO_TEST_CASE(a_request_goes_out_and_its_response_comes_back) {
  ClientBench bench;
  const auto told = bench.send(
      {.method = "PUT", .url = here + "/a/b?c#d", .headers = {{"X-One", "1"}}, .body = "data"});
  BOOST_TEST(bench.server[0].take() ==
             "PUT /a/b?c HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nX-One: 1\r\nContent-Length: 4\r\n\r\n"
             "data");
  bench.say("HTTP/1.1 201 Created\r\nContent-Length: 2\r\nx-two: 2\r\nX-Two: 3\r\n\r\nok");
  BOOST_TEST(told->status() == 201U);
  BOOST_TEST(told->body() == "ok");
  BOOST_TEST(told->response().header("X-TWO") == "2");
  BOOST_TEST(told->response().header("X-Three") == "");
  BOOST_TEST(told->response().url == here + "/a/b?c");
  BOOST_TEST(told->response().redirects == 0U);
  BOOST_TEST(told->times == 1);
}

BOOST_AUTO_TEST_CASE(each_response_may_be_cut_at_every_byte) {
  for (const Sample& sample : samples()) {
    for (std::size_t cut = 0; cut <= sample.bytes.size(); ++cut) {
      ClientBench bench;
      const auto told = bench.send({.method = sample.method, .url = here});
      bench.say(sample.bytes.substr(0, cut));
      BOOST_TEST(told->pending() == (sample.to_the_end || cut < sample.bytes.size()));
      bench.say(sample.bytes.substr(cut));
      if (sample.to_the_end) bench.end();
      BOOST_TEST(told->status() == sample.status);
      BOOST_TEST(told->body() == sample.body);
      BOOST_TEST(told->times == 1);
    }
  }
}

BOOST_AUTO_TEST_CASE(each_response_that_ends_at_any_byte_but_its_last_is_an_error) {
  for (const Sample& sample : samples()) {
    const std::size_t head = sample.bytes.find("\r\n\r\n") + 4;
    for (std::size_t cut = 0; cut < sample.bytes.size(); ++cut) {
      ClientBench bench;
      const auto told = bench.send({.method = sample.method, .url = here});
      bench.say(sample.bytes.substr(0, cut));
      bench.end();
      const bool whole = sample.to_the_end && cut >= head;
      BOOST_TEST(told->code() == (whole ? 0 : ECONNRESET));
      BOOST_TEST(told->times == 1);
      BOOST_TEST(bench.server.all.size() == 1U);  // a new connection: not asked again
      BOOST_TEST(bench.client->stats().connections == 0U);
    }
  }
}

BOOST_AUTO_TEST_CASE(trailers_are_told) {
  ClientBench bench;
  const auto told = bench.get();
  bench.say(samples()[7].bytes);
  const auto trailers = told->response().trailers;
  BOOST_REQUIRE(trailers.size() == 1U);
  BOOST_TEST(trailers[0].first == "Sum");
  BOOST_TEST(trailers[0].second == "11");
}

BOOST_AUTO_TEST_CASE(what_is_no_response_is_an_error_and_ends_the_connection) {
  for (const std::string_view bytes :
       {"SSH-2.0-x\r\n", "HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n"
        "Content-Length: 2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n"
        "Transfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\nContent-Length: 1\n\n", "HTTP/1.1 200 OK\r\n Folded: 1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA : 1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "HTTP/1.1 204 No\r\nContent-Length: 1\r\n\r\nx",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"}) {
    ClientBench bench;
    const auto told = bench.get();
    bench.say(bytes);
    BOOST_TEST(told->code() == EPROTO, bytes);
    BOOST_TEST(bench.server[0].ended(), bytes);
    BOOST_TEST(bench.client->stats().unsolicited == 0U);
  }
}

BOOST_AUTO_TEST_CASE(what_can_be_in_no_request_is_refused_before_anything_is_sent) {
  ClientBench bench;
  const auto refused = [&](ClientRequest request) {
    if (request.url.empty()) request.url = here;
    return bench.send(std::move(request))->code() == EINVAL;
  };
  BOOST_TEST(refused({.headers = {{"A", "b\r\nC: d"}}}));
  BOOST_TEST(refused({.headers = {{"A", "b\nc"}}}));
  BOOST_TEST(refused({.headers = {{"A", "b\rc"}}}));
  BOOST_TEST(refused({.headers = {{"A", std::string("b\0c", 3)}}}));
  BOOST_TEST(refused({.headers = {{"A: b\r\nC", "d"}}}));
  BOOST_TEST(refused({.headers = {{"", "d"}}}));
  for (const char* name :
       {"Host", "content-length", "Transfer-Encoding", "Connection", "Upgrade", "Expect"}) {
    BOOST_TEST(refused({.headers = {{name, "x"}}}), name);
  }
  BOOST_TEST(refused({.method = "GET / HTTP/1.1\r\nA: b\r\n\r\n"}));
  BOOST_TEST(refused({.method = ""}));
  BOOST_TEST(refused({.method = "CONNECT"}));
  BOOST_TEST(refused({.url = here + "/\r\nA: b"}));
  BOOST_TEST(refused({.url = here + "/a b"}));
  BOOST_TEST(refused({.url = "http://user:secret@127.0.0.1:8080/"}));
  BOOST_TEST(refused({.url = "ws://127.0.0.1:8080/"}));
  BOOST_TEST(refused({.url = "https://127.0.0.1:8080/"}));  // without TLS
  BOOST_TEST(bench.server.all.empty());
  BOOST_TEST(bench.client->stats().awaited == 0U);
}

BOOST_AUTO_TEST_CASE(nobody_listening_is_an_error) {
  ClientBench bench;
  const auto told = bench.send({.url = "http://127.0.0.1:9/"});
  BOOST_TEST(told->code() == ECONNREFUSED);
  BOOST_TEST(bench.client->stats().connect_failures == 1U);
}

// --- limits ------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_body_past_its_limit_is_an_error_in_each_form) {
  for (const std::string_view headers :
       {"Content-Length: 11\r\n\r\n01234567890", "\r\n01234567890",
        "Transfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n"}) {
    ClientBench bench({.limits = {.body = 10}});
    const auto told = bench.get();
    bench.say("HTTP/1.1 200 OK\r\n" + std::string(headers));
    BOOST_TEST(told->code() == EPROTO, headers);
    BOOST_TEST(told->times == 1);
    const auto larger = bench.send({.url = here, .max_body = 11});
    bench.say("HTTP/1.1 200 OK\r\n" + std::string(headers), 1);
    bench.end(1);
    BOOST_TEST(larger->body() == "01234567890", headers);
  }
}

BOOST_AUTO_TEST_CASE(heads_and_interim_responses_have_limits) {
  {
    ClientBench bench({.limits = {.head = 100}});
    const auto told = bench.get();
    bench.say("HTTP/1.1 200 OK\r\nA: " + std::string(100, 'a'));
    BOOST_TEST(told->code() == EPROTO);
  }
  ClientBench bench({.limits = {.interim_responses = 2}});
  const auto told = bench.get();
  bench.say("HTTP/1.1 103 A\r\n\r\nHTTP/1.1 103 A\r\n\r\n");
  BOOST_TEST(told->pending());
  bench.say("HTTP/1.1 103 A\r\n\r\n");
  BOOST_TEST(told->code() == EPROTO);
}

BOOST_AUTO_TEST_CASE(responses_awaited_and_their_bodies_are_bounded) {
  ClientBench bench({.awaited = 2, .awaited_bytes = 10});
  const auto one = bench.post("123456");
  BOOST_TEST(bench.post("12345")->code() == ENOBUFS);
  const auto two = bench.post("1234");
  BOOST_TEST(bench.get()->code() == ENOBUFS);
  BOOST_TEST(bench.client->stats().rejected == 2U);
  bench.say(ok(""));
  BOOST_TEST(one->status() == 200U);
  const auto three = bench.post("123456");
  BOOST_TEST(three->pending());
  BOOST_TEST(bench.client->stats().awaited == 2U);
}

// --- deadlines ---------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_deadline_says_whether_the_request_was_sent) {
  ClientBench bench({.connections_per_host = 1, .deadline = 5s});
  const auto sent = bench.get();
  const auto waiting = bench.get();
  bench.loop.advance(4s);
  BOOST_TEST(sent->pending());
  bench.loop.advance(1s);
  BOOST_TEST(sent->code() == ETIMEDOUT);
  BOOST_TEST(waiting->code() == ETIME);
  BOOST_TEST(bench.server[0].ended());
  BOOST_TEST(bench.client->stats().expired == 2U);
}

BOOST_AUTO_TEST_CASE(a_response_that_stops_within_its_head_or_body_is_given_up) {
  for (const std::string_view bytes :
       {"HTTP/1.1 200 OK\r\nConte", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"}) {
    ClientBench bench({.deadline = 1h, .deadlines = {.frame = 10s}});
    const auto told = bench.get();
    bench.loop.advance(60s);  // before it begins, the whole deadline counts
    bench.say(bytes);
    bench.loop.advance(9s);
    BOOST_TEST(told->pending());
    bench.loop.advance(2s);
    BOOST_TEST(told->code() == ETIMEDOUT, bytes);
  }
}

BOOST_AUTO_TEST_CASE(a_server_that_takes_nothing_is_given_up) {
  ClientBench bench({.deadline = 1h, .deadlines = {.write = 30s}});
  const auto first = bench.get();
  bench.say(ok(""));
  bench.server[0].stop_reading();
  const auto told = bench.post(std::string(1024 * 1024, 'x'));
  bench.loop.advance(30s);
  BOOST_TEST(told->code() == ETIMEDOUT);
}

// --- bodies ------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(large_bodies_go_both_ways) {
  const std::string large(3 * 1024 * 1024, 'x');
  ClientBench bench;
  const auto told = bench.post(large);
  const std::string got = bench.server[0].take();
  BOOST_TEST(got.size() == got.find("\r\n\r\n") + 4 + large.size());
  bench.say(ok(large));
  BOOST_TEST((told->body() == large));
}

BOOST_AUTO_TEST_CASE(an_answer_before_the_request_went_out_is_taken_and_ends_the_connection) {
  ClientBench bench;
  const auto first = bench.get();
  bench.say(ok(""));
  bench.server[0].stop_reading();
  const auto told = bench.post(std::string(1024 * 1024, 'x'));
  bench.say("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
  BOOST_TEST(told->status() == 413U);
  BOOST_TEST(bench.client->stats().connections == 0U);
}

BOOST_AUTO_TEST_CASE(a_body_comes_in_pieces_and_may_be_paused) {
  for (const bool last : {false, true}) {
    ClientBench bench;
    std::vector<std::string> pieces;
    http::RequestId id;
    ClientRequest request{.url = here};
    request.on_body = [&](const http::BodyPiece& piece) {
      pieces.emplace_back(piece.bytes);
      BOOST_TEST(http::code_of(piece.response.status) == 200U);
      bench.client->pause(piece.request);
    };
    const auto told = bench.send(std::move(request), &id);
    bench.say("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc");
    BOOST_TEST(pieces.size() == 1U);
    bench.say("de");
    BOOST_TEST(pieces.size() == 1U);
    bench.client->resume(id);
    bench.loop.run_ready();
    BOOST_TEST(pieces.size() == 2U);
    BOOST_TEST(told->pending());
    bench.say("f");
    if (!last) bench.loop.advance(20s);  // paused: no frame deadline
    bench.client->resume(id);
    bench.loop.run_ready();
    BOOST_REQUIRE(pieces.size() == 3U);
    BOOST_TEST(pieces[0] + pieces[1] + pieces[2] == "abcdef");
    // It paused in the last piece, and no byte follows that.
    BOOST_TEST(told->status() == 200U);
    BOOST_TEST(told->body() == "");
    const auto next = bench.get();
    bench.say(ok("next"));
    BOOST_TEST(next->body() == "next");
    BOOST_TEST(bench.server.all.size() == 1U);
  }
}

BOOST_AUTO_TEST_CASE(a_receiver_that_throws_ends_its_request_alone) {
  ClientBench bench;
  ClientRequest request{.url = here};
  request.on_body = [](const http::BodyPiece&) { throw std::runtime_error("full"); };
  const auto told = bench.send(std::move(request));
  bench.say(ok("abc"));
  BOOST_TEST(told->code() == ECANCELED);
  BOOST_TEST(told->times == 1);
  const auto next = bench.get();
  bench.say(ok("next"), 1);
  BOOST_TEST(next->body() == "next");
}

// --- giving up ---------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_request_may_be_cancelled_at_any_time) {
  ClientBench bench({.connections_per_host = 1});
  http::RequestId sent;
  http::RequestId waiting;
  const auto one = bench.send({.url = here}, &sent);
  const auto two = bench.send({.url = here}, &waiting);
  bench.client->canceller(waiting)();
  bench.client->cancel(sent);
  bench.client->cancel(sent);
  bench.loop.run_ready();
  BOOST_TEST(one->code() == ECANCELED);
  BOOST_TEST(two->code() == ECANCELED);
  BOOST_TEST(one->times + two->times == 2);
  BOOST_TEST(bench.server[0].ended());
  ClientRequest request{.url = here};
  request.on_body = [&](const http::BodyPiece& piece) { bench.client->cancel(piece.request); };
  const auto three = bench.send(std::move(request));
  bench.say(ok("abc"), 1);
  BOOST_TEST(three->code() == ECANCELED);
  BOOST_TEST(three->times == 1);
}

BOOST_AUTO_TEST_CASE(a_client_that_ends_tells_all_that_is_awaited) {
  ClientBench bench({.connections_per_host = 1});
  const auto one = bench.get();
  const auto two = bench.get();
  bench.client.reset();
  BOOST_TEST(one->code() == ECANCELED);
  BOOST_TEST(two->code() == ECANCELED);
  bench.loop.run_ready();
  BOOST_TEST(bench.server[0].ended());
  BOOST_TEST(one->times + two->times == 2);
}

BOOST_AUTO_TEST_CASE(a_client_may_be_destroyed_by_its_handlers) {
  {
    ClientBench bench;
    int told = 0;
    const auto handler = [&](const Result<http::ClientResponse>&) {
      ++told;
      bench.client.reset();
    };
    BOOST_TEST(bench.client->send({.url = here}, handler).ok());
    BOOST_TEST(bench.client->send({.url = here}, handler).ok());
    bench.loop.run_ready();
    bench.say(ok("abc"));
    BOOST_TEST(told == 2);
  }
  ClientBench bench;
  ClientRequest request{.url = here};
  auto kept = std::make_shared<int>(0);
  request.on_body = [&bench, kept](const http::BodyPiece&) {
    bench.client.reset();
    ++*kept;
  };
  const auto told = bench.send(std::move(request));
  bench.say(ok("abc"));
  BOOST_TEST(told->code() == ECANCELED);
  BOOST_TEST(*kept == 1);
}

BOOST_AUTO_TEST_CASE(what_a_handler_throws_harms_nobody) {
  ClientBench bench;
  const auto thrower = [](const Result<http::ClientResponse>&) { throw std::runtime_error("no"); };
  BOOST_TEST(bench.client->send({.url = here}, thrower).ok());
  bench.loop.run_ready();
  bench.say(ok(""));
  const auto next = bench.get();
  bench.say(ok("next"));
  BOOST_TEST(next->body() == "next");
}

BOOST_AUTO_TEST_CASE(every_step_may_fail_or_vanish_and_each_request_is_told_once) {
  const auto scenario = [](const testing::Faults& faults) {
    ClientBench bench({.connections_per_host = 1, .deadline = 20s});
    bench.loop.set_faults(faults);
    const auto one = bench.get();
    const auto two = bench.post("data");
    const auto answer = [&] {
      for (auto& conversation : bench.server.all) {
        if (conversation->take().find("\r\n\r\n") != std::string::npos) {
          conversation->say(ok("yes"));
        }
      }
      bench.loop.run_ready();
    };
    for (int i = 0; i < 4; ++i) answer();
    bench.loop.advance(30s);
    BOOST_TEST(one->times == 1);
    BOOST_TEST(two->times == 1);
    BOOST_TEST(bench.client->stats().awaited == 0U);
    return bench.loop.steps();
  };
  const std::size_t steps = scenario({});
  for (std::size_t step = 1; step <= steps; ++step) {
    scenario({.fail_at = step});
    scenario({.vanish_at = step});
    scenario({.max_write = step});
  }
}

BOOST_AUTO_TEST_SUITE_END()
