// Many calls at once: their order, their bounds, cut and oversized frames, ends in between.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <deque>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "unit/routing/rpc_case.hpp"
#include "weir/framing/content_length.hpp"
#include "weir/framing/length_prefix.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// "later" waits until the test answers; "add" does not.
struct Later : Rpc {
  explicit Later(ServerOptions wanted = {}) : Rpc(std::move(wanted)) {
    router.on("later", [this](JsonResponder responder) { waiting.push_back(responder); });
    router.on("add", [](int x, int y) { return x + y; });
  }

  static std::string call_of(int id) {
    return R"({"jsonrpc":"2.0","method":"later","id":)" + std::to_string(id) + "}";
  }
  /// Calls with the ids from `first` on, each in a line or all in a batch.
  static std::string calls_of(int first, int count, bool batch) {
    std::string text;
    for (int id = first; id < first + count; ++id) {
      if (!text.empty()) text += batch ? ',' : '\n';
      text += call_of(id);
    }
    return batch ? "[" + text + "]" : text;
  }
  /// Answers the oldest that waits.
  std::string answer(int value) {
    waiting.front().reply(value);
    waiting.pop_front();
    run();
    return take();
  }
  static std::string answer_of(int value, int id) {
    return R"({"jsonrpc":"2.0","result":)" + std::to_string(value) + R"(,"id":)" +
           std::to_string(id) + "}";
  }

  std::deque<JsonResponder> waiting;
};

ServerOptions small_frames() {
  ServerOptions options;
  options.limits.frame = 300;
  return options;
}

/// What comes back for all the frames, however the bytes arrive.
template <Framing F>
void check_every_cut(const F& framing, const std::vector<std::string>& frames) {
  JsonRouter router;
  router.on("add", [](int x, int y) { return x + y; });
  router.on("echo", [](Json params) { return params; });
  Buffer encoded;
  for (const std::string& frame : frames) BOOST_REQUIRE(framing.encode(frame, encoded).ok());
  const std::string bytes(encoded.view());
  std::string whole;
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    Bench bench;
    bench.serve(framing, json_rpc(router));
    Peer peer = bench.dial();
    std::string came = bench.say(peer, bytes.substr(0, cut));
    came += bench.say(peer, bytes.substr(cut));
    if (cut == 0) whole = came;
    BOOST_REQUIRE_EQUAL(came, whole);
    peer.end();
    bench.run();
    bench.check_end(CloseReason::peer_ended);
  }
  BOOST_TEST(std::count(whole.begin(), whole.end(), '}') >= std::ptrdiff_t{6});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(json_rpc_flow)

BOOST_AUTO_TEST_CASE(frames_may_be_cut_at_every_byte) {
  const std::vector<std::string> frames = {
      R"({"jsonrpc":"2.0","method":"add","params":[1,2],"id":"a"})",
      R"([{"jsonrpc":"2.0","method":"echo","params":{"x":"é"},"id":1.5},{},3])",
      R"({"jsonrpc":"2.0","method":"echo","params":[]})",
      R"({"jsonrpc":"2.0","method")",
      R"({"jsonrpc":"2.0","method":"no","id":null})",
  };
  check_every_cut(lines(), frames);
  check_every_cut(length_prefix(4), frames);
  check_every_cut(content_length(), frames);
}

BOOST_FIXTURE_TEST_CASE(calls_are_answered_in_the_order_of_their_answers, Later) {
  BOOST_TEST(send(calls_of(1, 3, false)) == "");
  BOOST_TEST(waiting.size() == 3U);
  BOOST_TEST(send(R"({"jsonrpc":"2.0","method":"add","params":[1,2],"id":9})") ==
             answer_of(3, 9) + "\n");
  waiting[2].reply(30);
  waiting[0].reply(10);
  run();
  BOOST_TEST(take() == answer_of(30, 3) + "\n" + answer_of(10, 1) + "\n");
  waiting[1].reply(20);
  run();
  BOOST_TEST(take() == answer_of(20, 2) + "\n");
}

