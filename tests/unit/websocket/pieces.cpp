// Messages that are answered in pieces. That their pieces are those of the whole is checked for
// each script (script.hpp); here is what is only theirs.
#include <boost/test/unit_test.hpp>
#include <string>

#include "unit/websocket/script.hpp"
#include "weir/websocket/reader.hpp"

using namespace weir::websocket;
using namespace weir::test;

BOOST_AUTO_TEST_SUITE(pieces)

BOOST_AUTO_TEST_CASE(what_has_come_is_answered_and_held_nowhere) {
  Reader reader(Role::server, {.pieces = true});
  Scratch scratch;
  const std::string frame = masked(0x81, "one two");
  const Event first = reader.read(std::string_view(frame).substr(0, 9), scratch);
  BOOST_TEST((first.kind == Event::Kind::text));
  BOOST_TEST(first.payload == "one");
  BOOST_TEST(!first.last);
  BOOST_TEST(first.consumed == 9U);
  BOOST_TEST((reader.read("", scratch).kind == Event::Kind::need_more));
  const Event second = reader.read(std::string_view(frame).substr(9), scratch);
  BOOST_TEST(second.payload == " two");
  BOOST_TEST(second.last);
  BOOST_TEST(reader.held() == 0U);
}

BOOST_AUTO_TEST_CASE(a_fragment_is_a_piece_and_an_empty_one_is_none) {
  Reader reader(Role::client, {.pieces = true});
  Scratch scratch;
  std::string input = bare(0x02, "") + bare(0x00, "a") + bare(0x00, "") + bare(0x80, "");
  Event event = reader.read(input, scratch);
  BOOST_TEST(event.payload == "a");
  BOOST_TEST(!event.last);
  input.erase(0, event.consumed);
  event = reader.read(input, scratch);
  BOOST_TEST((event.kind == Event::Kind::binary));
  BOOST_TEST(event.payload == "");
  BOOST_TEST(event.last);
}

BOOST_AUTO_TEST_CASE(a_piece_has_64_kib_at_most) {
  Reader reader(Role::server, {.pieces = true});
  Scratch scratch;
  const std::string frame = masked(0x82, std::string(200000, 'x'));
  std::string_view input = frame;
  std::size_t total = 0;
  Event event;
  do {
    event = reader.read(input, scratch);
    BOOST_REQUIRE((event.kind == Event::Kind::binary));
    BOOST_TEST(event.payload.size() <= 65536U);
    total += event.payload.size();
    input.remove_prefix(event.consumed);
  } while (!event.last);
  BOOST_TEST(total == 200000U);
}

BOOST_AUTO_TEST_SUITE_END()
