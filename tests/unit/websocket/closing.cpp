#include "weir/websocket/closing.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace weir::websocket;
using State = Closing::State;

namespace {

/// `send 1000 bye, end`; `-` for nothing to do.
std::string shown(const Closing::Step& step) {
  std::string text;
  if (step.send) {
    text = "send " + std::to_string(step.code);
    if (!step.reason.empty()) text.append(" ").append(step.reason);
  }
  switch (step.transport) {
    case Closing::Transport::keep:
      break;
    case Closing::Transport::await_end:
      text += text.empty() ? "await end" : ", await end";
      break;
    case Closing::Transport::end:
      text += text.empty() ? "end" : ", end";
      break;
  }
  return text.empty() ? "-" : text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(closing)

BOOST_AUTO_TEST_CASE(we_close_and_the_peer_answers) {
  for (const Role role : {Role::server, Role::client}) {
    Closing closing(role);
    BOOST_TEST(closing.may_send());
    BOOST_TEST(shown(closing.close(1001, "bye")) == "send 1001 bye");
    BOOST_TEST((closing.state() == State::we_closed));
    BOOST_TEST(!closing.may_send());
    BOOST_TEST(closing.may_receive());
    BOOST_TEST(shown(closing.close(1000)) == "-");
    BOOST_TEST(shown(closing.received(1001)) == (role == Role::server ? "end" : "await end"));
    BOOST_TEST((closing.state() == State::done));
    BOOST_TEST(closing.code() == 1001);
    BOOST_TEST(closing.clean());
  }
}

BOOST_AUTO_TEST_CASE(the_peer_closes_and_gets_its_code_back) {
  for (const std::uint16_t code : std::initializer_list<std::uint16_t>{1000, 1005, 4999}) {
    for (const Role role : {Role::server, Role::client}) {
      Closing closing(role);
      BOOST_TEST(shown(closing.received(code)) ==
                 "send " + std::to_string(code) + (role == Role::server ? ", end" : ", await end"));
      BOOST_TEST((closing.state() == State::peer_closed));
      BOOST_TEST(!closing.may_send());
      BOOST_TEST(!closing.may_receive());
      BOOST_TEST(shown(closing.close(1000)) == "-");
      BOOST_TEST(shown(closing.received(1000)) == "-");
      BOOST_TEST(shown(closing.failed(1002, "late")) == "-");
      closing.ended();
      BOOST_TEST((closing.state() == State::done));
      BOOST_TEST(closing.code() == code);
      BOOST_TEST(closing.clean());
    }
  }
}

BOOST_AUTO_TEST_CASE(both_close_at_once) {
  Closing closing(Role::server);
  BOOST_TEST(shown(closing.close(1001)) == "send 1001");
  BOOST_TEST(shown(closing.received(1000)) == "end");
  BOOST_TEST(closing.code() == 1000);
}

BOOST_AUTO_TEST_CASE(a_failure_is_told_and_nobody_waits) {
  Closing closing(Role::client);
  BOOST_TEST(shown(closing.failed(1007, "no text")) == "send 1007 no text, end");
  BOOST_TEST((closing.state() == State::done));
  BOOST_TEST(closing.code() == 1007);
  BOOST_TEST(!closing.clean());
  BOOST_TEST(shown(closing.received(1000)) == "-");
}

BOOST_AUTO_TEST_CASE(a_failure_after_our_close_frame_sends_no_second_one) {
  Closing closing(Role::server);
  static_cast<void>(closing.close(1000));
  BOOST_TEST(shown(closing.failed(1002, "late")) == "end");
  BOOST_TEST(closing.code() == 1002);
}

BOOST_AUTO_TEST_CASE(a_transport_that_just_ends_is_1006) {
  Closing open(Role::server);
  open.ended();
  BOOST_TEST(open.code() == 1006);
  BOOST_TEST(!open.may_send());
  BOOST_TEST(!open.clean());
  Closing waiting(Role::client);
  static_cast<void>(waiting.close(1000));
  waiting.ended();
  BOOST_TEST((waiting.state() == State::done));
  BOOST_TEST(waiting.code() == 1006);
}

BOOST_AUTO_TEST_SUITE_END()