BOOST_FIXTURE_TEST_CASE(so_many_calls_are_out_and_no_more, Later) {
  options.max_in_flight = 2;
  BOOST_TEST(send(calls_of(1, 4, false)) == "");
  BOOST_TEST(waiting.size() == 2U);
  BOOST_TEST(answer(10) == answer_of(10, 1) + "\n");
  BOOST_TEST(waiting.size() == 2U);
  BOOST_TEST(answer(20) == answer_of(20, 2) + "\n");
  BOOST_TEST(answer(30) == answer_of(30, 3) + "\n");
  BOOST_TEST(answer(40) == answer_of(40, 4) + "\n");
  BOOST_TEST(waiting.empty());
}

BOOST_FIXTURE_TEST_CASE(while_so_many_are_out_the_peer_is_not_read, Later) {
  options.max_in_flight = 1;
  send(call_of(1));
  const std::string more = calls_of(2, 20'000, false) + "\n";
  peer->send(more);
  run();
  // What was read already is all that was taken of it.
  BOOST_TEST(bench.server.stats().bytes_in < more.size() / 2);
  BOOST_TEST(waiting.size() == 1U);
  for (int id = 1; id < 2000; ++id) BOOST_REQUIRE_EQUAL(answer(id), answer_of(id, id) + "\n");
}

BOOST_FIXTURE_TEST_CASE(the_calls_of_a_batch_count_as_well, Later) {
  options.max_in_flight = 2;
  BOOST_TEST(send(calls_of(1, 5, true) + "\n" + call_of(6)) == "");
  std::string expected = "[";
  for (int id = 1; id <= 5; ++id) {
    // Of the batch two at a time; then the frame behind it.
    BOOST_TEST(waiting.size() == 2U);
    if (id != 1) expected += ',';
    expected += answer_of(10 * id, id);
    BOOST_TEST(answer(10 * id) == (id == 5 ? expected + "]\n" : ""));
  }
  BOOST_TEST(waiting.size() == 1U);
  BOOST_TEST(answer(60) == answer_of(60, 6) + "\n");
}

BOOST_FIXTURE_TEST_CASE(a_batch_may_wait_for_calls_that_came_before_it, Later) {
  options.max_in_flight = 2;
  send(call_of(1));
  const std::string longest(500, 'n');
  send(R"([{"jsonrpc":"2.0","method":"later","id":2},{"jsonrpc":"2.0","method":"add",)"
       R"("params":[1,2],"id":")" +
       longest + R"("},{},{"jsonrpc":"2.0","method":"later"},)" + call_of(3) + "]");
  BOOST_TEST(waiting.size() == 2U);
  BOOST_TEST(answer(10) == answer_of(10, 1) + "\n");  // goes on with the batch
  BOOST_TEST(waiting.size() == 2U);
  BOOST_TEST(answer(20) == "");
  BOOST_TEST(answer(0) == "");  // the notification
  BOOST_TEST(answer(30) ==
             R"([{"jsonrpc":"2.0","result":3,"id":")" + longest + R"("},)" +
                 R"({"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},)" +
                 R"("id":null},)" + answer_of(20, 2) + "," + answer_of(30, 3) + "]\n");
}

BOOST_FIXTURE_TEST_CASE(a_responder_that_is_dropped_and_a_deadline_are_errors_of_their_calls,
                        Later) {
  send(calls_of(1, 2, false) + "\n" + calls_of(3, 2, true));
  waiting.pop_front();
  run();
  BOOST_TEST(take() ==
             R"({"jsonrpc":"2.0","error":{"code":-32603,"message":"Internal error"},"id":1})"
             "\n");
  waiting[1].reply(1);
  bench.advance(30s);
  const std::string late =
      R"({"jsonrpc":"2.0","error":{"code":-32000,"message":"timed out"},"id":)";
  const std::string came = take();  // the two in either order
  BOOST_TEST(came.find(late + "2}\n") != std::string::npos);
  BOOST_TEST(came.find("[" + answer_of(1, 3) + "," + late + "4}]\n") != std::string::npos);
  BOOST_TEST(!waiting[0].reply(2));
  BOOST_TEST(bench.open());
}

