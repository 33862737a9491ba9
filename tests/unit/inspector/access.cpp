// Who may ask the inspector what.
#include "inspector/access.hpp"

#include <boost/test/unit_test.hpp>
#include <vector>

#include "weir/inspector/inspector.hpp"

using namespace weir;
using namespace weir::inspect;

BOOST_AUTO_TEST_SUITE(admission)

BOOST_AUTO_TEST_CASE(a_token_is_compared_whole) {
  BOOST_TEST(same_secret("0123456789abcdef", "0123456789abcdef"));
  BOOST_TEST(same_secret("", ""));
  for (std::size_t i = 0; i < 16; ++i) {
    std::string wrong = "0123456789abcdef";
    wrong[i] = static_cast<char>(wrong[i] ^ 1);
    BOOST_TEST(!same_secret(wrong, "0123456789abcdef"));
  }
  BOOST_TEST(!same_secret("0123456789abcde", "0123456789abcdef"));
  BOOST_TEST(!same_secret("", "0123456789abcdef"));
}

BOOST_AUTO_TEST_CASE(a_token_stands_behind_its_scheme) {
  BOOST_TEST(bearer_token("Bearer abc") == "abc");
  BOOST_TEST(bearer_token("bEARER   abc") == "abc");
  BOOST_TEST(bearer_token("Basic abc") == "");
  BOOST_TEST(bearer_token("Bearer ") == "");
  BOOST_TEST(bearer_token("Bearer") == "");
  BOOST_TEST(bearer_token("") == "");
}

BOOST_AUTO_TEST_CASE(a_host_is_an_address_or_a_name_that_is_known) {
  const std::vector<std::string> names{"ops.example"};
  for (const char* host : {"127.0.0.1", "127.0.0.1:9901", "localhost", "LOCALHOST:80", "[::1]",
                           "[::1]:9901", "10.1.2.3:1", "ops.example", "Ops.Example:9901"}) {
    BOOST_TEST(host_allowed(host, names), host);
  }
  for (const char* host :
       {"", ":9901", "evil.example", "evil.example:9901", "127.0.0.1.evil.example",
        "localhost.evil.example", "127.0.0.1:80:80", "127.0.0.1:evil", "[::1", "[evil.example]",
        "[::1]x", "ops.example.evil"}) {
    BOOST_TEST(!host_allowed(host, names), host);
  }
}

BOOST_AUTO_TEST_CASE(a_change_comes_from_our_own_page_or_from_none) {
  const std::string_view host = "127.0.0.1:9901";
  BOOST_TEST(may_change({host, "http://127.0.0.1:9901", "same-origin", ""}));
  BOOST_TEST(may_change({host, "http://127.0.0.1:9901", "", ""}));
  BOOST_TEST(may_change({host, "", "same-origin", ""}));
  BOOST_TEST(may_change({host, "", "", "1"}));
  BOOST_TEST(may_change({host, "", "none", "1"}));
  // A form of another site's page, whatever the browser says of it.
  BOOST_TEST(!may_change({host, "", "", ""}));
  BOOST_TEST(!may_change({host, "http://evil.example", "cross-site", ""}));
  BOOST_TEST(!may_change({host, "http://evil.example", "", "1"}));
  BOOST_TEST(!may_change({host, "null", "", ""}));
  BOOST_TEST(!may_change({host, "", "cross-site", "1"}));
  BOOST_TEST(!may_change({host, "http://127.0.0.1:9902", "same-site", ""}));
  BOOST_TEST(!may_change({host, "", "none", ""}));
}

BOOST_AUTO_TEST_CASE(it_listens_where_others_cannot_come_or_asks_for_a_token) {
  const auto allowed = [](std::string_view endpoint, std::string token = {}) {
    return Inspector::check(endpoint, {.token = std::move(token)}).ok();
  };
  for (const char* endpoint : {"tcp://127.0.0.1:0", "tcp://127.9.9.9:1", "tcp://[::1]:9901",
                               "tcp://localhost:9901", "unix:///tmp/weir.sock", "unix://@weir"}) {
    BOOST_TEST(allowed(endpoint), endpoint);
  }
  for (const char* endpoint : {"tcp://0.0.0.0:9901", "tcp://[::]:9901", "tcp://10.0.0.1:9901"}) {
    BOOST_TEST(!allowed(endpoint), endpoint);
    BOOST_TEST(allowed(endpoint, "0123456789abcdef"), endpoint);
    BOOST_TEST(!allowed(endpoint, "0123456789abcde"), endpoint);
  }
  for (const char* endpoint : {"udp://127.0.0.1:9901", "tls://127.0.0.1:9901", "mq://weir", "x"}) {
    BOOST_TEST(!allowed(endpoint, "0123456789abcdef"), endpoint);
  }
}

BOOST_AUTO_TEST_SUITE_END()
