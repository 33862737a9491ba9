#include "weir/websocket/utf8.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace weir::websocket;

namespace {

/// RFC 3629 3, written from its table: nothing for what is no character.
std::string encoded(unsigned point) {
  const auto byte = [](unsigned value) { return std::string(1, static_cast<char>(value)); };
  const auto rest = [&](unsigned shift) { return byte(0x80 | (point >> shift & 0x3F)); };
  if (point < 0x80) return byte(point);
  if (point < 0x800) return byte(0xC0 | point >> 6) + rest(0);
  if (point < 0x10000) return byte(0xE0 | point >> 12) + rest(6) + rest(0);
  return byte(0xF0 | point >> 18) + rest(12) + rest(6) + rest(0);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(utf8)

BOOST_AUTO_TEST_CASE(every_code_point_is_taken_but_surrogates) {
  for (unsigned point = 0; point < 0x120000; ++point) {
    const bool valid = point < 0x110000 && (point < 0xD800 || point > 0xDFFF);
    if (is_utf8(encoded(point)) != valid) BOOST_TEST(point == 0U, "U+" << std::hex << point);
  }
}

BOOST_AUTO_TEST_CASE(longer_forms_and_stray_bytes_are_refused) {
  for (const char* text : {"\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf",
                           "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf5\x80\x80\x80", "\xff",
                           "\x80", "a\xbf", "\xe1\xbd", "\xe1\xbdz", "\xf0\x9f\x98", "\xc2\xc2"}) {
    BOOST_TEST(!is_utf8(text), text);
  }
}

BOOST_AUTO_TEST_CASE(the_fast_way_over_ascii_misses_no_byte) {
  for (std::size_t size = 0; size < 70; ++size) {
    for (std::size_t bad = 0; bad < size; ++bad) {
      std::string text(size, 'a');
      BOOST_TEST(is_utf8(text));
      text[bad] = '\xff';
      if (is_utf8(text)) BOOST_TEST(false, size << " bytes, " << bad);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_text_is_cut_between_its_characters) {
  const std::string text = "a\xc3\xa9\xe1\xbd\xb9\xf0\x9f\x98\x80z";
  for (std::size_t most = 0; most <= text.size() + 1; ++most) {
    const std::string_view cut = cut_utf8(text, most);
    BOOST_TEST(cut.size() <= most);
    BOOST_TEST(cut.size() + 4 > std::min(most, text.size()));
    BOOST_TEST(is_utf8(cut));
  }
}

BOOST_AUTO_TEST_SUITE_END()
