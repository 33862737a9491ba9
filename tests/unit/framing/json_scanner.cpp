// The pieces of a JSON text: the same documents as nlohmann's parser finds, and the same values.
#include "framing/json_scanner.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "framing/json_builder.hpp"

using namespace weir;
using Json = nlohmann::json;

namespace {

/// Makes a value of the pieces.
struct Making {
  bool literal(Json value) { return add(std::move(value)); }
  bool number(std::string_view text) {
    Json value = json_number(text);
    return !value.is_discarded() && add(std::move(value));
  }
  bool string(std::string_view value, std::string_view text) {
    BOOST_TEST(Json::parse(text).get<std::string>() == value);
    return add(std::string(value));
  }
  bool key(std::string_view name) {
    builder.key(std::string(name));
    return true;
  }
  bool open(Json::value_t type) {
    builder.open(type);
    return true;
  }
  bool close() {
    builder.close();
    return true;
  }
  template <class T>
  bool add(T&& value) {
    builder.add(std::forward<T>(value));
    return true;
  }

  JsonBuilder builder;
};

/// The value, or discarded.
Json scanned(std::string_view text) {
  Json root;
  Making making;
  making.builder.begin(root);
  JsonScanner<Making> scanner;
  if (!scanner.scan(text, making)) return Json::value_t::discarded;
  return root;
}

Json parsed(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return Json::value_t::discarded;
  return Json::parse(text, nullptr, false);
}

void check(const std::string& text) {
  const Json expected = parsed(text);
  const Json found = scanned(text);
  BOOST_REQUIRE_MESSAGE(
      expected.is_discarded() == found.is_discarded(),
      "of " + text + " nlohmann says " + (expected.is_discarded() ? "no" : "yes"));
  if (expected.is_discarded()) return;
  BOOST_REQUIRE_EQUAL(expected.dump(), found.dump());
  BOOST_REQUIRE(expected.type() == found.type());
}

const std::vector<std::string> samples = {
    R"({"jsonrpc":"2.0","method":"add","params":[1,-2,3.5e2],"id":"x"})",
    R"([{"a":[],"b":{}},[[]],{"":null},true,false,null])",
    R"(["\"\\\/\b\f\n\r\t\u00e4\u20AC\ud834\udd1e", ""])",
    "[\"\xc3\xa4\xe2\x82\xac\xf0\x9d\x84\x9e\xed\x9f\xbf\xf4\x8f\xbf\xbf\"]",
    " \t\r\n[ 1 , 2 ,\n{ \"a\" : 0 } ] \n",
    "[0,-0,0.0,-0.5,1e5,1E+5,1e-5,18446744073709551615,18446744073709551616,"
    "-9223372036854775808,-9223372036854775809,1e308,4.9e-324,1e-400]",
};

}  // namespace

BOOST_AUTO_TEST_SUITE(json_scanner)

BOOST_AUTO_TEST_CASE(documents_are_what_nlohmann_makes_of_them) {
  for (const std::string& sample : samples) {
    BOOST_TEST(!parsed(sample).is_discarded());
    check(sample);
  }
  for (const char* text :
       {"1", "-1", "\"x\"", "null", "\xef\xbb\xbf[]", R"({"a":1,"a":2})", "[\"\x7f\"]"}) {
    check(text);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_document_is_none_here_either) {
  for (const char* text : {"",
                           " ",
                           "[",
                           "]",
                           "{",
                           "}",
                           "[1,]",
                           "[,1]",
                           "[1 2]",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{a:1}",
                           "{\"a\":1,}",
                           "{,}",
                           "{1:2}",
                           "[1}",
                           "{\"a\":1]",
                           "1 2",
                           "01",
                           "-",
                           "-01",
                           "1.",
                           ".5",
                           "1e",
                           "1e+",
                           "+1",
                           "0x1",
                           "NaN",
                           "Infinity",
                           "-Infinity",
                           "1e999",
                           "tru",
                           "truE",
                           "nulll",
                           "\"",
                           "\"\\\"",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\u12g4\"",
                           "\"\\ud834\"",
                           "\"\\ud834\\u0041\"",
                           "\"\\udd1e\"",
                           "\"\\u-123\"",
                           "\"\\u 123\"",
                           "\"\n\"",
                           "\"\x1f\"",
                           "//c\n1",
                           "/**/1",
                           "'a'",
                           "[1]]",
                           "[]\v",
                           "\xef\xbb[]",
                           "\xff"}) {
    BOOST_TEST(parsed(text).is_discarded());
    check(text);
  }
}

BOOST_AUTO_TEST_CASE(strings_are_utf_8_and_no_more) {
  // Every first and second byte, with two good ones behind or none.
  for (unsigned first = 0x80; first <= 0xff; ++first) {
    for (unsigned second = 0x70; second <= 0xff; ++second) {
      const std::string two{static_cast<char>(first), static_cast<char>(second)};
      for (const char* rest : {"", "\x80", "\xbf\xbf", "\x80z", "\xc0"}) {
        check("\"" + two + rest + "\"");
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_text_cut_anywhere_is_none) {
  for (const std::string& sample : samples) {
    for (std::size_t size = 0; size <= sample.size(); ++size) check(sample.substr(0, size));
  }
}

BOOST_AUTO_TEST_CASE(a_text_that_was_tampered_with_is_judged_alike) {
  constexpr std::string_view telling = "[]{}\",:\\u019-+.eE tfn\x80\xc3\n";
  std::uint32_t state = 20231;
  const auto random = [&](std::size_t below) {
    state = state * 1664525U + 1013904223U;
    return (state >> 8U) % below;
  };
  for (int i = 0; i < 100'000; ++i) {
    std::string text = samples[random(samples.size())];
    for (std::size_t changes = random(3) + 1; changes != 0; --changes) {
      const std::size_t at = random(text.size());
      const char byte =
          random(4) == 0 ? static_cast<char>(random(256)) : telling[random(telling.size())];
      if (random(3) == 0) {
        text.erase(at, 1 + random(3));
        if (text.empty()) text = "[";
      } else if (random(2) == 0) {
        text.insert(at, 1, byte);
      } else {
        text[at] = byte;
      }
    }
    check(text);
  }
}

BOOST_AUTO_TEST_SUITE_END()
