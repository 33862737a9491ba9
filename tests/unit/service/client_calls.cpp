// Calls of a client: answers by order and by id, deadlines, cancelling, what answers nothing.
#include <cerrno>

#include "unit/service/client_case.hpp"

namespace {

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

struct ByOrder : ClientCase {
  ByOrder() { listen(); }
};

ClientOptions with_ids() {
  ClientOptions options;
  options.matching = Matching::by_id(line_id);
  return options;
}
struct ById : ClientCase {
  ById() : ClientCase(with_ids()) { listen(); }
};

bool begins(const std::string& text, std::string_view with) { return text.starts_with(with); }

}  // namespace

BOOST_AUTO_TEST_SUITE(client_calls)

BOOST_FIXTURE_TEST_CASE(a_call_connects_and_gets_its_answer, ByOrder) {
  call("hello");
  BOOST_TEST(outcomes.empty());
  loop.run_ready();
  BOOST_TEST(got() == Strings{"hello"});
  answer("welcome");
  BOOST_TEST(told() == Strings{"welcome"});
  BOOST_TEST(states == "connecting connected");
  const ClientStats stats = client->stats();
  BOOST_TEST(stats.connects == 1U);
  BOOST_TEST(stats.answered == 1U);
  BOOST_TEST(stats.in_flight == 0U);
  BOOST_TEST(stats.queued_messages == 0U);
  BOOST_TEST(stats.queued_bytes == 0U);
}

BOOST_FIXTURE_TEST_CASE(many_calls_are_answered_in_their_order, ByOrder) {
  for (int i = 0; i < 5; ++i) call("q" + std::to_string(i));
  loop.run_ready();
  BOOST_TEST(got() == (Strings{"q0", "q1", "q2", "q3", "q4"}));
  BOOST_TEST(client->stats().in_flight == 5U);
  for (int i = 0; i < 5; ++i) answer("a" + std::to_string(i));
  BOOST_TEST(told() == (Strings{"a0", "a1", "a2", "a3", "a4"}));
}

BOOST_FIXTURE_TEST_CASE(a_frame_that_answers_nothing_is_a_message, ByOrder) {
  client->start();
  loop.run_ready();
  answer("news");
  BOOST_TEST(messages == Strings{"news"});
  BOOST_TEST(client->stats().messages == 1U);
}

BOOST_FIXTURE_TEST_CASE(by_id_answers_come_in_any_order, ById) {
  call("7 a", {.id = 7});
  call("8 b", {.id = 8});
  loop.run_ready();
  answer("8 second");
  answer("!note");
  answer("7 first");
  answer("9 nobody asked");
  BOOST_TEST(told() == (Strings{"8 second", "7 first"}));
  BOOST_TEST(messages == Strings{"!note"});
  BOOST_TEST(client->stats().late == 1U);
}

BOOST_FIXTURE_TEST_CASE(an_id_is_needed_and_used_once_at_a_time, ById) {
  call("7 a", {.id = 7});
  call("7 b", {.id = 7});
  call("no id");
  loop.run_ready();
  BOOST_REQUIRE(outcomes.size() == 2U);
  BOOST_TEST(begins(outcomes[0], "error 22: the id 7 is in use"));
  BOOST_TEST(begins(outcomes[1], "error 22: answers are matched by id"));
  answer("7 x");
  call("7 c", {.id = 7});
  loop.run_ready();
  answer("7 y");
  BOOST_TEST(outcomes.size() == 4U);
  BOOST_TEST(outcomes.back() == "7 y");
}

