// What is left of what strangers type.
#include "chat/text.hpp"

#include <boost/test/unit_test.hpp>

#include "chat/terminals.hpp"

using namespace weir::chat;

BOOST_AUTO_TEST_CASE(nothing_that_steers_a_terminal_is_left_of_a_message) {
  BOOST_TEST(clean_text("a\x1b[2Jb\x07\x7f") == "a[2Jb");
  BOOST_TEST(clean_text("a\xc2\x9b"
                        "2Jb") == "a2Jb");  // CSI of one character
  BOOST_TEST(clean_text("a\xe2\x80\xae"
                        "b") == "ab");  // turns the reading direction
  BOOST_TEST(clean_text("one\r\ntwo\tthree\rfour") == "one\ntwo threefour");
  BOOST_TEST(clean_text("\n  indented\n \n") == "  indented");
  BOOST_TEST(clean_text(" \x1b \n") == "");
}

BOOST_AUTO_TEST_CASE(what_is_no_utf8_is_shown_as_such_and_all_else_stays) {
  BOOST_TEST(clean_text("gr\xfc\xdf"
                        "e") ==
             "gr\xEF\xBF\xBD\xEF\xBF\xBD"
             "e");
  BOOST_TEST(clean_text("\xf0\x9f\x8c") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  BOOST_TEST(clean_text("Grüße, 世界 🌊 👩‍💻") == "Grüße, 世界 🌊 👩‍💻");
  BOOST_TEST(clean_text("<b>&amp;</b>") == "<b>&amp;</b>");
}

BOOST_AUTO_TEST_CASE(names_are_one_line_and_rooms_one_word) {
  BOOST_TEST(clean_nick("  Anna \n\t Maria ") == "Anna Maria");
  BOOST_TEST(clean_room(" ##The  Lobby\n") == "thelobby");
  BOOST_TEST(name_key("ANNA ä") == "anna ä");
  BOOST_TEST(count_characters("Grüße 🌊") == 7U);
  BOOST_TEST(is_id("abcdefgh-_09"));
  BOOST_TEST(!is_id("short"));
  BOOST_TEST(!is_id("with a blank"));
  BOOST_TEST(is_id(random_id()));
  BOOST_TEST(random_id() != random_id());
}

BOOST_AUTO_TEST_CASE(further_lines_of_a_message_do_not_begin_where_a_nickname_stands) {
  const auto lines = lines_of({.nick = "eve", .text = "a\n[00:00] anna: b", .at = 3'660'000});
  BOOST_TEST(lines.size() == 2U);
  BOOST_TEST(lines[0] == "[01:01] eve: a");
  BOOST_TEST(lines[1] == "        [00:00] anna: b");
}
