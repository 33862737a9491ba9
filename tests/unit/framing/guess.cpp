// describe_input: what is printed of a stranger's bytes, and which protocol they look like.
#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

#include "weir/framing/framing.hpp"

using namespace weir;
using namespace std::string_view_literals;

BOOST_AUTO_TEST_SUITE(guess)

BOOST_AUTO_TEST_CASE(bytes_that_look_like_nothing_known_are_only_quoted) {
  BOOST_TEST(describe_input("hello") == R"(it begins "hello")");
  BOOST_TEST(describe_input("GETTING") == R"(it begins "GETTING")");
  BOOST_TEST(describe_input("") == "it is empty");
}

BOOST_AUTO_TEST_CASE(sixteen_bytes_are_quoted_and_no_more) {
  BOOST_TEST(describe_input("0123456789abcdef") == R"(it begins "0123456789abcdef")");
  BOOST_TEST(describe_input("0123456789abcdefg") == R"(it begins "0123456789abcdef"...)");
}

BOOST_AUTO_TEST_CASE(no_byte_reaches_a_terminal_as_it_is) {
  BOOST_TEST(describe_input("\x1b[2J\r\n\t\"\\\0"sv) == R"(it begins "\x1b[2J\r\n\t\"\\\x00")");
  BOOST_TEST(describe_input("\x7f\x80\xff") == R"(it begins "\x7f\x80\xff")");
  for (int value = 0; value < 256; ++value) {
    const std::string text = describe_input(std::string(3, static_cast<char>(value)));
    for (const char byte : text) {
      BOOST_TEST((byte >= 0x20 && byte < 0x7f), "byte " << value);
    }
  }
}

BOOST_AUTO_TEST_CASE(well_known_protocols_are_named) {
  const auto guessed = [](std::string_view input) {
    const std::string text = describe_input(input);
    const auto at = text.rfind("; ");
    return at == std::string::npos ? std::string() : text.substr(at + 2);
  };
  for (const char* method : {"GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH"}) {
    BOOST_TEST(guessed(method + std::string(" / HTTP/1.1\r\n")) == "an HTTP request?", method);
  }
  BOOST_TEST(guessed("CONNECT a:443 HTTP/1.1\r\n") == "an HTTP request?");
  BOOST_TEST(guessed("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == "an HTTP/2 client?");
  BOOST_TEST(guessed("HTTP/1.1 200 OK\r\n") == "an HTTP response?");
  BOOST_TEST(guessed("\x16\x03\x01\x02\0\x01"sv) == "a TLS ClientHello?");
  BOOST_TEST(guessed("SSH-2.0-OpenSSH_9.2\r\n") == "an SSH peer?");
  BOOST_TEST(guessed("{\"id\":1}") == "JSON text?");
  BOOST_TEST(guessed("[1,2]") == "JSON text?");
  BOOST_TEST(guessed("*1\r\n$4\r\nPING\r\n") == "a Redis client?");
  BOOST_TEST(guessed("*12\r\n$3\r\nSET\r\n") == "a Redis client?");
  BOOST_TEST(guessed("Content-Length: 17\r\n\r\n") == "a message of a language client?");
  BOOST_TEST(guessed("PROXY TCP4 192.0.2.1 ") == "a PROXY protocol header, version 1?");
  BOOST_TEST(guessed("\r\n\r\n\0\r\nQUIT\n\x21\x11"sv) == "a PROXY protocol header, version 2?");
  BOOST_TEST(guessed("\x1f\x8b\x08\0"sv) == "gzip data?");
}

BOOST_AUTO_TEST_CASE(four_bytes_are_enough_for_a_guess_and_three_are_not) {
  BOOST_TEST(describe_input("OPTI") == R"(it begins "OPTI"; an HTTP request?)");
  BOOST_TEST(describe_input("POST") == R"(it begins "POST"; an HTTP request?)");
  BOOST_TEST(describe_input("OPT") == R"(it begins "OPT")");
  BOOST_TEST(describe_input("OPTX") == R"(it begins "OPTX")");
}

BOOST_AUTO_TEST_CASE(an_asterisk_alone_is_no_redis_client) {
  for (const std::string_view input : {"*"sv, "*1"sv, "*\r\n$"sv, "*1\r\nx"sv, "*a\r\n$"sv}) {
    BOOST_TEST(describe_input(input).find("Redis") == std::string::npos, input);
  }
}

BOOST_AUTO_TEST_SUITE_END()
