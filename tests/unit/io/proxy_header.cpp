// The header of the PROXY protocol as bytes: what it may be, cut everywhere, and changed
// everywhere.
#include "io/proxy_header.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "weir/core/endpoint.hpp"

using namespace weir;
using namespace std::string_literals;

namespace {

using State = ParsedProxyHeader::State;

constexpr std::size_t most = 536;
const std::string signature = "\r\n\r\n\0\r\nQUIT\n"s;

ParsedProxyHeader parse(std::string_view bytes) { return parse_proxy_header(bytes, most); }

SocketAddress at(const std::string& endpoint) {
  return resolve(Endpoint::parse(endpoint).value()).value().front();
}

/// Why `bytes` are no header, "" when they are one, "..." when they are not whole.
std::string why(std::string_view bytes) {
  const ParsedProxyHeader parsed = parse(bytes);
  return parsed.state == State::incomplete ? "..." : parsed.why;
}

/// "source destination size"
std::string said(std::string_view bytes) {
  const ParsedProxyHeader parsed = parse(bytes);
  if (parsed.state != State::complete) return why(bytes);
  return parsed.header.source.to_string() + " " + parsed.header.destination.to_string() + " " +
         std::to_string(parsed.size);
}

/// A header of version 2 from its 13th and 14th byte and what follows its length.
std::string binary(unsigned command, unsigned family, const std::string& rest) {
  std::string header = signature;
  header.push_back(static_cast<char>(command));
  header.push_back(static_cast<char>(family));
  header.push_back(static_cast<char>(rest.size() >> 8U));
  header.push_back(static_cast<char>(rest.size() & 0xffU));
  return header + rest;
}

const std::string tcp4 = "\x0a\x00\x00\x01\xc0\xa8\x01\x02\xdc\x04\x01\xbb"s;
const std::string line = "PROXY TCP4 10.0.0.1 192.168.1.2 56324 443\r\n";

std::vector<std::string> headers() {
  return {line,
          "PROXY TCP6 2001:db8::1 ::1 1 65535\r\n",
          "PROXY UNKNOWN\r\n",
          "PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n",
          binary(0x21, 0x11, tcp4),
          binary(0x21, 0x11, tcp4 + "\x04\0\2ab\xea\0\0"s),
          binary(0x21, 0x21, std::string(36, '\1')),
          binary(0x21, 0x31, "/a"s + std::string(106, '\0') + "\0b"s + std::string(106, '\0')),
          binary(0x20, 0x00, ""),
          binary(0x21, 0x00, "")};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(proxy_header)

BOOST_AUTO_TEST_CASE(a_line_says_who_the_peer_is) {
  BOOST_TEST(said(line) == "tcp://10.0.0.1:56324 tcp://192.168.1.2:443 43");
  BOOST_TEST(said(line + "data") == said(line));
  BOOST_TEST(said("PROXY TCP6 2001:db8::1 ::1 1 65535\r\n") ==
             "tcp://[2001:db8::1]:1 tcp://[::1]:65535 36");
  BOOST_TEST(said("PROXY UNKNOWN\r\n") == "unknown unknown 15");
  BOOST_TEST(said("PROXY UNKNOWN whatever it says\r\n") == "unknown unknown 32");
}

BOOST_AUTO_TEST_CASE(a_binary_header_says_who_the_peer_is) {
  BOOST_TEST(said(binary(0x21, 0x11, tcp4)) == "tcp://10.0.0.1:56324 tcp://192.168.1.2:443 28");
  const std::string tcp6 = std::string(15, '\0') + "\1"s + std::string(15, '\0') + "\2\0\1\0\2"s;
  BOOST_TEST(said(binary(0x21, 0x21, tcp6)) == "tcp://[::1]:1 tcp://[::2]:2 52");
  const std::string paths = "/run/a"s + std::string(102, '\0') + "\0name"s + std::string(103, '\0');
  BOOST_TEST(said(binary(0x21, 0x31, paths)) == "unix:///run/a unix://@name 232");
  BOOST_TEST(said(binary(0x21, 0x31, std::string(216, '\0'))) == "unix:// unix:// 232");
}

BOOST_AUTO_TEST_CASE(one_that_speaks_for_itself_or_for_nobody_keeps_the_real_addresses) {
  BOOST_TEST(said(binary(0x20, 0x00, "")) == "unknown unknown 16");
  BOOST_TEST(said(binary(0x20, 0x11, tcp4)) == "unknown unknown 28");
  BOOST_TEST(said(binary(0x20, 0xff, "any")) == "unknown unknown 19");
  BOOST_TEST(said(binary(0x21, 0x00, "")) == "unknown unknown 16");
}

BOOST_AUTO_TEST_CASE(cut_anywhere_it_is_awaited) {
  for (const std::string& header : headers()) {
    BOOST_TEST(parse(header).size == header.size());
    for (std::size_t i = 0; i < header.size(); ++i) {
      BOOST_TEST((parse(header.substr(0, i)).state == State::incomplete),
                 i << " of " << header.size());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_change_of_any_byte_is_no_crash_and_never_another_size) {
  for (const std::string& header : headers()) {
    for (std::size_t i = 0; i < header.size(); ++i) {
      for (int value = 0; value < 256; ++value) {
        std::string changed = header;
        changed[i] = static_cast<char>(value);
        const ParsedProxyHeader parsed = parse(changed);
        if (parsed.state == State::complete) {
          BOOST_TEST(parsed.size <= changed.size());
        } else if (parsed.state == State::malformed) {
          BOOST_TEST(!parsed.why.empty());
          BOOST_TEST(parsed.why.find('\n') == std::string::npos);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_header_is_refused_at_its_first_wrong_byte) {
  BOOST_TEST(why("G") == "no PROXY header but \"G\"");
  BOOST_TEST(why("PROXX") == "no PROXY header but \"PROXX\"");
  BOOST_TEST(why("PROXY\t") == "no PROXY header but \"PROXY\\t\"");
  BOOST_TEST(why("\r\n\r\n\r") == "no PROXY header but \"\\r\\n\\r\\n\\r\"");
  BOOST_TEST(why("") == "...");
}

BOOST_AUTO_TEST_CASE(a_malformed_line_is_refused) {
  const auto refused = [](const std::string& text, const std::string& because) {
    const std::string told = why("PROXY " + text);
    BOOST_TEST(told == "malformed PROXY header: " + because);
  };
  refused("TCP5 1.1.1.1 2.2.2.2 1 2\r\n", "no TCP4, TCP6 or UNKNOWN but \"TCP5\"");
  refused("tcp4 1.1.1.1 2.2.2.2 1 2\r\n", "no TCP4, TCP6 or UNKNOWN but \"tcp4\"");
  refused("\r\n", "no TCP4, TCP6 or UNKNOWN but \"\"");
  refused("TCP4 1.1.1.1 2.2.2.2 1 65536\r\n", "no port but \"65536\"");
  refused("TCP4 1.1.1.1 2.2.2.2 01 2\r\n", "no port but \"01\"");
  refused("TCP4 1.1.1.1 2.2.2.2 -1 2\r\n", "no port but \"-1\"");
  refused("TCP4 1.1.1.1 2.2.2.2 1\r\n", "no port but \"\"");
  refused("TCP4 1.1.1.1 2.2.2.2 1 2 3\r\n", "no port but \"2 3\"");
  refused("TCP4 1.1.1.1 2.2.2.2 1 2 \r\n", "no port but \"2 \"");
  refused("TCP4  1.1.1.1 2.2.2.2 1 2\r\n", "no port but \"2.2.2.2\"");
  refused("TCP4 1.1.1.256 2.2.2.2 1 2\r\n", "no TCP4 address but \"1.1.1.256\"");
  refused("TCP4 1.1.1.01 2.2.2.2 1 2\r\n", "no TCP4 address but \"1.1.1.01\"");
  refused("TCP4 ::1 ::2 1 2\r\n", "no TCP4 address but \"::1\"");
  refused("TCP4 1.1.1.1\0 2.2.2.2 1 2\r\n"s, "no TCP4 address but \"1.1.1.1\\x00\"");
  refused("TCP6 1.1.1.1 2.2.2.2 1 2\r\n", "no TCP6 address but \"1.1.1.1\"");
  refused("TCP6 ::1 ::g 1 2\r\n", "no TCP6 address but \"::g\"");
  refused("TCP4 1.1.1.1 2.2.2.2 1 2\n", "a line that does not end with CR LF");
  refused("TCP4 1.1.1.1 2.2.2.2 1 2\rx", "a line that does not end with CR LF");
}

BOOST_AUTO_TEST_CASE(a_line_has_107_bytes_at_most) {
  const std::string longest = "PROXY UNKNOWN " + std::string(91, 'x') + "\r\n";
  BOOST_TEST(longest.size() == 107U);
  BOOST_TEST(why(longest) == "");
  const std::string longer = "PROXY UNKNOWN " + std::string(92, 'x') + "\r\n";
  BOOST_TEST(why(longer) == "malformed PROXY header: a line of more than 107 bytes");
  BOOST_TEST(why(longer.substr(0, 106)) == "...");
}

BOOST_AUTO_TEST_CASE(a_malformed_binary_header_is_refused) {
  const auto refused = [](const std::string& header, const std::string& because) {
    BOOST_TEST(why(header) == "malformed PROXY header: " + because);
  };
  refused(signature + "\x11"s, "version 1");
  refused(signature + "\x31"s, "version 3");
  refused(signature + "\x22"s, "command 2");
  refused(binary(0x21, 0x12, tcp4), "family and kind 18 are no stream's");
  refused(binary(0x21, 0x10, tcp4), "family and kind 16 are no stream's");
  refused(binary(0x21, 0x41, tcp4), "family and kind 65 are no stream's");
  refused(binary(0x21, 0x11, tcp4.substr(1)), "no room for its addresses");
  refused(binary(0x21, 0x21, std::string(35, '\0')), "no room for its addresses");
  refused(binary(0x21, 0x31, std::string(215, '\0')), "no room for its addresses");
  refused(binary(0x21, 0x31, std::string(108, 'x') + std::string(108, '\0')),
          "a path without an end");
}

BOOST_AUTO_TEST_CASE(a_binary_header_is_bounded_before_it_is_awaited) {
  const std::string header = binary(0x21, 0x11, tcp4 + std::string(600, '\0'));
  BOOST_TEST(why(header.substr(0, 16)) ==
             "malformed PROXY header: 628 bytes, at most 536 are taken");
  BOOST_TEST((parse_proxy_header(header.substr(0, 16), 628).state == State::incomplete));
  BOOST_TEST((parse_proxy_header(binary(0x20, 0, std::string(65535, 'x')), 65551).size == 65551U));
}

BOOST_AUTO_TEST_CASE(extensions_must_fill_the_header) {
  const auto with = [](const std::string& extensions) {
    return why(binary(0x21, 0x11, tcp4 + extensions));
  };
  BOOST_TEST(with("\x04\0\0"s) == "");
  BOOST_TEST(with("\x04\0\3abc\x01\0\2h2"s) == "");
  BOOST_TEST(with("\x04"s) == "malformed PROXY header: an extension is cut");
  BOOST_TEST(with("\x04\0"s) == "malformed PROXY header: an extension is cut");
  BOOST_TEST(with("\x04\0\3ab"s) == "malformed PROXY header: an extension is cut");
  BOOST_TEST(with("\x04\xff\xff"s) == "malformed PROXY header: an extension is cut");
}

BOOST_AUTO_TEST_CASE(a_checksum_must_be_right_if_there_is_one) {
  // As another program counted it.
  BOOST_TEST(why(binary(0x21, 0x11, tcp4 + "\x03\0\4\x44\x53\x5c\x6d"s)) == "");
  BOOST_TEST(why(binary(0x21, 0x11, tcp4 + "\x03\0\4\x44\x53\x5c\x6c"s)) ==
             "malformed PROXY header: the checksum is wrong");
  BOOST_TEST(why(binary(0x21, 0x11, tcp4 + "\x03\0\3abc"s)) ==
             "malformed PROXY header: a checksum of 3 bytes");
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read) {
  const std::vector<std::pair<std::string, std::string>> pairs{
      {"tcp://10.0.0.1:56324", "tcp://192.168.1.2:443"},
      {"tcp://[2001:db8::1]:1", "tcp://[::1]:65535"},
      {"unix:///run/a.sock", "unix://@name"}};
  for (const auto& [source, destination] : pairs) {
    const ProxyHeader header{at(source), at(destination)};
    const std::string both = source + " " + destination + " ";
    BOOST_TEST(said(write_proxy_header(ProxyVersion::v2, header)).starts_with(both));
    const std::string text = said(write_proxy_header(ProxyVersion::v1, header));
    BOOST_TEST(text.starts_with(source.starts_with("unix") ? "unknown unknown " : both));
  }
  BOOST_TEST(write_proxy_header(ProxyVersion::v1,
                                {at("tcp://10.0.0.1:56324"), at("tcp://192.168.1.2:443")}) == line);
  BOOST_TEST((write_proxy_header(ProxyVersion::v2,
                                 {at("tcp://10.0.0.1:56324"), at("tcp://192.168.1.2:443")}) ==
              binary(0x21, 0x11, tcp4)));
  // Nobody, and two families.
  const ProxyHeader mixed{at("tcp://10.0.0.1:1"), at("tcp://[::1]:2")};
  BOOST_TEST(write_proxy_header(ProxyVersion::v1, {}) == "PROXY UNKNOWN\r\n");
  BOOST_TEST(write_proxy_header(ProxyVersion::v1, mixed) == "PROXY UNKNOWN\r\n");
  BOOST_TEST((write_proxy_header(ProxyVersion::v2, {}) == binary(0x20, 0, "")));
  BOOST_TEST((write_proxy_header(ProxyVersion::v2, mixed) == binary(0x21, 0, "")));
}

BOOST_AUTO_TEST_SUITE_END()