BOOST_FIXTURE_TEST_CASE(the_end_of_the_connection_ends_what_is_out_and_what_waits, Later) {
  options.max_in_flight = 2;
  send(calls_of(1, 5, true));
  peer->reset();
  run();
  BOOST_TEST(!bench.open());
  BOOST_TEST(!waiting[0].reply(1));
  BOOST_TEST(waiting.size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(the_end_of_sending_waits_for_what_is_out, Later) {
  options.max_in_flight = 1;
  send(calls_of(1, 2, true));
  peer->end();
  run();
  BOOST_TEST(bench.open());
  BOOST_TEST(answer(10) == "");
  BOOST_TEST(answer(20) == "[" + answer_of(10, 1) + "," + answer_of(20, 2) + "]\n");
  bench.check_end(CloseReason::peer_ended);
}

BOOST_FIXTURE_TEST_CASE(a_handler_may_close_or_abort_in_the_middle_of_a_batch, Later) {
  router.on("close", [](Session& session) { session.close(); });
  router.on("abort", [](Session& session) { session.abort(); });
  const auto of = [](const std::string& method) {
    return R"([{"jsonrpc":"2.0","method":")" + method + R"(","id":1},)" +
           R"({"jsonrpc":"2.0","method":"add","params":[1,2],"id":2}])";
  };
  BOOST_TEST(send(of("close")) ==
             R"([{"jsonrpc":"2.0","result":null,"id":1},)" + answer_of(3, 2) + "]\n");
  peer = bench.dial();
  BOOST_TEST(send(of("abort")) == "");
  peer = bench.dial();
  BOOST_TEST(send(R"([{"jsonrpc":"2.0","method":"abort","id":1},)" + call_of(2) + "]") == "");
  BOOST_TEST(waiting.empty());  // what comes after the end does not begin
}

BOOST_FIXTURE_TEST_CASE(an_end_in_the_middle_of_a_batch_that_goes_on_ends_it, Later) {
  options.max_in_flight = 1;
  router.on("abort", [](Session& session) { session.abort(); });
  BOOST_TEST(send("[" + call_of(1) + R"(,{"jsonrpc":"2.0","method":"abort","id":2},)" + call_of(3) +
                  "]") == "");
  BOOST_TEST(waiting.size() == 1U);
  BOOST_TEST(answer(10) == "");
  BOOST_TEST(waiting.empty());
  BOOST_TEST(!bench.open());
}

BOOST_AUTO_TEST_CASE(an_answer_that_does_not_fit_is_an_error_of_its_call) {
  Later rpc(small_frames());
  rpc.router.on("long", [](std::size_t size) { return std::string(size, 'x'); });
  const auto call = [](int size, int id) {
    return R"({"jsonrpc":"2.0","method":"long","params":[)" + std::to_string(size) + R"(],"id":)" +
           std::to_string(id) + "}";
  };
  const auto error = [](int id) {
    return R"({"jsonrpc":"2.0","error":{"code":-32603,"message":"Internal error",)"
           R"("data":"the answer is too long for this connection"},"id":)" +
           std::to_string(id) + "}";
  };
  BOOST_TEST(rpc.say(call(300, 1)) == error(1));
  BOOST_TEST(rpc.say(call(3, 2)) == R"({"jsonrpc":"2.0","result":"xxx","id":2})");
  BOOST_TEST(rpc.say("[" + call(150, 3) + "," + call(150, 4) + "]") ==
             "[" + error(3) + "," + error(4) + "]");
  BOOST_TEST(rpc.bench.open());
}

BOOST_AUTO_TEST_CASE(where_not_even_the_error_fits_the_connection_ends) {
  ServerOptions tiny;
  tiny.limits.frame = 60;
  const std::string call = R"({"jsonrpc":"2.0","method":"long","id":1})";
  for (const std::string& frame : {call, "[" + call + "]", std::string("no json")}) {
    Rpc rpc(tiny);
    rpc.router.on("long", [] { return std::string(60, 'x'); });
    BOOST_TEST(rpc.send(frame) == "");
    rpc.peer->end();
    rpc.run();
    rpc.bench.check_end(CloseReason::unencodable_reply);
  }
}

BOOST_FIXTURE_TEST_CASE(the_texts_of_what_waits_outlive_a_long_frame, Later) {
  options.max_in_flight = 1;
  const std::string longest(900, 'n');
  std::string batch = "[" + call_of(1);
  for (int i = 0; i < 90; ++i) {
    batch += R"(,{"jsonrpc":"2.0","method":"add","params":[1,2],"filler":")" +
             std::string(9000, 'f') + R"(","id":")" + longest + R"("})";
  }
  BOOST_TEST(send(batch + "]") == "");
  const std::string other(batch.size(), '#');  // takes the place of the frame
  const Json all = Json::parse(answer(10));
  BOOST_TEST(all.size() == 91U);
  for (std::size_t i = 1; i < all.size(); ++i) BOOST_TEST(all[i]["id"] == longest);
}

