// What a peer may cost, and that it costs no more.
#include <boost/test/unit_test.hpp>
#include <string>

#include "unit/websocket/script.hpp"
#include "weir/websocket/reader.hpp"

using namespace weir::websocket;
using namespace weir::test;
using namespace std::string_literals;

namespace {
ReaderOptions with(ReadLimits limits) { return {.limits = limits}; }
}  // namespace

BOOST_AUTO_TEST_SUITE(limits)

BOOST_AUTO_TEST_CASE(a_message_is_bounded_over_all_its_frames) {
  const ReaderOptions options = with({.message_bytes = 10});
  BOOST_TEST(server_sees(masked(0x82, "0123456789"), options) == "binary:0123456789");
  BOOST_TEST(server_sees(masked(0x02, "01234") + masked(0x80, "56789"), options) ==
             "binary:0123456789");
  BOOST_TEST(server_sees(masked(0x82, "0123456789a"), options) ==
             "failed 1009:frame of more than 10 bytes");
  BOOST_TEST(server_sees(masked(0x02, "01234") + masked(0x80, "56789a"), options) ==
             "failed 1009:message of more than 10 bytes");
  // The header alone is enough to know.
  BOOST_TEST(server_sees(masked(0x82, "0123456789a").substr(0, 6), options) ==
             "failed 1009:frame of more than 10 bytes");
}

BOOST_AUTO_TEST_CASE(a_frame_is_bounded_by_itself) {
  const ReaderOptions options = with({.frame_bytes = 4});
  BOOST_TEST(server_sees(masked(0x02, "0123") + masked(0x80, "4567"), options) ==
             "binary:01234567");
  BOOST_TEST(server_sees(masked(0x82, "01234"), options) ==
             "failed 1009:frame of more than 4 bytes");
}

BOOST_AUTO_TEST_CASE(a_message_has_so_many_frames_and_no_more) {
  const ReaderOptions options = with({.fragments = 3});
  const std::string three = masked(0x02, "a") + masked(0x00, "") + masked(0x80, "b");
  BOOST_TEST(server_sees(three + three, options) == "binary:ab binary:ab");
  BOOST_TEST(server_sees(masked(0x02, "a") + masked(0, "") + masked(0, "") + masked(0, ""),
                         options) == "failed 1008:message of more than 3 frames");
}

BOOST_AUTO_TEST_CASE(control_frames_in_a_row_are_counted) {
  const ReaderOptions options = with({.control_frames = 2});
  const std::string ping = masked(0x89, "");
  const std::string data = masked(0x82, "d");
  BOOST_TEST(server_sees(ping + ping + data + ping + ping, options) ==
             "ping: ping: binary:d ping: ping:");
  BOOST_TEST(server_sees(ping + ping + ping, options) ==
             "ping: ping: failed 1008:more than 2 control frames in a row");
  // An empty frame in the middle of a message is data.
  BOOST_TEST(server_sees(masked(0x02, "") + ping + ping + masked(0, "") + ping, options) ==
             "ping: ping: ping: ...");
}

BOOST_AUTO_TEST_CASE(control_frames_with_time_between_them_are_no_flood) {
  Reader reader(Role::server, with({.control_frames = 1}));
  Scratch scratch;
  const std::string ping = masked(0x89, "");
  for (int i = 0; i < 10; ++i) {
    BOOST_TEST((reader.read(ping, scratch).kind == Event::Kind::ping));
    reader.forget_controls();
  }
  BOOST_TEST((reader.read(ping, scratch).kind == Event::Kind::ping));
  BOOST_TEST((reader.read(ping, scratch).kind == Event::Kind::failed));
}

BOOST_AUTO_TEST_CASE(a_declared_length_takes_no_memory_until_its_bytes_come) {
  Reader reader(Role::server);
  Scratch scratch;
  const std::string frame = masked(0x82, std::string(1024 * 1024, 'x'));
  const Event event = reader.read(std::string_view(frame).substr(0, 14 + 100), scratch);
  BOOST_TEST((event.kind == Event::Kind::need_more));
  BOOST_TEST(event.consumed == 114U);
  BOOST_TEST(event.need == 1U);
  BOOST_TEST(reader.held() <= 1024U);
}

BOOST_AUTO_TEST_CASE(memory_goes_back_after_a_message) {
  Reader reader(Role::server);
  Scratch scratch;
  const std::string frame = masked(0x82, std::string(1024 * 1024, 'x'));
  BOOST_TEST((reader.read(frame.substr(0, 5000), scratch).kind == Event::Kind::need_more));
  BOOST_TEST(reader.held() > 0U);
  const Event event = reader.read(std::string_view(frame).substr(5000), scratch);
  BOOST_TEST((event.kind == Event::Kind::binary));
  BOOST_TEST(event.payload.size() == 1024U * 1024U);
  BOOST_TEST((reader.read("", scratch).kind == Event::Kind::need_more));
  BOOST_TEST(reader.held() == 0U);
  // Nor does a failure or a close keep any.
  for (const std::string& end : {masked(0x81, ""), masked(0x88, "")}) {
    Reader other(Role::server);
    static_cast<void>(other.read(masked(0x02, "abc"), scratch));
    BOOST_TEST(other.held() > 0U);
    static_cast<void>(other.read(end, scratch));
    BOOST_TEST(other.ended());
    BOOST_TEST(other.held() == 0U);
  }
}

BOOST_AUTO_TEST_SUITE_END()
