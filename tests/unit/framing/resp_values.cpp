// What is in a payload of RESP, and how one is made.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "unit/framing/script.hpp"
#include "weir/core/buffer.hpp"
#include "weir/framing/resp.hpp"
#include "weir/framing/resp_reader.hpp"
#include "weir/framing/resp_writer.hpp"

using namespace weir;

BOOST_AUTO_TEST_SUITE(resp_values)

BOOST_AUTO_TEST_CASE(a_number_is_one_where_redis_server_says_so) {
  BOOST_TEST(resp_integer("0").value() == 0);
  BOOST_TEST(resp_integer("-1").value() == -1);
  BOOST_TEST(resp_integer("9223372036854775807").value() ==
             std::numeric_limits<std::int64_t>::max());
  BOOST_TEST(resp_integer("-9223372036854775808").value() ==
             std::numeric_limits<std::int64_t>::min());
  for (const char* wrong :
       {"", "-", "-0", "+1", "01", "-01", " 1", "1 ", "1.0", "0x1", "9223372036854775808",
        "-9223372036854775809", "18446744073709551617"}) {
    BOOST_TEST(!resp_integer(wrong).has_value(), wrong);
  }
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read_back_type_by_type) {
  std::string out;
  RespWriter write(out);
  write.array(17).simple("OK").error("ERR no").integer(-7).bulk("a\r\nb").null_bulk().null_array();
  write.null().boolean(true).boolean(false).real(1.5).real(-INFINITY).big("-123").bulk_error("E\n");
  write.verbatim("txt", "hi").map(1).bulk("k").integer(1).set(1).integer(2).push(0);
  test::expect_frames(resp_replies(), out, {out});

  RespReader read(out);
  const auto next = [&read] { return read.next().value(); };
  BOOST_TEST(next().count == 17U);
  BOOST_TEST(next().text == "OK");
  const RespItem error = next();
  BOOST_TEST((error.type == RespType::error));
  BOOST_TEST(error.text == "ERR no");
  BOOST_TEST(next().integer == -7);
  BOOST_TEST(next().text == "a\r\nb");
  for (int i = 0; i < 3; ++i) BOOST_TEST((next().type == RespType::null));
  BOOST_TEST(next().integer == 1);
  BOOST_TEST(next().integer == 0);
  BOOST_TEST(next().real() == 1.5);
  BOOST_TEST(next().real() == -INFINITY);
  BOOST_TEST(next().text == "-123");
  const RespItem bulk_error = next();
  BOOST_TEST((bulk_error.type == RespType::error));
  BOOST_TEST(bulk_error.text == "E\n");
  BOOST_TEST(next().text == "txt:hi");
  BOOST_TEST(next().count == 2U);
  BOOST_TEST(next().text == "k");
  BOOST_TEST(next().integer == 1);
  BOOST_TEST(next().count == 1U);
  BOOST_TEST(next().integer == 2);
  BOOST_TEST((next().type == RespType::push));
  BOOST_TEST(!read.next().has_value());
}

BOOST_AUTO_TEST_CASE(an_end_of_line_in_a_simple_string_or_an_error_is_a_blank) {
  Buffer out;
  RespWriter(out).simple("a\r\nb").error("ERR\n");
  BOOST_TEST(out.view() == "+a  b\r\n-ERR \r\n");
}

BOOST_AUTO_TEST_CASE(no_number_is_written_as_nan_whatever_its_sign) {
  std::string out;
  RespWriter(out).real(-std::numeric_limits<double>::quiet_NaN());
  BOOST_TEST(out == ",nan\r\n");
  BOOST_TEST(std::isnan(RespReader(out).next().value().real()));
}

BOOST_AUTO_TEST_CASE(what_holds_others_can_be_passed_over) {
  RespReader read("*2\r\n*2\r\n|1\r\n+a\r\n*1\r\n:0\r\n:1\r\n%1\r\n:2\r\n:3\r\n:4\r\n");
  BOOST_TEST(read.next().value().count == 2U);
  read.skip(read.next().value());
  BOOST_TEST(read.next().value().integer == 4);
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_payload_are_never_read_past_their_end) {
  for (const std::string& script :
       test::random_messages(11, 5000, 16, "+-:$*%|>_#,(=!01239\r\n\r\n\r\n")) {
    const std::vector<char> exact(script.begin(), script.end());
    const std::string_view bytes(exact.data(), exact.size());
    RespReader read(bytes);
    std::size_t items = 0;
    while (read.next()) ++items;
    BOOST_REQUIRE(items <= script.size());
    RespArguments arguments;
    arguments.read(bytes);
  }
}

BOOST_AUTO_TEST_SUITE_END()
