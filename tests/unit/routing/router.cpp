// Registering and finding routes; and layers, in their order.
#include "weir/routing/router.hpp"

#include <boost/test/unit_test.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "unit/session/bench.hpp"
#include "weir/framing/line.hpp"
#include "weir/routing/routed.hpp"

using namespace weir;
using namespace weir::test;

namespace {

struct Lines {
  std::string say(std::string_view text) {
    if (!peer) {
      bench.serve(lines(), routed(router));
      peer = bench.dial();
    }
    return bench.say(*peer, text);
  }
  /// A layer that writes down when it is entered and when the request is settled.
  LayerPtr noted(std::string name) {
    class Noted final : public Layer {
     public:
      Noted(std::string name, std::vector<std::string>& record)
          : name_(std::move(name)), record_(record) {}
      void call(Context& context, Next next) override {
        record_.push_back("> " + name_);
        next.note(context, name_.size());
        next(context);
      }
      void settled(Context&, const Failure* failure, std::uint64_t note) override {
        BOOST_TEST(note == name_.size());
        record_.push_back((failure == nullptr ? "< " : "! ") + name_);
      }

     private:
      std::string name_;
      std::vector<std::string>& record_;
    };
    return std::make_shared<Noted>(std::move(name), record);
  }

  std::vector<std::string> record;
  Router<> router;
  Bench bench;
  std::optional<Peer> peer;
};

template <class Work>
std::string message_of(Work work) {
  try {
    work();
  } catch (const std::invalid_argument& mistake) {
    return mistake.what();
  }
  return "nothing thrown";
}

constexpr auto nothing = [] {};
constexpr auto pass = [](Context& context, Next next) { next(context); };
using Record = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(router_)

BOOST_FIXTURE_TEST_CASE(a_wrong_registration_is_refused_with_its_name, Lines) {
  router.on("a", nothing).on(7, nothing).otherwise(nothing);
  BOOST_TEST(message_of([&] { router.on("a", nothing); }) == "route \"a\": there is one already");
  BOOST_TEST(message_of([&] { router.on(7, nothing); }) == "route \"7\": there is one already");
  BOOST_TEST(message_of([&] { router.on("", nothing); }) == "route \"\": it has no name");
  BOOST_TEST(message_of([&] { router.otherwise(nothing); }) == "route \"*\": there is one already");
  BOOST_TEST(message_of([&] { router.on("b", std::shared_ptr<Handler>()); }) ==
             "route \"b\": there is no handler");
  BOOST_TEST(message_of([&] { router.use(LayerPtr()); }) == "route \"*\": a layer is missing");
  BOOST_TEST(message_of([&] { router.group("x.").on(8, nothing); }) ==
             "route \"8\": a number has no prefix");
  BOOST_TEST(message_of([&] { router.group("").on(8, nothing); }) == "nothing thrown");
  BOOST_TEST(router.names() == (Record{"7", "8", "a"}));
}

BOOST_FIXTURE_TEST_CASE(a_name_and_a_number_are_two_routes, Lines) {
  router.on("7", [] { return "name"; }).on(7, [] { return "number"; });
  BOOST_TEST(say("7\n") == "name\n");
}

BOOST_FIXTURE_TEST_CASE(layers_are_bounded_wherever_they_come_from, Lines) {
  for (std::size_t i = 0; i < max_layers - 1; ++i) router.use(pass);
  router.on("a", nothing, pass);
  BOOST_TEST(message_of([&] { router.on("b", nothing, pass, pass); }) ==
             "route \"b\": more than 16 layers");
  BOOST_TEST(message_of([&] { router.use(pass); }) == "route \"a\": more than 16 layers");
  BOOST_TEST(router.names() == Record{"a"});
  BOOST_TEST(say("a\n") == "");
}

BOOST_FIXTURE_TEST_CASE(layers_run_in_the_order_written_and_settle_inside_out, Lines) {
  router.use(noted("one"));
  auto group = router.group("g.");
  group.on(
      "x", [&] { record.emplace_back("x"); }, noted("four"), noted("five"));
  group.use(noted("three"));
  router.use(noted("two"));
  say("g.x\n");
  BOOST_TEST(record == (Record{"> one", "> two", "> three", "> four", "> five", "x", "< five",
                               "< four", "< three", "< two", "< one"}));
}

BOOST_FIXTURE_TEST_CASE(a_layer_that_answers_ends_the_way, Lines) {
  router.use(noted("outer"));
  router.on(
      "x", [&] { record.emplace_back("x"); },
      [](Context& context, Next) { context.fail({.kind = FailureKind::unauthenticated}); },
      noted("inner"));
  BOOST_TEST(say("x\n") == "error: unauthenticated\n");
  BOOST_TEST(record == (Record{"> outer", "! outer"}));
}

BOOST_FIXTURE_TEST_CASE(the_layers_of_the_router_see_what_no_route_has, Lines) {
  router.use(noted("all"));
  BOOST_TEST(say("who\n") == "error: not found\n");
  BOOST_TEST(record == (Record{"> all", "! all"}));
}

BOOST_FIXTURE_TEST_CASE(a_layer_that_does_neither_fails_the_request, Lines) {
  router.on("x", nothing, [](Context&, Next) {});
  BOOST_TEST(say("x\n") == "error: unanswered\n");
}

BOOST_FIXTURE_TEST_CASE(a_layer_that_throws_fails_the_request, Lines) {
  router.use(noted("outer"));
  router.on("x", nothing, [](Context&, Next) { throw std::runtime_error("oh"); });
  router.on("y", [] { throw std::runtime_error("ah"); });
  BOOST_TEST(say("x\ny\n") == "error: internal error\nerror: internal error\n");
  BOOST_TEST(bench.logged("route 'x': oh") == 1U);
  BOOST_TEST(record == (Record{"> outer", "! outer", "> outer", "! outer"}));
}

BOOST_FIXTURE_TEST_CASE(a_layer_may_go_on_later, Lines) {
  std::vector<std::pair<Responder, Next>> parked;
  router.use(noted("outer"));
  router.on(
      "x", [](std::string_view text) { return "did " + std::string(text); },
      [&](Context& context, Next next) {
        context.keep_payload();
        parked.emplace_back(Responder(context), next);
      });
  BOOST_TEST(say("x it\n") == "");
  BOOST_TEST(record == Record{"> outer"});
  auto [responder, next] = std::move(parked.front());
  next(static_cast<Context&>(*responder.call()));
  bench.run();
  BOOST_TEST(peer->take() == "did it\n");
  BOOST_TEST(record == (Record{"> outer", "< outer"}));
}

BOOST_FIXTURE_TEST_CASE(the_end_of_the_connection_settles_what_is_out, Lines) {
  std::vector<Responder> waiting;
  std::vector<std::string> told;
  router.use(noted("outer"));
  router.on("x", [&](Context& context, Responder responder) {
    context.on_settled([&](Context&, const Failure* failure) {
      told.emplace_back(failure == nullptr ? "answered" : failure->text());
    });
    waiting.push_back(std::move(responder));
  });
  say("x\n");
  peer->reset();
  bench.run();
  BOOST_TEST(record == (Record{"> outer", "! outer"}));
  BOOST_TEST(told == Record{"the connection has ended"});
  BOOST_TEST(!waiting.front().reply("late"));
}

BOOST_FIXTURE_TEST_CASE(routes_come_and_go_while_they_are_served, Lines) {
  router.on("a", [] { return "a"; });
  BOOST_TEST(say("a\nb\n") == "a\nerror: not found\n");
  router.on("b", [] { return "b"; });
  BOOST_TEST(say("b\n") == "b\n");
  BOOST_TEST(router.remove("a"));
  BOOST_TEST(!router.remove("a"));
  BOOST_TEST(say("a\nb\n") == "error: not found\nb\n");
  router.on("a", [] { return "again"; });
  BOOST_TEST(say("a\n") == "again\n");
}

BOOST_FIXTURE_TEST_CASE(a_handler_may_remove_its_own_route, Lines) {
  router.use(noted("outer"));
  router.on("once", [this] {
    router.remove("once");
    return "done";
  });
  BOOST_TEST(say("once\nonce\n") == "done\nerror: not found\n");
}

BOOST_FIXTURE_TEST_CASE(a_request_that_is_out_stays_with_the_route_it_came_to, Lines) {
  std::vector<Responder> waiting;
  router.on(
      "x", [&](Responder responder) { waiting.push_back(std::move(responder)); }, noted("layer"));
  say("x\n");
  router.remove("x");
  Peer other = bench.dial();
  BOOST_TEST(bench.say(other, "x\n") == "error: not found\n");
  waiting.front().reply("still here");
  bench.run();
  BOOST_TEST(peer->take() == "still here\n");
  BOOST_TEST(record == (Record{"> layer", "< layer"}));
}

BOOST_FIXTURE_TEST_CASE(a_thousand_routes_are_all_found, Lines) {
  for (int i = 0; i < 1000; ++i) {
    const std::string name = "route" + std::to_string(i);
    router.on(name, [name] { return name; });
  }
  for (int i = 0; i < 1000; ++i) {
    const std::string name = "route" + std::to_string(i);
    BOOST_REQUIRE_EQUAL(say(name + "\n"), name + "\n");
  }
  BOOST_TEST(say("route1000\n") == "error: not found\n");
}

BOOST_AUTO_TEST_SUITE_END()
