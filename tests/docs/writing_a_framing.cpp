// The code of docs/writing-a-framing.md, whole: a framing, its tests, and a server that speaks it.
// Each ```cpp block of the guide stands in here word for word; structure.snippets checks that.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include "weir/framing/framing.hpp"
#include "weir/framing/json.hpp"
#include "weir/framing/limit.hpp"
#include "weir/service/server.hpp"
#include "weir/testing/memory_loop.hpp"

namespace {

// [value
class Netstrings {
 public:
  explicit Netstrings(std::size_t max) : limit_(max) {}

  void set_default_max(std::size_t max) { limit_.set_default(max); }
  // ]

  // [length
  [[nodiscard]] weir::Decoded decode(std::string_view input) const {
    using weir::Decoded;
    const std::string_view head = input.substr(0, max_digits + 1);
    const std::size_t colon = head.find_first_not_of("0123456789");
    if (colon == std::string_view::npos) {
      if (head.size() > max_digits) return Decoded::malformed("length of more than 9 digits");
      return Decoded::need(input.size() + 1);
    }
    if (colon == 0 || head[colon] != ':') return Decoded::malformed("no length");
    if (colon > 1 && head[0] == '0') return Decoded::malformed("length that begins with a 0");
    // ]

    // [limit
    std::size_t length = 0;
    std::from_chars(head.data(), head.data() + colon, length);
    if (length > max()) return Decoded::too_large(length, max());
    const std::size_t total = colon + 1 + length + 1;
    if (input.size() < total) return Decoded::need(total);
    // ]

    // [payload
    if (input[total - 1] != ',') return Decoded::malformed("no comma behind the payload");
    return Decoded::frame(input.substr(colon + 1, length), total);
  }
  // ]

  // [encode
  weir::Status encode(std::string_view message, weir::Buffer& output) const {
    if (message.size() > max()) {
      return weir::Error{"message of " + std::to_string(message.size()) + " bytes, the limit is " +
                         std::to_string(max())};
    }
    output.append(std::to_string(message.size()));
    output.push_back(':');
    output.append(message);
    output.push_back(',');
    return {};
  }
  // ]

  // [private
 private:
  static constexpr std::size_t max_digits = 9;
  static constexpr std::size_t longest_sayable = 999'999'999;

  [[nodiscard]] std::size_t max() const { return std::min(limit_.max(), longest_sayable); }

  weir::FrameLimit limit_;
};

/// `max` is for one message, without what frames it; 0 is the server's limit.
[[nodiscard]] Netstrings netstrings(std::size_t max = 0) { return Netstrings(max); }

static_assert(weir::Framing<Netstrings>);
// ]

}  // namespace

BOOST_AUTO_TEST_SUITE(writing_a_framing)

namespace {

// [cuts
using Kind = weir::Decoded::Kind;

/// The messages of `script`, which comes in two reads: up to `cut`, and the rest.
std::vector<std::string> messages_of(Netstrings framing, std::string_view script, std::size_t cut) {
  std::vector<std::string> messages;
  std::size_t begin = 0;
  for (const std::size_t end : {cut, script.size()}) {
    while (begin < end) {
      const weir::Decoded decoded = framing.decode(script.substr(begin, end - begin));
      if (decoded.kind() != Kind::frame) break;
      messages.emplace_back(decoded.payload());
      begin += decoded.consumed();
    }
  }
  return messages;
}
// ]

}  // namespace

// [cuts test
BOOST_AUTO_TEST_CASE(a_message_is_the_same_however_it_is_cut) {
  constexpr std::string_view script = "5:hello,0:,3:,1:,";
  const std::vector<std::string> expected{"hello", "", ",1:"};
  for (std::size_t cut = 0; cut <= script.size(); ++cut) {
    BOOST_TEST(messages_of(netstrings(), script, cut) == expected,
               "cut at " << cut << boost::test_tools::per_element());
  }
}
// ]

