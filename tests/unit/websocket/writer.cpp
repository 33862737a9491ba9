// What is written: frames of RFC 6455, and that the reader of the other end takes them.
#include "weir/websocket/writer.hpp"

#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <string>

#include "unit/websocket/script.hpp"

using namespace weir::websocket;
using namespace weir::test;
using namespace std::string_literals;
using namespace std::string_view_literals;
using weir::Buffer;

namespace {

Writer client_writer() {
  return Writer(Role::client, {.masks = [] { return MaskKey{0x37, '\xfa', 0x21, 0x3d}; }});
}

template <class Write>
std::string written(Write write) {
  Buffer output;
  output.append("before");  // nothing is written over
  write(output);
  BOOST_REQUIRE(output.view().substr(0, 6) == "before");
  return std::string(output.view().substr(6));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(writer)

BOOST_AUTO_TEST_CASE(the_examples_of_rfc_6455_section_5_7_are_written) {
  Writer server(Role::server);
  Writer client = client_writer();
  BOOST_TEST(written([&](Buffer& out) {
               BOOST_TEST(server.message(Opcode::text, "Hello", out).ok());
             }) == "\x81\x05Hello");
  BOOST_TEST(written([&](Buffer& out) {
               BOOST_TEST(client.message(Opcode::text, "Hello", out).ok());
             }) == "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
  BOOST_TEST(written([&](Buffer& out) {
               BOOST_TEST(server.fragment(Opcode::text, "Hel", false, out).ok());
               BOOST_TEST(server.in_message());
               BOOST_TEST(server.fragment(Opcode::text, "lo", true, out).ok());
               BOOST_TEST(!server.in_message());
             }) == "\x01\x03Hel\x80\x02lo");
  BOOST_TEST(written([&](Buffer& out) { server.ping("Hello", out); }) == "\x89\x05Hello");
  BOOST_TEST(written([&](Buffer& out) { client.pong("Hello", out); }) ==
             "\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
}

BOOST_AUTO_TEST_CASE(lengths_of_all_forms_are_written_as_others_write_them) {
  Writer server(Role::server);
  Writer client = client_writer();
  for (const std::size_t size : {0U, 1U, 125U, 126U, 127U, 65535U, 65536U, 100000U}) {
    const std::string payload(size, 'x');
    BOOST_TEST((written([&](Buffer& out) {
                  BOOST_TEST(server.message(Opcode::binary, payload, out).ok());
                }) == bare(0x82, payload)));
    BOOST_TEST((written([&](Buffer& out) {
                  BOOST_TEST(client.message(Opcode::binary, payload, out).ok());
                }) == masked(0x82, payload)));
  }
}

BOOST_AUTO_TEST_CASE(a_broadcast_needs_no_writer) {
  BOOST_TEST(written([&](Buffer& out) {
               BOOST_TEST(append_message(Opcode::text, "to all", nullptr, out).ok());
             }) == bare(0x81, "to all"));
}

BOOST_AUTO_TEST_CASE(text_that_is_not_utf8_is_not_written) {
  Writer server(Role::server);
  Buffer output;
  BOOST_TEST(!server.message(Opcode::text, "\xff", output).ok());
  BOOST_TEST(!append_message(Opcode::text, "\xe1\xbd", nullptr, output).ok());
  BOOST_TEST(output.empty());
  BOOST_TEST(server.message(Opcode::binary, "\xff", output).ok());
}

BOOST_AUTO_TEST_CASE(fragments_are_one_message_and_text_may_be_cut_anywhere) {
  Writer server(Role::server);
  const std::string bytes = written([&](Buffer& out) {
    BOOST_TEST(server.fragment(Opcode::text, "a\xe1", false, out).ok());
    BOOST_TEST(!server.message(Opcode::text, "no", out).ok());
    BOOST_TEST(!server.fragment(Opcode::binary, "no", false, out).ok());
    BOOST_TEST(!server.fragment(Opcode::text, "z", false, out).ok());
    server.ping("p", out);
    BOOST_TEST(!server.fragment(Opcode::text, "\xbd", true, out).ok());
    BOOST_TEST(server.fragment(Opcode::text, "\xbd\xb9", true, out).ok());
    BOOST_TEST(server.message(Opcode::text, "yes", out).ok());
  });
  BOOST_TEST(client_sees(bytes) == "ping:p text:a\xe1\xbd\xb9 text:yes");
}

BOOST_AUTO_TEST_CASE(a_close_frame_carries_no_code_that_may_not_be_sent) {
  Writer server(Role::server);
  const auto closed = [&](std::uint16_t code, std::string_view reason) {
    return written([&](Buffer& out) { server.close(code, reason, out); });
  };
  BOOST_TEST(closed(1000, "bye") == "\x88\x05\x03\xe8"s + "bye");
  BOOST_TEST(closed(1005, "nobody sees this") == "\x88\x00"sv);
  BOOST_TEST(client_sees(closed(1006, "")) == "close 1011:");
  BOOST_TEST(client_sees(closed(0, "")) == "close 1011:");
  // 123 bytes of reason, and no half character.
  const std::string reason = std::string(122, 'r') + "\xc3\xa9";
  BOOST_TEST(client_sees(closed(1000, reason)) == "close 1000:" + std::string(122, 'r'));
  BOOST_TEST(client_sees(written([&](Buffer& out) { server.ping(std::string(200, 'p'), out); })) ==
             "ping:" + std::string(125, 'p'));
}

BOOST_AUTO_TEST_CASE(each_frame_of_a_client_has_a_key_of_its_own) {
  char next = 0;
  Writer client(Role::client, {.masks = [&next] { return MaskKey{++next, next, next, next}; }});
  const std::string bytes = written([&](Buffer& out) {
    BOOST_TEST(client.message(Opcode::text, "a", out).ok());
    BOOST_TEST(client.fragment(Opcode::text, "b", false, out).ok());
    client.ping("", out);
    BOOST_TEST(client.fragment(Opcode::text, "c", true, out).ok());
    client.close(1000, "", out);
  });
  BOOST_TEST(next == 5);
  BOOST_TEST(server_sees(bytes) == "text:a ping: text:bc close 1000:");
  BOOST_CHECK_THROW(Writer(Role::client), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
