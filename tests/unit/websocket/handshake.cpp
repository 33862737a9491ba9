#include "weir/websocket/handshake.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "websocket/sha1.hpp"

using namespace weir::websocket;

namespace {

std::string hex(const std::array<unsigned char, 20>& digest) {
  std::string text;
  for (const unsigned byte : digest) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

UpgradeRequest good() {
  return {.method = "GET",
          .host = "example.org",
          .upgrade = "websocket",
          .connection = "keep-alive, Upgrade",
          .key = "dGhlIHNhbXBsZSBub25jZQ==",
          .version = "13"};
}

/// The status of the refusal, its field and value; "101" when there is none.
std::string verdict(const UpgradeRequest& request) {
  const auto refusal = check_upgrade(request);
  if (!refusal) return "101";
  BOOST_TEST(!refusal->reason.empty());
  std::string text = std::to_string(refusal->status);
  if (!refusal->field.empty()) {
    text.append(" ").append(refusal->field).append(": ").append(refusal->value);
  }
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(handshake)

BOOST_AUTO_TEST_CASE(sha1_gives_the_digests_of_its_standard) {  // FIPS 180, RFC 3174 7.3
  BOOST_TEST(hex(sha1("")) == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  BOOST_TEST(hex(sha1("abc")) == "a9993e364706816aba3e25717850c26c9cd0d89d");
  BOOST_TEST(hex(sha1("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
             "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
  BOOST_TEST(hex(sha1(std::string(1000000, 'a'))) == "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

BOOST_AUTO_TEST_CASE(the_key_of_rfc_6455_section_1_3_is_answered) {
  BOOST_TEST(accept_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

BOOST_AUTO_TEST_CASE(a_key_is_16_bytes_in_base64) {  // 4.1
  BOOST_TEST(make_key({'t', 'h', 'e', ' ', 's', 'a', 'm', 'p', 'l', 'e', ' ', 'n', 'o', 'n', 'c',
                       'e'}) == "dGhlIHNhbXBsZSBub25jZQ==");
  BOOST_TEST(valid_key("dGhlIHNhbXBsZSBub25jZQ=="));
  BOOST_TEST(valid_key("AAAAAAAAAAAAAAAAAAAA//=="));
  for (const char* key :
       {"", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ===", "dGhlIHNhbXBsZSBub25jZQAA",
        "dGhlIHNhbXBsZSBub25j Q==", "dGhlIHNhbXBsZSBub25-ZQ==", "dGhlIHNhbXBsZSBub25=ZQ=="}) {
    BOOST_TEST(!valid_key(key), key);
  }
}

BOOST_AUTO_TEST_CASE(a_token_is_found_in_a_list) {
  BOOST_TEST(has_token("keep-alive, Upgrade", "upgrade"));
  BOOST_TEST(has_token("UPGRADE", "upgrade"));
  BOOST_TEST(has_token(" , ,\tupgrade\t,", "upgrade"));
  BOOST_TEST(!has_token("upgraded, up grade", "upgrade"));
  BOOST_TEST(!has_token("", "upgrade"));
}

BOOST_AUTO_TEST_CASE(a_request_that_asks_for_a_websocket_gets_one) {
  BOOST_TEST(verdict(good()) == "101");
}

BOOST_AUTO_TEST_CASE(a_request_that_lacks_anything_is_refused) {  // 4.2.1, 4.4
  const auto without = [](auto change) {
    UpgradeRequest request = good();
    change(request);
    return verdict(request);
  };
  BOOST_TEST(without([](auto& r) { r.method = "POST"; }) == "400");
  BOOST_TEST(without([](auto& r) { r.http_1_1 = false; }) == "400");
  BOOST_TEST(without([](auto& r) { r.host = ""; }) == "400");
  BOOST_TEST(without([](auto& r) { r.upgrade = ""; }) == "426 Upgrade: websocket");
  BOOST_TEST(without([](auto& r) { r.upgrade = "h2c"; }) == "426 Upgrade: websocket");
  BOOST_TEST(without([](auto& r) { r.upgrade = "h2c, WebSocket"; }) == "101");
  BOOST_TEST(without([](auto& r) { r.connection = "keep-alive"; }) == "400");
  BOOST_TEST(without([](auto& r) { r.key = ""; }) == "400");
  BOOST_TEST(without([](auto& r) { r.key = "short"; }) == "400");
  for (const char* version : {"", "8", "12", "014", "13, 8"}) {
    BOOST_TEST(without([&](auto& r) { r.version = version; }) == "426 Sec-WebSocket-Version: 13");
  }
}

BOOST_AUTO_TEST_CASE(a_client_checks_the_answer) {  // 4.1
  const std::vector<std::string> protocols{"chat"};
  const auto answer = [&](auto change) {
    UpgradeResponse response{.status = 101,
                             .upgrade = "WebSocket",
                             .connection = "Upgrade",
                             .accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="};
    change(response);
    return check_response(response, "dGhlIHNhbXBsZSBub25jZQ==", protocols).ok();
  };
  BOOST_TEST(answer([](auto&) {}));
  BOOST_TEST(answer([](auto& r) { r.protocol = "chat"; }));
  BOOST_TEST(!answer([](auto& r) { r.protocol = "Chat"; }));
  BOOST_TEST(!answer([](auto& r) { r.status = 200; }));
  BOOST_TEST(!answer([](auto& r) { r.upgrade = ""; }));
  BOOST_TEST(!answer([](auto& r) { r.connection = "close"; }));
  BOOST_TEST(!answer([](auto& r) { r.accept = "S3pPLMBiTxaQ9kYGzzhZRbK+xOo="; }));
}

BOOST_AUTO_TEST_CASE(the_first_protocol_of_the_client_that_is_spoken_is_taken) {
  const std::vector<std::string> supported{"b", "a"};
  BOOST_TEST(select_protocol("c, a ,b", supported) == "a");
  BOOST_TEST(select_protocol("A, c", supported) == "");
  BOOST_TEST(select_protocol("", supported) == "");
  BOOST_TEST(select_protocol("a", {}) == "");
}

BOOST_AUTO_TEST_SUITE_END()
