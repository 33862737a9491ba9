// Messages of one size, and streams without any framing.
#include "weir/framing/fixed.hpp"

#include <boost/test/unit_test.hpp>
#include <stdexcept>

#include "unit/framing/script.hpp"
#include "weir/framing/raw.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::string_literals;
using namespace std::string_view_literals;
using Kind = Decoded::Kind;

BOOST_AUTO_TEST_SUITE(fixed_size)

BOOST_AUTO_TEST_CASE(every_n_bytes_are_a_message) {
  const Outcome outcome =
      expect_frames(fixed(3), "onetwo\0\r\nx"sv, {"one", "two", "\0\r\n"s}, "x");
  expect_frames(fixed(1), "ab", {"a", "b"});
  BOOST_TEST(outcome.asked == 3U);
}

BOOST_AUTO_TEST_CASE(a_size_of_nothing_is_a_mistake_of_the_program) {
  BOOST_CHECK_EXCEPTION(static_cast<void>(fixed(0)), std::invalid_argument, [](const auto& error) {
    return error.what() == "weir::fixed: size 0, it takes 1 byte or more"sv;
  });
}

BOOST_AUTO_TEST_CASE(the_servers_limit_has_no_say_in_a_size_that_was_chosen) {
  FixedFraming framing = fixed(3);
  framing.set_default_max(2);
  expect_frames(framing, "one", {"one"});
}

BOOST_AUTO_TEST_CASE(a_message_of_any_other_size_is_refused) {
  BOOST_TEST(refusal(fixed(3), "one") == "");
  BOOST_TEST(refusal(fixed(3), "on") == "message of 2 bytes, each is 3");
  BOOST_TEST(refusal(fixed(3), "ones") == "message of 4 bytes, each is 3");
  BOOST_TEST(refusal(fixed(3), "") == "message of 0 bytes, each is 3");
}

BOOST_AUTO_TEST_CASE(what_is_sent_is_what_is_read) {
  auto messages = random_messages(3, 40, 8);
  for (std::string& message : messages) {
    message.resize(8);
  }
  expect_round_trip(fixed(8), messages);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(no_framing)

BOOST_AUTO_TEST_CASE(what_came_is_handed_on_as_it_is) {
  const Decoded decoded = raw().decode("GET / HTTP/1.1\r\n");
  BOOST_TEST((decoded.kind() == Kind::frame));
  BOOST_TEST(decoded.payload() == "GET / HTTP/1.1\r\n");
  BOOST_TEST(decoded.consumed() == 16U);
}

BOOST_AUTO_TEST_CASE(nothing_is_no_piece) {
  const Decoded decoded = raw().decode("");
  BOOST_TEST((decoded.kind() == Kind::need_more));
  BOOST_TEST(decoded.total() == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_sent_is_sent_as_it_is) {
  Buffer output;
  BOOST_TEST(raw().encode("a\n", output).ok());
  BOOST_TEST(raw().encode("", output).ok());
  BOOST_TEST(raw().encode("b", output).ok());
  BOOST_TEST(output.view() == "a\nb");
}

BOOST_AUTO_TEST_SUITE_END()
