// Handlers that take what the framing makes of a frame: JSON values, and a type of our own.
#include <boost/test/unit_test.hpp>
#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "unit/session/bench.hpp"
#include "weir/framing/json.hpp"
#include "weir/framing/length_prefix.hpp"
#include "weir/framing/line.hpp"
#include "weir/routing/coroutine.hpp"
#include "weir/routing/offload.hpp"
#include "weir/session/later_answer.hpp"
#include "weir/session/responder.hpp"

using namespace weir;
using namespace weir::test;
using Value = nlohmann::json;

namespace {

/// A message that can be neither copied nor made of anything else.
struct Number {
  explicit Number(int n) : value(n) {}
  Number(Number&& other) noexcept : value(std::exchange(other.value, 0)) {}
  Number& operator=(Number&& other) noexcept {
    value = std::exchange(other.value, 0);
    return *this;
  }
  Number(const Number&) = delete;
  Number& operator=(const Number&) = delete;
  ~Number() = default;
  int value;
};

/// Lines of a number each; below zero there is none to send.
class Numbers {
 public:
  using Message = Number;

  Numbers() = default;
  Numbers(const Numbers& other) : lines_(other.lines_) {}
  Numbers& operator=(const Numbers&) = delete;
  ~Numbers() = default;

  Decoded decode(std::string_view input) {
    Decoded decoded = lines_.decode(input);
    if (decoded.kind() == Decoded::Kind::frame) {
      const std::string_view text = decoded.payload();
      std::from_chars(text.data(), text.data() + text.size(), number_.value);
    }
    return decoded;
  }
  Status encode(std::string_view text, Buffer& output) const { return lines_.encode(text, output); }
  Number& message() { return number_; }
  static Result<std::string> payload_of(const Number& number) {
    if (number.value < 0) return Error{"number below zero"};
    return std::to_string(number.value);
  }

 private:
  LineFraming lines_ = lines();
  Number number_{0};
};

static_assert(MessageFraming<Numbers>);
static_assert(FrameHandler<void (*)(Number&), Numbers>);
static_assert(!FrameHandler<void (*)(Number&), LineFraming>);
static_assert(!FrameHandler<void (*)(int*), Numbers>);

/// Lines as values that are kept alive by whoever has them.
class SharedLines {
 public:
  using Message = std::shared_ptr<std::string>;

  Decoded decode(std::string_view input) {
    Decoded decoded = lines_.decode(input);
    if (decoded.kind() == Decoded::Kind::frame) {
      line_ = std::make_shared<std::string>(decoded.payload());
    }
    return decoded;
  }
  Status encode(std::string_view text, Buffer& output) const { return lines_.encode(text, output); }
  Message& message() { return line_; }
  static Result<std::string> payload_of(const Message& line) { return *line; }

 private:
  LineFraming lines_ = lines();
  Message line_;
};

/// What a handler answers that is called in the next round of the loop.
template <class T>
struct Soon {
  T value;
};

}  // namespace

template <class T>
struct weir::LaterAnswer<Soon<T>> {
  using Value = T;

  template <class Start, class Give>
  static void run(Responder responder, Start start, Give give) {
    EventLoop& loop = responder.call()->loop();
    loop.post([responder = std::move(responder), start = std::move(start), give]() mutable {
      const Soon<T> answer = start();
      give(responder, answer.value);
    });
  }
};

namespace {

/// What a server answers to `bytes`.
template <Framing F, FrameHandler<F> H>
std::string answer(F framing, H handler, std::string_view bytes) {
  Bench bench;
  bench.serve(std::move(framing), std::move(handler));
  Peer peer = bench.dial();
  return bench.say(peer, bytes);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(messages)

BOOST_AUTO_TEST_CASE(a_handler_takes_a_message_as_it_likes) {
  BOOST_TEST(answer(
                 Numbers(), [](const Number& n) { return Number(n.value + 1); }, "1\n2\n") ==
             "2\n3\n");
  BOOST_TEST(answer(
                 Numbers(), [](Number& n) { return Number(n.value + 1); }, "1\n") == "2\n");
  BOOST_TEST(answer(
                 Numbers(), [](Number&& n) { return std::move(n); }, "1\n") == "1\n");
  BOOST_TEST(answer(
                 Numbers(), [](Number n) { return n; }, "1\n") == "1\n");
  BOOST_TEST(answer(
                 Numbers(), [](auto&& n) { return Number(n.value + 1); }, "1\n") == "2\n");
  BOOST_TEST(answer(
                 Numbers(), [](const Number& n) -> const Number& { return n; }, "7\n") == "7\n");
}

BOOST_AUTO_TEST_CASE(a_handler_takes_the_session_beside_the_message) {
  const auto twice = [](const Number& n, Session& session) {
    session.send(std::to_string(n.value));
    return Number(n.value);
  };
  BOOST_TEST(answer(Numbers(), twice, "1\n2\n") == "1\n1\n2\n2\n");
  BOOST_TEST(answer(
                 Numbers(), [](Number& n, Session&) { return Number(n.value); }, "3\n") == "3\n");
}

BOOST_AUTO_TEST_CASE(a_handler_may_answer_nothing) {
  const auto odd = [](Number&& n) -> std::optional<Number> {
    if (n.value % 2 == 0) return std::nullopt;
    return std::move(n);
  };
  BOOST_TEST(answer(Numbers(), odd, "1\n2\n3\n") == "1\n3\n");
  int sum = 0;
  BOOST_TEST(answer(
                 Numbers(), [&sum](const Number& n) { sum += n.value; }, "1\n2\n") == "");
  BOOST_TEST(sum == 3);
}

BOOST_AUTO_TEST_CASE(a_handler_may_answer_a_message_later) {
  Bench bench;
  Responder kept;
  int taken = 0;
  bench.serve(Numbers(), [&](const Number& n, Responder responder) {
    taken = n.value;
    kept = std::move(responder);
  });
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "1\n2\n") == "");
  BOOST_TEST(taken == 1);
  BOOST_TEST(kept.reply("one"));
  BOOST_TEST(bench.take_all(peer) == "one\n");
  BOOST_TEST(taken == 2);
  BOOST_TEST(kept.reply("two"));
  BOOST_TEST(bench.take_all(peer) == "two\n");
}

