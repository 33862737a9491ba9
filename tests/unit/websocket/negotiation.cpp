// Offers and responses of permessage-deflate, RFC 7692 5.1 and 7.1.
#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <string>

#include "weir/websocket/deflate.hpp"

using namespace weir::websocket;

namespace {

/// With nothing asked for by this end.
constexpr DeflateOptions plain{.server_no_context_takeover = false,
                               .client_no_context_takeover = false};

/// What a server with `options` answers; "-" for no extension, "malformed".
std::string answer(std::string_view offers, const DeflateOptions& options = plain) {
  const auto result = accept_deflate(offers, options);
  if (!result.ok()) return "malformed";
  return result.value() ? result.value()->response : "-";
}

/// What a client with `options` makes of a response.
std::string made(std::string_view response, const std::optional<DeflateOptions>& options = plain) {
  const auto result = confirm_deflate(response, options);
  if (!result.ok()) return "failed";
  if (!result.value()) return "-";
  const Deflation& agreed = *result.value();
  return std::string(agreed.server_no_context_takeover ? "s " : "S ") +
         (agreed.client_no_context_takeover ? "c " : "C ") +
         std::to_string(agreed.server_max_window_bits) + " " +
         std::to_string(agreed.client_max_window_bits);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(negotiation)

BOOST_AUTO_TEST_CASE(a_plain_offer_is_accepted) {
  BOOST_TEST(answer("permessage-deflate") == "permessage-deflate");
  BOOST_TEST(answer(" , permessage-deflate ,") == "permessage-deflate");
  BOOST_TEST(answer("permessage-deflate; client_max_window_bits") == "permessage-deflate");
  BOOST_TEST(answer("x-webkit-deflate-frame, permessage-deflate") == "permessage-deflate");
  BOOST_TEST(answer("") == "-");
  BOOST_TEST(answer("bbf-usp-protocol") == "-");
}

BOOST_AUTO_TEST_CASE(a_server_keeps_no_state_of_idle_connections_by_default) {
  BOOST_TEST(answer("permessage-deflate; client_max_window_bits", {}) ==
             "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
  const auto accepted = accept_deflate("permessage-deflate", {}).take();
  BOOST_TEST(!accepted->deflation.takeover(Role::server));
  BOOST_TEST(!accepted->deflation.takeover(Role::client));
}

BOOST_AUTO_TEST_CASE(what_an_offer_asks_for_is_granted) {
  BOOST_TEST(answer("permessage-deflate; server_no_context_takeover") ==
             "permessage-deflate; server_no_context_takeover");
  BOOST_TEST(answer("permessage-deflate; client_no_context_takeover") ==
             "permessage-deflate; client_no_context_takeover");
  BOOST_TEST(answer("permessage-deflate; server_max_window_bits=10") ==
             "permessage-deflate; server_max_window_bits=10");
  BOOST_TEST(answer("permessage-deflate; server_max_window_bits=\"10\"") ==
             "permessage-deflate; server_max_window_bits=10");
  BOOST_TEST(answer("permessage-deflate; client_max_window_bits=9") ==
             "permessage-deflate; client_max_window_bits=9");
  BOOST_TEST(answer("permessage-deflate; client_max_window_bits=8") ==
             "permessage-deflate; client_max_window_bits=8");
}

BOOST_AUTO_TEST_CASE(a_server_asks_for_smaller_windows_where_it_may) {
  const DeflateOptions small{false, false, 11, 12};
  BOOST_TEST(answer("permessage-deflate", small) ==
             "permessage-deflate; server_max_window_bits=11");
  BOOST_TEST(answer("permessage-deflate; client_max_window_bits", small) ==
             "permessage-deflate; server_max_window_bits=11; client_max_window_bits=12");
  BOOST_TEST(
      answer("permessage-deflate; client_max_window_bits=10; server_max_window_bits=15", small) ==
      "permessage-deflate; server_max_window_bits=11; client_max_window_bits=10");
  // A client that has not said so keeps its window, and the reader keeps as much.
  BOOST_TEST(accept_deflate("permessage-deflate", small).take()->deflation.client_max_window_bits ==
             15);
}

BOOST_AUTO_TEST_CASE(an_offer_with_a_bad_parameter_is_passed_over) {  // 7.1
  for (const std::string parameter :
       {"unknown", "unknown=1", "server_no_context_takeover=1", "client_no_context_takeover=true",
        "server_max_window_bits", "server_max_window_bits=7", "server_max_window_bits=16",
        "server_max_window_bits=08", "server_max_window_bits=1", "server_max_window_bits=100",
        "server_max_window_bits=-9", "client_max_window_bits=7", "client_max_window_bits=016",
        "server_no_context_takeover; server_no_context_takeover",
        "client_no_context_takeover; client_no_context_takeover",
        "server_max_window_bits=10; server_max_window_bits=10",
        "client_max_window_bits; client_max_window_bits",
        "client_max_window_bits; client_max_window_bits=10",
        // zlib cannot compress into so small a window.
        "server_max_window_bits=8"}) {
    BOOST_TEST(answer("permessage-deflate; " + parameter) == "-", parameter);
    BOOST_TEST(answer("permessage-deflate; " + parameter +
                      ", permessage-deflate; client_no_context_takeover") ==
                   "permessage-deflate; client_no_context_takeover",
               parameter);
  }
}

BOOST_AUTO_TEST_CASE(a_value_that_is_no_list_of_extensions_is_malformed) {  // RFC 6455 9.1
  std::string endless = "a";
  for (int i = 0; i < 40; ++i) endless += "; b";
  for (const std::string& value :
       {std::string("permessage-deflate;"), std::string("permessage-deflate; =1"),
        std::string("permessage-deflate; a="), std::string("permessage deflate"),
        std::string("permessage-deflate; a=\"b"), std::string("permessage-deflate; a=\"\""),
        std::string("permessage-deflate; a=\"b c\""), std::string("permessage-deflate; a=\"b\\"),
        std::string(";"), std::string("=\"\""), endless}) {
    BOOST_TEST(answer(value) == "malformed", value);
    BOOST_TEST(made(value) == "failed", value);
  }
}

BOOST_AUTO_TEST_CASE(a_client_offers_what_it_wants) {
  BOOST_TEST(offer_deflate(plain) == "permessage-deflate; client_max_window_bits");
  BOOST_TEST(offer_deflate({true, true, 10, 11}) ==
             "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
             "server_max_window_bits=10; client_max_window_bits=11");
  BOOST_CHECK_THROW(offer_deflate({true, true, 8, 15}), std::invalid_argument);
  BOOST_CHECK_THROW(offer_deflate({true, true, 15, 16}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_client_takes_what_answers_its_offer) {
  BOOST_TEST(made("") == "-");
  BOOST_TEST(made("", std::nullopt) == "-");
  BOOST_TEST(made("permessage-deflate") == "S C 15 15");
  BOOST_TEST(made("permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
                  "server_max_window_bits=9; client_max_window_bits=8") == "s c 9 8");
  // Offered, so done, whether the server says it again or not.
  BOOST_TEST(made("permessage-deflate", DeflateOptions{false, true, 15, 12}) == "S c 15 12");
}

BOOST_AUTO_TEST_CASE(a_client_fails_on_what_it_has_not_offered) {
  BOOST_TEST(made("permessage-deflate", std::nullopt) == "failed");
  for (const char* response :
       {"other", "permessage-deflate, permessage-deflate", "permessage-deflate, other",
        "permessage-deflate; unknown", "permessage-deflate; client_max_window_bits",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover"}) {
    BOOST_TEST(made(response) == "failed", response);
  }
  const DeflateOptions asks{true, false, 10, 10};
  BOOST_TEST(made("permessage-deflate", asks) == "failed");
  BOOST_TEST(made("permessage-deflate; server_no_context_takeover", asks) == "failed");
  BOOST_TEST(made("permessage-deflate; server_no_context_takeover; server_max_window_bits=11",
                  asks) == "failed");
  BOOST_TEST(made("permessage-deflate; server_no_context_takeover; server_max_window_bits=10; "
                  "client_max_window_bits=11",
                  asks) == "failed");
  BOOST_TEST(made("permessage-deflate; server_no_context_takeover; server_max_window_bits=9",
                  asks) == "s C 9 10");
}

BOOST_AUTO_TEST_CASE(both_ends_agree_on_the_same_whatever_they_want) {
  for (int wishes = 0; wishes < 256; ++wishes) {
    const auto options = [](int bits) {
      return DeflateOptions{(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0 ? 9 : 15,
                            (bits & 8) != 0 ? 10 : 15};
    };
    const DeflateOptions client = options(wishes & 15);
    const auto accepted = accept_deflate(offer_deflate(client), options(wishes >> 4));
    BOOST_REQUIRE(accepted.ok() && accepted.value());
    const auto confirmed = confirm_deflate(accepted.value()->response, client);
    BOOST_REQUIRE(confirmed.ok() && confirmed.value());
    BOOST_TEST((*confirmed.value() == accepted.value()->deflation));
  }
}

BOOST_AUTO_TEST_SUITE_END()
