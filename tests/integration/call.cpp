// weir-call as scripts use it: what it prints where, and its exit status.
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "integration/each_backend.hpp"
#include "integration/rpc_server.hpp"
#include "support/sockets.hpp"
#include "weir/core/endpoint.hpp"

namespace {

using namespace weir::integration;
using namespace std::string_literals;

void check(const CallResult& result, int status, const std::string& out, const std::string& err) {
  BOOST_TEST(result.status == status);
  BOOST_TEST(result.out == out);
  BOOST_TEST(result.err == err);
}

/// An answer of length:4 framing.
std::string framed(const std::string& text) {
  return "\0\0\0"s + static_cast<char>(text.size()) + text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_result_is_json_on_standard_output) {
  RpcServer server;
  check(call({server.endpoint(), "add", "[1,2]"}), 0, "3\n", "");
  check(call({server.endpoint(), "subtract", R"({"b": 1, "a": 2.5})"}), 0, "1.5\n", "");
  check(call({server.endpoint(), "echo", R"(["\u00fc\n", {"a": null}])"}), 0,
        "[\"\u00fc\\n\",{\"a\":null}]\n", "");
  check(call({server.endpoint(), "echo"}), 0, "null\n", "");
  check(call({server.endpoint(), "slow", "[0]"}), 0, "0\n", "");
  BOOST_TEST(server.drain().starts_with("drained: "));
}

BOOST_AUTO_TEST_CASE(whole_numbers_stay_exact_as_long_as_they_fit) {
  RpcServer server;
  const auto add = [&](const std::string& params) {
    return call({server.endpoint(), "add", params}).out;
  };
  BOOST_TEST(add("[9007199254740993, 1]") == "9007199254740994\n");
  BOOST_TEST(add("[9223372036854775807, 1]") == "9.223372036854776e+18\n");
  BOOST_TEST(add("[1, 0.5]") == "1.5\n");
  check(call({server.endpoint(), "divide", "[6, 3]"}), 0, "2\n", "");
  check(call({server.endpoint(), "divide", "[1, 4]"}), 0, "0.25\n", "");
  check(call({server.endpoint(), "divide", "[1, 0]"}), 3, "",
        "{\"code\":-32004,\"message\":\"division by zero\"}\n");
}

BOOST_AUTO_TEST_CASE(an_error_of_the_server_is_json_on_standard_error_and_status_3) {
  RpcServer server({"--log-level", "off"});
  check(call({server.endpoint(), "nothing"}), 3, "",
        "{\"code\":-32601,\"message\":\"Method not found\"}\n");
  check(call({server.endpoint(), "fail", R"({"code": 7, "message": "so be it"})"}), 3, "",
        "{\"code\":7,\"message\":\"so be it\"}\n");
  check(call({server.endpoint(), "fail"}), 3, "",
        "{\"code\":-32603,\"message\":\"Internal error\"}\n");
  const CallResult wrong = call({server.endpoint(), "add", "[1,\"two\"]"});
  BOOST_TEST(wrong.status == 3);
  BOOST_TEST(wrong.err.starts_with("{\"code\":-32602,"));
}

BOOST_AUTO_TEST_CASE(without_a_connection_it_says_why_and_exits_with_4) {
  const weir::Descriptor unused = weir::test::reserve_port();
  const std::string nobody = weir::Endpoint::of(weir::test::address_of(unused)).to_string();
  const CallResult result = call({nobody, "add", "[1,2]", "--timeout", "200ms"});
  BOOST_TEST(result.status == 4);
  BOOST_TEST(result.out == "");
  BOOST_TEST(result.err.starts_with("weir-call: "));
  BOOST_TEST(result.err.find("Connection refused") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(without_an_answer_it_exits_with_5) {
  RpcServer server;
  const CallResult late = call({server.endpoint(), "slow", "[60000]", "--timeout", "100ms"});
  BOOST_TEST(late.status == 5);
  BOOST_TEST(late.err.starts_with("weir-call: "));
}

BOOST_AUTO_TEST_CASE(wrong_arguments_exit_with_2_and_say_what_is_right) {
  const std::string there = "tcp://127.0.0.1:1";
  check(call({}), 2, "",
        "weir-call: ENDPOINT is missing: expected ENDPOINT [METHOD] [PARAMS], see --help\n");
  check(call({there}), 2, "",
        "weir-call: METHOD is missing: expected ENDPOINT METHOD [PARAMS], see --help\n");
  check(call({"there", "add"}), 2, "",
        "weir-call: ENDPOINT 'there': no scheme; expected tcp://HOST:PORT, such as "
        "tcp://127.0.0.1:7000, or tls:// udp:// unix:// unixpacket:// unixgram:// mq:// fd://\n");
  check(call({there, "add", "5"}), 2, "",
        "weir-call: PARAMS '5': params are a JSON array or object, such as '[1,2]'\n");
  BOOST_TEST(call({there, "add", "[1,"}).status == 2);
  check(call({there, "add", "[1]", "[2]"}), 2, "",
        "weir-call: unexpected argument '[2]': expected ENDPOINT [METHOD] [PARAMS], see --help\n");
  check(call({there, "add", "--in-flight", "2"}), 2, "",
        "weir-call: --in-flight is for calls with --repeat\n");
  BOOST_TEST(call({there, "add", "--timeout", "0"}).status == 2);
  BOOST_TEST(call({there, "add", "--framing", "xml"}).status == 2);
}

BOOST_AUTO_TEST_CASE(every_framing_is_spoken_by_both) {
  for (const std::string framing : {"lines", "headers", "length:2:little", "delimiter:\\x00"}) {
    RpcServer server({"--framing", framing});
    check(call({server.endpoint(), "add", "[1,2]", "--framing", framing}), 0, "3\n", "");
    check(call({server.endpoint(), "slow", "{\"ms\":1}", "--framing=" + framing}), 0, "1\n", "");
  }
}

EACH_SERVER(every_method_works_on_every_backend) {
  RpcServer server({"--backend", backend, "--threads", threads, "--log-level", "off"});
  const auto ask = [&](const std::string& method, const std::string& params) {
    return call({server.endpoint(), method, params, "--backend", backend});
  };
  check(ask("multiply", "[6,7]"), 0, "42\n", "");
  check(ask("slow", "[5]"), 0, "5\n", "");
  BOOST_TEST(ask("fail", "[]").status == 3);
  BOOST_TEST(ask("time", "[]").out.find("\"utc\":\"20") != std::string::npos);
  BOOST_TEST(ask("unsubscribe", "{}").out == "false\n");
  const CallResult ticks = call({server.endpoint(), "subscribe", "[10]", "--watch", "tick",
                                 "--repeat", "3", "--backend", backend});
  BOOST_TEST(ticks.status == 0);
  BOOST_TEST(count_lines(ticks.out) == 4U);
  BOOST_TEST(ticks.out.starts_with("true\n{\"count\":1,\"utc\":\""));
  BOOST_TEST(server.drain().starts_with("drained: "));
}

BOOST_AUTO_TEST_CASE(many_calls_are_summed_up) {
  RpcServer server;
  const CallResult result =
      call({server.endpoint(), "add", "[1,2]", "--repeat", "1000", "--in-flight", "64"});
  BOOST_TEST(result.status == 0);
  BOOST_TEST(result.err == "");
  BOOST_TEST(result.out.starts_with("1000 calls, 0 failed, "));
  BOOST_TEST(result.out.find("\nlatency ms: min ") != std::string::npos);
  BOOST_TEST(count_lines(result.out) == 2U);
  const CallResult failing = call({server.endpoint(), "nothing", "--repeat", "10"});
  BOOST_TEST(failing.status == 3);
  BOOST_TEST(failing.out.starts_with("10 calls, 10 failed, "));
  BOOST_TEST(failing.err == "weir-call: Method not found (-32601) (10 times)\n");
}

BOOST_AUTO_TEST_CASE(a_server_that_goes_ends_a_watch) {
  RpcServer server;
  Program watch(
      {.command = call_command({server.endpoint(), "subscribe", "[10]", "--watch=tick"})});
  BOOST_TEST(watch.read_line() == "true");
  BOOST_TEST(watch.read_line().starts_with("{\"count\":1,"));
  server.drain();
  BOOST_TEST(watch.wait().status == 5);
  BOOST_TEST(watch.err().starts_with("weir-call: the connection has ended"));
}

BOOST_AUTO_TEST_CASE(rubbish_is_answered_and_the_connection_goes_on) {
  RpcServer server;
  Client client = server.connect();
  const std::string refused =
      framed(R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null})");
  client.send(framed("{\"jsonrpc\":"));
  BOOST_TEST(client.receive(refused.size()) == refused);
  const std::string sum = framed(R"({"jsonrpc":"2.0","result":3,"id":"x"})");
  client.send(framed(R"({"jsonrpc":"2.0","method":"add","params":[1,2],"id":"x"})"));
  BOOST_TEST(client.receive(sum.size()) == sum);
}
