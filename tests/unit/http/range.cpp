#include "weir/http/range.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace weir::http;

namespace {

/// `offset+size` of each part, or what there is instead.
std::string asked(std::string_view value, std::uint64_t size = 1000) {
  const Ranges ranges = parse_ranges(value, size);
  if (ranges.kind() == Ranges::Kind::whole) return "whole";
  if (ranges.kind() == Ranges::Kind::unsatisfiable) return "none";
  std::string text;
  for (const ByteRange& range : ranges.list()) {
    text.append(std::to_string(range.offset)).append("+");
    text.append(std::to_string(range.size)).append(" ");
  }
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_range)

BOOST_AUTO_TEST_CASE(a_part_has_a_beginning_an_end_or_both) {
  BOOST_TEST(asked("bytes=0-499") == "0+500 ");
  BOOST_TEST(asked("bytes=500-") == "500+500 ");
  BOOST_TEST(asked("bytes=-500") == "500+500 ");
  BOOST_TEST(asked("Bytes=999-999") == "999+1 ");
  BOOST_TEST(asked("bytes=0-0") == "0+1 ");
}

BOOST_AUTO_TEST_CASE(a_part_ends_where_the_whole_does) {
  BOOST_TEST(asked("bytes=900-1000") == "900+100 ");
  BOOST_TEST(asked("bytes=900-99999999999999999999999") == "900+100 ");
  BOOST_TEST(asked("bytes=-5000") == "0+1000 ");
  BOOST_TEST(asked("bytes=-99999999999999999999999") == "0+1000 ");
  BOOST_TEST(asked("bytes=0-18446744073709551615", ~std::uint64_t{0}) == "0+18446744073709551615 ");
}

BOOST_AUTO_TEST_CASE(what_begins_behind_the_end_cannot_be_had) {
  BOOST_TEST(asked("bytes=1000-") == "none");
  BOOST_TEST(asked("bytes=99999999999999999999999-") == "none");
  BOOST_TEST(asked("bytes=-0") == "none");
  BOOST_TEST(asked("bytes=0-", 0) == "none");
  BOOST_TEST(asked("bytes=-1", 0) == "none");
  BOOST_TEST(asked("bytes=1000-, 0-0") == "0+1 ");
}

BOOST_AUTO_TEST_CASE(what_is_mistaken_is_as_if_it_were_not_there) {
  for (const std::string_view value :
       {"", "bytes", "bytes=", "bytes=,", "bytes=-", "bytes=a-b", "bytes=5", "bytes=5-4",
        "bytes=5-4,0-0", "bytes=0-0,x", "bytes=+0-5", "bytes=0--5", "bytes=0-5-", "bytes=--5",
        "bytes= 0 - 5", "lines=0-5", "bytes:0-5", "bytes =0-5", "bytes=0x0-5"}) {
    BOOST_TEST(asked(value) == "whole", value);
  }
}

BOOST_AUTO_TEST_CASE(several_parts_are_few_and_apart) {
  BOOST_TEST(asked("bytes=0-0, ,-1,\t500-509") == "0+1 999+1 500+10 ");
  BOOST_TEST(asked("bytes=0-4,5-9") == "0+5 5+5 ");
  BOOST_TEST(asked("bytes=0-5,5-9") == "whole");
  BOOST_TEST(asked("bytes=0-,0-") == "whole");
  std::string value = "bytes=0-0";
  for (int i = 1; i < 8; ++i)
    value.append(",").append(std::to_string(2 * i)).append("-").append(std::to_string(2 * i));
  BOOST_TEST(asked(value).ends_with("14+1 "));
  BOOST_TEST(asked(value + ",16-16") == "whole");
  BOOST_TEST(asked(value + ",5000-") == "whole");
}

BOOST_AUTO_TEST_CASE(the_answer_says_which_part_it_is) {
  BOOST_TEST(content_range({0, 500}, 1234) == "bytes 0-499/1234");
  BOOST_TEST(content_range_of_none(1234) == "bytes */1234");
}

BOOST_AUTO_TEST_SUITE_END()