BOOST_AUTO_TEST_CASE(what_comes_later_has_its_message_until_then) {
  const auto soon = [](const Number& n) { return Soon<Number>{Number(n.value + 1)}; };
  BOOST_TEST(answer(Numbers(), soon, "1\n2\n") == "2\n3\n");
  const auto beside = [](Number&& n, Session& session) {
    session.send("now");
    return Soon<std::optional<Number>>{std::move(n)};
  };
  BOOST_TEST(answer(Numbers(), beside, "1\n") == "now\n1\n");
  const auto value = [](Value message) { return Soon<Value>{message}; };
  BOOST_TEST(answer(json_lines(), value, "[\"a long enough text\"]\n{}\n") ==
             "[\"a long enough text\"]\n{}\n");
  const auto text = [](std::string_view frame) { return Soon<std::string>{std::string(frame)}; };
  BOOST_TEST(answer(lines(), text, "a long enough text\nb\n") == "a long enough text\nb\n");
}

BOOST_AUTO_TEST_CASE(a_pool_of_threads_has_a_message_for_its_own) {
  WorkerPool pool(1);
  Bench bench;
  bench.serve(Numbers(), offload(pool, [](const Number& n, Session& session) {
                session.send("first");
                return Number(n.value + 1);
              }));
  Peer peer = bench.dial();
  peer.send("1\n");
  bench.run();
  for (auto stats = pool.stats(); stats.running + stats.queued != 0; stats = pool.stats()) {
    std::this_thread::yield();
  }
  bench.run();
  BOOST_TEST(peer.take() == "first\n2\n");
}

BOOST_AUTO_TEST_CASE(a_later_message_without_a_payload_ends_the_connection) {
  Bench bench;
  bench.serve(Numbers(), [](const Number&) { return Soon<Number>{Number(-1)}; });
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "1\n2\n") == "");
  BOOST_TEST(bench.logged("number below zero") == 1U);
  peer.end();
  bench.run();
  bench.check_end(CloseReason::handler_failed);
}

BOOST_AUTO_TEST_CASE(an_idle_connection_keeps_no_message) {
  Bench bench;
  std::weak_ptr<std::string> last;
  bench.serve(SharedLines(), [&last](const std::shared_ptr<std::string>& line) {
    last = line;
    return line;
  });
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "a\nb\n") == "a\nb\n");
  BOOST_TEST(last.expired());
}

BOOST_AUTO_TEST_CASE(a_handler_of_frames_serves_there_as_well) {
  BOOST_TEST(answer(
                 Numbers(), [](std::string_view frame) { return frame; }, "1\nx\n") == "1\nx\n");
  BOOST_TEST(answer(
                 json_lines(), [](std::string_view frame) { return frame; }, "{ }\n") == "{ }\n");
}

BOOST_AUTO_TEST_CASE(a_message_without_a_payload_ends_the_connection) {
  Bench bench;
  bench.serve(Numbers(), [](const Number& n) { return Number(n.value - 2); });
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "2\n1\n9\n") == "0\n");
  BOOST_TEST(bench.logged("number below zero") == 1U);
  peer.end();
  bench.run();
  bench.check_end(CloseReason::unencodable_reply);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(json_messages)

