// Coroutines that call: on the client's loop, on another one, on an executor of Asio's.
#include "weir/service/client_coroutine.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <thread>

#include "support/sockets.hpp"
#include "unit/service/client_case.hpp"
#include "weir/routing/coroutine.hpp"

namespace {

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

asio::awaitable<void> ask_twice(Client& client, Strings& answers) {
  for (const char* question : {"one", "two"}) {
    const Result<std::string> answer = co_await call(client, question);
    answers.push_back(answer.ok() ? answer.value() : std::to_string(answer.error().code));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(client_coroutine)

BOOST_AUTO_TEST_CASE(a_coroutine_waits_for_its_answers) {
  ClientCase one;
  one.listen();
  asio::co_spawn(LoopExecutor(one.loop), ask_twice(*one.client, one.outcomes), asio::detached);
  one.loop.run_ready();
  BOOST_TEST(one.got() == Strings{"one"});
  one.answer("1");
  BOOST_TEST(one.got() == Strings{"two"});
  one.answer("2");
  BOOST_TEST(one.outcomes == (Strings{"1", "2"}));
}

BOOST_AUTO_TEST_CASE(a_handler_of_a_server_may_ask_another_server) {
  ClientCase one;
  one.listen();
  Server front({.log = Log(LogLevel::off), .loop = &one.loop});
  BOOST_REQUIRE(front
                    .listen("tcp://127.0.0.1:7001", lines(),
                            [&](std::string_view line) -> asio::awaitable<std::string> {
                              auto answer = co_await call(*one.client, std::string(line));
                              co_return answer.ok() ? "got " + answer.value() : "failed";
                            })
                    .ok());
  BOOST_REQUIRE(front.start().ok());
  testing::Peer peer = one.loop.dial("tcp://127.0.0.1:7001");
  peer.send("question\n");
  one.loop.run_ready();
  one.answer("answer");
  BOOST_TEST(peer.take() == "got answer\n");
}

BOOST_AUTO_TEST_CASE(a_cancelled_coroutine_gives_its_call_up) {
  ClientCase one;
  one.listen();
  asio::cancellation_signal signal;
  asio::co_spawn(LoopExecutor(one.loop), ask_twice(*one.client, one.outcomes),
                 asio::bind_cancellation_slot(signal.slot(), asio::detached));
  one.loop.run_ready();
  signal.emit(asio::cancellation_type::terminal);
  one.loop.run_ready();
  BOOST_TEST(one.client->stats().cancelled == 1U);
  BOOST_REQUIRE(!one.outcomes.empty());
  BOOST_TEST(one.outcomes.front() == std::to_string(ECANCELED));
}

BOOST_AUTO_TEST_CASE(a_call_that_is_refused_answers_so) {
  ClientCase one;
  one.client->close(0s);
  one.loop.advance(0s);
  asio::co_spawn(LoopExecutor(one.loop), ask_twice(*one.client, one.outcomes), asio::detached);
  one.loop.run_ready();
  BOOST_TEST(one.outcomes == (Strings{std::to_string(ECANCELED), std::to_string(ECANCELED)}));
}

BOOST_AUTO_TEST_CASE(a_coroutine_on_an_executor_of_asios_goes_on_there) {
  ServerOptions quiet;
  quiet.log = Log(LogLevel::off);
  Server server(quiet);
  const auto listening =
      server.listen("tcp://127.0.0.1:0", lines(), [](std::string_view line) { return line; });
  BOOST_REQUIRE(listening.ok());
  BOOST_REQUIRE(server.start().ok());
  ClientOptions options;
  options.log = Log(LogLevel::off);
  Client client(listening.value().to_string(), lines(), options);
  asio::io_context context;
  Strings answers;
  bool elsewhere = false;
  const auto here = std::this_thread::get_id();
  for (int i = 0; i < 50; ++i) {
    asio::co_spawn(
        context,
        [&]() -> asio::awaitable<void> {
          co_await ask_twice(client, answers);
          elsewhere = elsewhere || std::this_thread::get_id() != here;
        },
        asio::detached);
  }
  context.run();  // which ends when the answers have come, not before
  BOOST_TEST(answers.size() == 100U);
  BOOST_TEST(!elsewhere);
}

BOOST_AUTO_TEST_CASE(the_client_may_end_while_a_coroutine_waits) {
  ClientCase one;
  one.listen();
  asio::cancellation_signal signal;
  asio::co_spawn(
      LoopExecutor(one.loop),
      [&]() -> asio::awaitable<void> {
        const auto answer = co_await call(*one.client, "x");
        one.outcomes.push_back(std::to_string(answer.error().code));
      },
      asio::bind_cancellation_slot(signal.slot(), asio::detached));
  one.loop.run_ready();
  one.client.reset();
  signal.emit(asio::cancellation_type::terminal);
  one.loop.run_ready();
  BOOST_TEST(one.outcomes == Strings{std::to_string(ECANCELED)});
}

BOOST_AUTO_TEST_SUITE_END()
