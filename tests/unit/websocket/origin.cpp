#include <boost/test/unit_test.hpp>
#include <stdexcept>

#include "weir/websocket/handshake.hpp"

using weir::websocket::OriginPolicy;

BOOST_AUTO_TEST_SUITE(origin)

BOOST_AUTO_TEST_CASE(by_default_pages_of_this_server_alone_connect) {
  const OriginPolicy policy;
  BOOST_TEST(policy.allows("http://example.org", "example.org", false));
  BOOST_TEST(policy.allows("https://example.org", "example.org", true));
  BOOST_TEST(policy.allows("https://EXAMPLE.org:443", "example.ORG", true));
  BOOST_TEST(policy.allows("http://example.org", "example.org:80", false));
  BOOST_TEST(policy.allows("http://localhost:8080", "localhost:8080", false));
  BOOST_TEST(policy.allows("http://[::1]:8080", "[::1]:8080", false));
  BOOST_TEST(policy.allows("http://[::1]", "[::1]", false));

  BOOST_TEST(!policy.allows("http://example.org", "example.org", true));
  BOOST_TEST(policy.allows("https://example.org", "example.org", false));  // TLS ends at a proxy
  BOOST_TEST(policy.allows("https://example.org:8443", "example.org:8443", false));
  BOOST_TEST(!policy.allows("https://example.org", "example.org:80", false));
  BOOST_TEST(!policy.allows("http://example.org:8080", "example.org", false));
  BOOST_TEST(!policy.allows("http://evil.example", "example.org", false));
  BOOST_TEST(!policy.allows("http://example.org.evil", "example.org", false));
  BOOST_TEST(!policy.allows("http://a.example.org", "example.org", false));
}

BOOST_AUTO_TEST_CASE(what_is_no_browser_sends_no_origin_and_is_taken) {
  BOOST_TEST(OriginPolicy().allows("", "example.org", true));
  BOOST_TEST(OriginPolicy::only({"http://a"}).allows("", "example.org", true));
}

BOOST_AUTO_TEST_CASE(what_is_no_origin_is_not_allowed) {
  const OriginPolicy same;
  for (const char* bad : {"null", "file://", "example.org", "http://", "http://example.org/",
                          "http://example.org http://evil", "http://user@example.org",
                          "http://example.org:", "http://example.org:x", "http://[example.org",
                          "ftp://example.org", "http://[]"}) {
    BOOST_TEST(!same.allows(bad, "example.org", false), bad);
    BOOST_TEST(OriginPolicy::any().allows(bad, "example.org", false), bad);
  }
  // A Host that is none is nobody's.
  BOOST_TEST(!same.allows("http://", "", false));
  BOOST_TEST(!same.allows("http://example.org", "", false));
}

BOOST_AUTO_TEST_CASE(a_list_allows_what_it_names) {
  const OriginPolicy policy = OriginPolicy::only({"https://App.example", "http://localhost:3000"});
  BOOST_TEST(policy.allows("https://app.example:443", "api.example", false));
  BOOST_TEST(policy.allows("http://localhost:3000", "api.example", true));
  BOOST_TEST(!policy.allows("http://app.example", "api.example", true));
  BOOST_TEST(!policy.allows("http://api.example", "api.example", false));
  BOOST_CHECK_THROW(OriginPolicy::only({"app.example"}), std::invalid_argument);
  BOOST_CHECK_THROW(OriginPolicy::only({"https://app.example/"}), std::invalid_argument);
  BOOST_CHECK_THROW(OriginPolicy::only({"null"}), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