BOOST_AUTO_TEST_CASE(a_server_of_json_lines_answers_values_with_values) {
  Bench bench;
  bench.serve(json_lines(), [](const Value& message) { return message; });
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "{\"a\" : [1, 2]}\n[") == "{\"a\":[1,2]}\n");
  BOOST_TEST(bench.say(peer, "]\r\nnull\n") == "[]\nnull\n");
  peer.end();
  bench.run();
  bench.check_end(CloseReason::peer_ended);
}

BOOST_AUTO_TEST_CASE(a_script_is_answered_alike_in_any_cut) {
  const std::string script = "{\"id\":1,\"text\":\"\xc3\xa4\\n\"}\n[1.5,[]]\r\n\"x\"\n";
  const std::string expected = "{\"id\":1,\"text\":\"\xc3\xa4\\n\"}\n[1.5,[]]\n\"x\"\n";
  for (std::size_t cut = 0; cut <= script.size(); ++cut) {
    Bench bench;
    bench.serve(json_lines(), [](Value message) { return message; });
    Peer peer = bench.dial();
    std::string answers = bench.say(peer, script.substr(0, cut));
    answers += bench.say(peer, script.substr(cut));
    BOOST_TEST(answers == expected, "cut at " << cut);
  }
}

BOOST_AUTO_TEST_CASE(what_converts_to_a_value_is_a_reply) {
  const auto answers = [](auto handler) {
    return answer(length_prefix(1) | json, handler, "\3[1]");
  };
  BOOST_TEST(answers([](const Value& message) { return message.size(); }) ==
             "\1"
             "1");
  BOOST_TEST(answers([](const Value&) { return "text"; }) == "\6\"text\"");
  BOOST_TEST(answers([](const Value&) { return std::string_view("[]"); }) == "\4\"[]\"");
  BOOST_TEST(answers([](Value& message) -> std::optional<Value> { return message[0]; }) ==
             "\1"
             "1");
  BOOST_TEST(answers([](const Value&) { return std::optional<Value>(); }) == "");
  BOOST_TEST(answers([](const Value&) {}) == "");
}

BOOST_AUTO_TEST_CASE(a_coroutine_has_its_value_for_as_long_as_it_takes) {
  Bench bench;
  bench.serve(json_lines(), [](const Value& message) -> asio::awaitable<std::optional<Value>> {
    co_await sleep_for(1s);
    if (message.is_null()) co_return std::nullopt;
    co_return Value{{"was", message}};
  });
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "[\"a text that is long enough\"]\nnull\n7\n") == "");
  std::string answers;
  for (int i = 0; i < 3; ++i) {
    bench.advance(1s);
    answers += bench.take_all(peer);
  }
  BOOST_TEST(answers == "{\"was\":[\"a text that is long enough\"]}\n{\"was\":7}\n");
}

BOOST_AUTO_TEST_CASE(a_session_sends_text_that_is_json) {
  const auto handler = [](const Value&, Session& session) { session.send(R"({"b": 2})"); };
  BOOST_TEST(answer(json_lines(), handler, "1\n") == "{\"b\": 2}\n");
}

BOOST_AUTO_TEST_CASE(what_is_no_document_ends_the_connection) {
  Bench bench;
  bench.serve(json_lines(), [](const Value& message) { return message; });
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "1\n{oops}\n2\n") == "1\n");
  BOOST_TEST(bench.logged(R"(JSON at byte 1 near "{o": invalid literal)") == 1U);
  peer.end();
  bench.run();
  bench.check_end(CloseReason::malformed_frame);
}

BOOST_AUTO_TEST_CASE(a_reply_that_is_not_utf_8_ends_the_connection_and_not_the_loop) {
  Bench bench;
  bench.serve(json_lines(), [](const Value&) { return Value{{"a", "\xff"}}; });
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "1\n") == "");
  BOOST_TEST(bench.logged("JSON value: invalid UTF-8 byte at index 0: 0xFF") == 1U);
  peer.end();
  bench.run();
  bench.check_end(CloseReason::unencodable_reply);
  Peer next = bench.dial();
  BOOST_TEST(bench.say(next, "") == "");
}

BOOST_AUTO_TEST_CASE(a_handler_that_asks_a_value_for_what_it_is_not_ends_its_connection) {
  Bench bench;
  bench.serve(json_lines(), [](const Value& message) { return message.at("a"); });
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "{\"a\":1}\n[]\n") == "1\n");
  peer.end();
  bench.run();
  bench.check_end(CloseReason::handler_failed);
}

BOOST_AUTO_TEST_CASE(the_servers_frame_limit_holds) {
  ServerOptions options;
  options.limits.frame = 4;
  Bench bench(options);
  bench.serve(length_prefix(4) | json, [](const Value& message) { return message; });
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, std::string("\0\0\0\4\"ab\"\0\0\0\5", 13)) ==
             std::string("\0\0\0\4\"ab\"", 8));
  peer.end();
  bench.run();
  bench.check_end(CloseReason::frame_too_large);
}

BOOST_AUTO_TEST_SUITE_END()