// [mistakes test
BOOST_AUTO_TEST_CASE(a_mistake_is_found_as_soon_as_it_is_there) {
  const auto mistake = [](std::string_view input) { return netstrings(5).decode(input).mistake(); };
  BOOST_TEST(mistake("GET / HTTP/1.1\r\n") == "no length");
  BOOST_TEST(mistake(":") == "no length");
  BOOST_TEST(mistake("05:") == "length that begins with a 0");
  BOOST_TEST(mistake("1234567890") == "length of more than 9 digits");
  BOOST_TEST(mistake("5:hello;") == "no comma behind the payload");
  BOOST_TEST(mistake("6:") == "frame of 6 bytes, the limit is 5");
}
// ]

// [need test
BOOST_AUTO_TEST_CASE(it_asks_for_what_is_missing_and_for_no_more) {
  Netstrings framing = netstrings(5);
  BOOST_TEST(framing.decode("5").total() == 2U);
  BOOST_TEST(framing.decode("5:").total() == 8U);
  BOOST_TEST(framing.decode("5:hello").total() == 8U);
  BOOST_TEST((framing.decode("999999999:").kind() == Kind::too_large));
}
// ]

// [round trip test
BOOST_AUTO_TEST_CASE(what_is_sent_is_what_is_read) {
  weir::Buffer output;
  for (const char* message : {"", ",", "5:hello,"}) {
    BOOST_TEST(netstrings().encode(message, output).ok());
  }
  BOOST_TEST(output.view() == "0:,1:,,8:5:hello,,");
  BOOST_TEST(netstrings(4).encode("hello", output).error().message ==
             "message of 5 bytes, the limit is 4");
}
// ]

BOOST_AUTO_TEST_CASE(the_servers_limit_counts_where_none_was_chosen) {
  Netstrings framing = netstrings();
  framing.set_default_max(2);
  BOOST_TEST((framing.decode("3:").kind() == Kind::too_large));
  // More than nine digits can say is no limit.
  framing.set_default_max(2'000'000'000);
  BOOST_TEST(framing.decode("999999999:").total() == 999'999'999U + 11U);
}

// [serve test
BOOST_AUTO_TEST_CASE(a_server_speaks_it) {
  weir::testing::MemoryLoop loop;
  weir::Server server({.loop = &loop});
  server.listen("tcp://127.0.0.1:7000", netstrings(),
                [](std::string_view message) { return "you said " + std::string(message); });
  BOOST_TEST(server.start().ok());

  weir::testing::Peer peer = loop.dial("tcp://127.0.0.1:7000");
  peer.send("5:hel");
  loop.run_ready();
  peer.send("lo,");
  loop.run_ready();
  BOOST_TEST(peer.take() == "14:you said hello,");
}
// ]

// [compose test
BOOST_AUTO_TEST_CASE(its_payloads_may_be_json) {
  weir::testing::MemoryLoop loop;
  weir::Server server({.loop = &loop});
  server.listen("tcp://127.0.0.1:7000", netstrings() | weir::json, [](nlohmann::json message) {
    message["seen"] = true;
    return message;
  });
  BOOST_TEST(server.start().ok());

  weir::testing::Peer peer = loop.dial("tcp://127.0.0.1:7000");
  peer.send(R"(8:{"a": 1},)");
  loop.run_ready();
  BOOST_TEST(peer.take() == R"(19:{"a":1,"seen":true},)");
}
// ]

BOOST_AUTO_TEST_CASE(a_stranger_is_named_in_the_log) {
  std::string log;
  weir::testing::MemoryLoop loop;
  weir::Server server({.log = weir::Log(weir::LogLevel::trace,
                                        [&log](weir::LogLevel, std::string_view line) {
                                          log.append(line).append("\n");
                                        }),
                       .loop = &loop});
  server.listen("tcp://127.0.0.1:7000", netstrings(), [](std::string_view) {});
  BOOST_TEST(server.start().ok());
  weir::testing::Peer peer = loop.dial("tcp://127.0.0.1:7000");
  peer.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  loop.run_ready();
  BOOST_TEST(peer.ended());
  BOOST_TEST(log.find("no length; it begins \"GET / HTTP/1.1\\r\\n\"...; an HTTP request?") !=
             std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
