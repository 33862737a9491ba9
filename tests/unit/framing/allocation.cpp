// A frame costs no memory: neither one that comes, nor one that goes, nor a length that lies.
#include <boost/test/unit_test.hpp>
#include <string>

#include "unit/framing/counting_new.hpp"
#include "weir/framing/any.hpp"

using namespace weir;
using weir::test::allocations;
using namespace std::string_view_literals;
using Kind = Decoded::Kind;

namespace {

/// How often memory was asked for while `frames` messages went through `framing` and back.
template <Framing F>
std::size_t allocations_of(F framing, std::string_view message) {
  Buffer sent;
  Buffer echoed;
  for (int i = 0; i < 100; ++i) {
    BOOST_REQUIRE(framing.encode(message, sent).ok());
  }
  const char* room = echoed.prepare(sent.size());
  const std::size_t before = allocations();
  std::size_t frames = 0;
  for (std::string_view input = sent.view(); !input.empty(); ++frames) {
    // Half of it first, as from a slow peer.
    const Decoded half = framing.decode(input.substr(0, 1));
    if (half.kind() != Kind::need_more) {
      break;
    }
    const Decoded decoded = framing.decode(input);
    if (decoded.kind() != Kind::frame || !framing.encode(decoded.payload(), echoed).ok()) {
      break;
    }
    input.remove_prefix(decoded.consumed());
  }
  const std::size_t after = allocations();
  BOOST_TEST(frames == 100U);
  BOOST_TEST(echoed.view() == sent.view());
  BOOST_TEST((echoed.view().data() == room));
  return after - before;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(allocation)

BOOST_AUTO_TEST_CASE(a_frame_is_decoded_and_encoded_without_any) {
  const std::string message(64, 'x');
  BOOST_TEST(allocations_of(lines(), message) == 0U);
  BOOST_TEST(allocations_of(delimiter("\r\n\r\n"), message) == 0U);
  BOOST_TEST(allocations_of(fixed(64), message) == 0U);
  BOOST_TEST(allocations_of(length_prefix(4), message) == 0U);
  BOOST_TEST(allocations_of(length_prefix(2), message) == 0U);
  BOOST_TEST(allocations_of(length_prefix({.varint = true}), std::string(200, 'x')) == 0U);
  BOOST_TEST(allocations_of(content_length(), message) == 0U);
  BOOST_TEST(allocations_of(AnyFraming(lines()), message) == 0U);
}

BOOST_AUTO_TEST_CASE(a_length_of_2_to_the_63_costs_its_error_and_no_more) {
  LengthPrefixFraming framing = length_prefix(8);
  const std::size_t before = allocations();
  const Decoded decoded = framing.decode("\x80\0\0\0\0\0\0\0"sv);
  const std::size_t after = allocations();
  BOOST_TEST((decoded.kind() == Kind::too_large));
  // The words of the error: the string, its bytes, and what is joined on the way.
  BOOST_TEST(after - before <= 6U);
}

BOOST_AUTO_TEST_SUITE_END()