BOOST_AUTO_TEST_CASE(a_batch_keeps_no_more_than_may_wait_to_be_sent) {
  ServerOptions options;
  options.flow.max_queued = 1000;
  options.flow.high_watermark = 900;
  options.flow.low_watermark = 100;
  Later rpc(options);
  rpc.router.on("long", [] { return std::string(600, 'x'); });
  const std::string answer = rpc.say(
      R"([{"jsonrpc":"2.0","method":"long","id":1},{"jsonrpc":"2.0","method":"long","id":2},)"
      R"({"jsonrpc":"2.0","method":"add","params":[1,2],"id":3}])");
  const Json all = Json::parse(answer);
  BOOST_TEST(all.size() == 3U);
  for (const Json& one : all) BOOST_TEST(one["error"]["code"] == -32603);
}

BOOST_FIXTURE_TEST_CASE(long_strings_go_both_ways, Rpc) {
  router.on("echo", [](std::string_view text) { return text; });
  router.on("size", [](std::string_view text) { return text.size(); });
  const std::string text(1024 * 1024 - 100, 'x');
  const std::string call =
      R"({"jsonrpc":"2.0","method":"echo","params":[")" + text + R"("],"id":1})";
  std::string came = send(call);
  came += bench.take_all(*peer);  // it is more than the peer takes at once
  BOOST_TEST((came == R"({"jsonrpc":"2.0","result":")" + text + "\",\"id\":1}\n"));
  std::string escapes;
  for (int i = 0; i < 150'000; ++i) escapes += "\\u0041";
  BOOST_TEST(say(R"({"jsonrpc":"2.0","method":"size","params":[")" + escapes + R"("],"id":1})") ==
             R"({"jsonrpc":"2.0","result":150000,"id":1})");
}

BOOST_FIXTURE_TEST_CASE(garbage_is_answered_and_harmless, Later) {
  std::uint32_t state = 12345;
  const std::string sample = calls_of(1, 2, true) + R"({"jsonrpc":"2.0","params":[1,2]})";
  for (int i = 0; i < 3000; ++i) {
    std::string text = sample.substr(0, state % sample.size());
    for (int changes = 0; changes < 3 && !text.empty(); ++changes) {
      state = state * 1664525U + 1013904223U;
      const char byte = static_cast<char>(state >> 24U);
      text[(state >> 8U) % text.size()] = byte == '\n' ? ' ' : byte;
    }
    const std::string answer = say(text);
    waiting.clear();
    run();
    take();
    BOOST_REQUIRE(answer.empty() || Json::accept(answer));
    state = state * 1664525U + 1013904223U;
  }
  BOOST_TEST(bench.open());
  BOOST_TEST(say(R"({"jsonrpc":"2.0","method":"add","params":[1,2],"id":1})") == answer_of(3, 1));
}

BOOST_AUTO_TEST_SUITE_END()