BOOST_FIXTURE_TEST_CASE(by_order_a_late_answer_is_nobody_elses, ByOrder) {
  call("slow", {.deadline = 1s});
  call("next", {.deadline = 5s});
  loop.run_ready();
  loop.advance(1s);
  BOOST_REQUIRE(outcomes.size() == 1U);
  BOOST_TEST(begins(outcomes[0], "error " + std::to_string(ETIMEDOUT)));
  BOOST_TEST(outcomes[0].ends_with("it may have been executed"));
  answer("to slow");
  answer("to next");
  BOOST_TEST(outcomes.back() == "to next");
  BOOST_TEST(client->stats().late == 1U);
  BOOST_TEST(client->stats().expired == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_cancelled_call_ends_at_once, ByOrder) {
  const CallId first = call("first");
  call("second");
  loop.run_ready();
  const CallId third = call("third");
  client->cancel(first);
  client->cancel(third);
  BOOST_TEST(outcomes.empty());  // never inside cancel()
  loop.run_ready();
  BOOST_REQUIRE(outcomes.size() == 2U);
  BOOST_TEST(begins(outcomes[0], "error " + std::to_string(ECANCELED)));
  answer("1");
  answer("2");
  answer("3");
  BOOST_TEST(outcomes.size() == 3U);
  BOOST_TEST(outcomes.back() == "2");
  client->cancel(first);  // of no effect
  loop.run_ready();
  BOOST_TEST(outcomes.size() == 3U);
  BOOST_TEST(client->stats().cancelled == 2U);
}

BOOST_AUTO_TEST_CASE(a_call_cancelled_in_the_queue_is_never_sent) {
  ClientCase one;
  const CallId id = one.call("never");
  one.call("later");
  one.loop.run_ready();  // nobody listens yet
  one.client->cancel(id);
  one.loop.run_ready();
  BOOST_REQUIRE(one.outcomes.size() == 1U);
  BOOST_TEST(one.outcomes[0].find("it was not sent") != std::string::npos);
  one.listen();
  one.loop.advance(1s);
  BOOST_TEST(one.got() == Strings{"later"});
}

BOOST_AUTO_TEST_CASE(the_deadline_of_a_call_covers_the_waiting_for_a_connection) {
  ClientCase one;
  one.call("hello", {.deadline = 3s});
  one.loop.advance(3s - 1ns);
  BOOST_TEST(one.outcomes.empty());
  one.loop.advance(1ns);
  BOOST_REQUIRE(one.outcomes.size() == 1U);
  BOOST_TEST(begins(one.outcomes[0], "error " + std::to_string(ETIME)));
  BOOST_TEST(one.outcomes[0].find("refused") != std::string::npos);  // and why
  one.listen();
  one.loop.advance(1min);
  BOOST_TEST(one.got().empty());
}

BOOST_FIXTURE_TEST_CASE(the_default_deadline_is_ten_seconds, ByOrder) {
  call("hello");
  loop.advance(10s - 1ns);
  BOOST_TEST(outcomes.empty());
  loop.advance(1ns);
  BOOST_TEST(outcomes.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_in_flight_is_bounded) {
  ClientOptions options;
  options.max_in_flight = 2;
  ClientCase one(options);
  one.listen();
  for (const char* text : {"1", "2", "3"}) one.call(text);
  one.post("4");
  one.loop.run_ready();
  BOOST_TEST(one.got() == (Strings{"1", "2"}));
  one.answer("a");
  BOOST_TEST(one.got() == (Strings{"3", "4"}));
}

BOOST_FIXTURE_TEST_CASE(a_connection_that_owes_answers_and_is_silent_is_given_up, ByOrder) {
  call("lost", {.deadline = 1s});
  loop.advance(1s);
  BOOST_TEST(outcomes.size() == 1U);
  loop.advance(30s - 1ns);
  BOOST_TEST(client->stats().disconnects == 0U);
  loop.advance(1ns);
  BOOST_TEST(client->stats().disconnects == 1U);
  call("again");
  loop.advance(1s);
  answer("here");
  BOOST_TEST(outcomes.back() == "here");
}

BOOST_FIXTURE_TEST_CASE(a_handler_may_call_again_and_may_throw, ByOrder) {
  auto called = client->call("1", {}, [this](Result<std::string>) {
    call("2");
    throw std::runtime_error("thrown by a handler");
  });
  BOOST_REQUIRE(called.ok());
  loop.run_ready();
  answer("a");
  BOOST_TEST(got() == (Strings{"1", "2"}));
  answer("b");
  BOOST_TEST(told() == Strings{"b"});
}

BOOST_FIXTURE_TEST_CASE(a_handler_may_destroy_the_client, ByOrder) {
  auto called = client->call("1", {}, [this](Result<std::string>) { client.reset(); });
  BOOST_REQUIRE(called.ok());
  call("2");
  loop.run_ready();
  answer("a");
  BOOST_TEST(client == nullptr);
  BOOST_REQUIRE(outcomes.size() == 1U);
  BOOST_TEST(begins(outcomes[0], "error " + std::to_string(ECANCELED)));
}

BOOST_FIXTURE_TEST_CASE(a_message_hook_may_destroy_the_client, ByOrder) {
  ClientHooks made;
  made.on_message = [this](std::string_view) { client.reset(); };
  client = std::make_unique<Client>(endpoint, lines(), prepared({}), std::move(made));
  client->start();
  loop.run_ready();
  answer("news\nmore");
  answer("news");
  BOOST_TEST(client == nullptr);
}

BOOST_FIXTURE_TEST_CASE(a_message_without_a_form_is_lost_and_the_next_goes_out, ByOrder) {
  call("two\nlines");
  call("one");
  loop.run_ready();
  BOOST_TEST(got() == Strings{"one"});
  BOOST_REQUIRE(outcomes.size() == 1U);
  BOOST_TEST(begins(outcomes[0], "error " + std::to_string(EINVAL)));
}

BOOST_FIXTURE_TEST_CASE(a_call_that_waits_is_refused_on_the_loop, ByOrder) {
  const auto result = client->call("hello");
  BOOST_REQUIRE(!result.ok());
  BOOST_TEST(result.error().code == EDEADLK);
  BOOST_TEST(client->connect().error().code == EDEADLK);
  BOOST_TEST(client->send("x").error().code == EDEADLK);
}

BOOST_AUTO_TEST_CASE(a_wrong_endpoint_is_the_error_of_each_call) {
  ClientOptions options;
  options.log = Log(LogLevel::off);
  Client client("nonsense", lines(), options);
  const auto result = client.call("hello");
  BOOST_REQUIRE(!result.ok());
  BOOST_TEST(result.error().message.find("nonsense") != std::string::npos);
  BOOST_TEST((client.post("x") == Posted::rejected));
  BOOST_TEST((client.state() == ClientState::closed));
  client.close(0s);
}

BOOST_AUTO_TEST_CASE(a_wrong_backend_is_the_error_of_each_call) {
  ClientOptions options;
  options.backend = "smoke";
  options.log = Log(LogLevel::off);
  Client client("tcp://127.0.0.1:7000", lines(), options);
  BOOST_TEST(client.connect().error().message.find("smoke") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_rejected_call_keeps_its_handler, ByOrder) {
  client->close(0s);
  loop.run_ready();
  int calls = 0;
  AnswerHandler handler = [&calls](const Result<std::string>&) { ++calls; };
  const auto called = client->call("x", {}, std::move(handler));
  BOOST_REQUIRE(!called.ok());
  BOOST_TEST(called.error().code == ECANCELED);
  handler(called.error());
  BOOST_TEST(calls == 1);
}

BOOST_AUTO_TEST_SUITE_END()
