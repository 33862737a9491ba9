// Requests with random mistakes: nothing crashes, and the answer is the same however they are cut.
// The seeds are fixed, so what fails once fails again.
#include <array>
#include <boost/test/unit_test.hpp>
#include <random>
#include <string>

#include "unit/http/request_script.hpp"

using namespace weir;
using weir::test::lines_of;
using weir::test::read_pieces;
using namespace std::string_literals;

namespace {

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t limit) {
  return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
}

std::string sample(Random& random) {
  static const std::array<std::string, 6> samples = {
      lines_of({"GET /a?b HTTP/1.1", "Host: a", "Accept: */*", ""}),
      lines_of({"POST / HTTP/1.1", "Host: a", "Content-Length: 5", ""}) + "hello",
      lines_of({"PUT /x HTTP/1.1", "Host: a:80", "Transfer-Encoding: chunked", ""}) +
          "5;a=\"b\"\r\nhello\r\n1\r\n!\r\n0\r\nSum: 1\r\n\r\n",
      lines_of({"GET http://u/ HTTP/1.0", "Connection: keep-alive", ""}),
      lines_of({"OPTIONS * HTTP/1.1", "Host:", "Connection: upgrade", "Upgrade: x", ""}),
      lines_of({"CONNECT a:1 HTTP/1.1", "Host: a:1", "Expect: 100-continue", ""})};
  return samples[below(random, samples.size())];
}

void tamper(std::string& bytes, Random& random) {
  constexpr std::string_view likely = "\r\n \t:;,=\"0fF\0\x7f\xff/?#*";
  const std::size_t at = below(random, bytes.size());
  const char byte = below(random, 4) == 0 ? static_cast<char>(below(random, 256))
                                          : likely[below(random, likely.size())];
  switch (below(random, 4)) {
    case 0:
      bytes[at] = byte;
      break;
    case 1:
      bytes.insert(at, 1, byte);
      break;
    case 2:
      bytes.erase(at, 1 + below(random, 3));
      break;
    default: {
      const std::string piece = bytes.substr(at, below(random, 20));
      bytes.insert(below(random, bytes.size()), piece);
    }
  }
  if (bytes.empty()) bytes = "x";
}

std::vector<std::string_view> cut(std::string_view bytes, Random& random) {
  std::vector<std::string_view> pieces;
  while (!bytes.empty()) {
    const std::size_t size = std::min(bytes.size(), 1 + below(random, 40));
    pieces.push_back(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  return pieces;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(request_tampered)

BOOST_AUTO_TEST_CASE(cuts_make_no_difference_to_what_was_tampered_with) {
  Random random(20220606);
  const http::Limits tight = {
      .start_line = 30, .header_line = 40, .head = 120, .headers = 4, .body = 20, .chunk_line = 12};
  std::size_t refused = 0;
  constexpr int rounds = 20'000;
  for (int round = 0; round < rounds; ++round) {
    std::string bytes;
    for (std::size_t i = 0; i <= below(random, 3); ++i) bytes += sample(random);
    for (std::size_t i = 0; i < below(random, 4); ++i) tamper(bytes, random);
    const http::Limits limits = below(random, 3) == 0 ? tight : http::Limits{};
    const auto whole = read_pieces({bytes}, limits);
    const auto parts = read_pieces(cut(bytes, random), limits);
    BOOST_REQUIRE_MESSAGE(whole.text == parts.text && whole.idle == parts.idle,
                          "round " << round << ": " << bytes);
    if (whole.status != http::Status::ok) ++refused;
  }
  // Neither all of them nor none, or the test tests nothing.
  BOOST_TEST(refused > std::size_t{rounds / 10});
  BOOST_TEST(refused < std::size_t{rounds / 10 * 9});
}

BOOST_AUTO_TEST_SUITE_END()
