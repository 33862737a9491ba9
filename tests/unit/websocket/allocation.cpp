// What small messages cost once the buffers are there: no memory. zlib's is counted as well.
#include <boost/test/unit_test.hpp>
#include <string>

#include "unit/session/counting_memory.hpp"
#include "unit/websocket/script.hpp"
#include "weir/websocket/reader.hpp"
#include "weir/websocket/writer.hpp"

using namespace weir::websocket;
using namespace weir::test;
using weir::Buffer;

namespace {

constexpr Deflation no_takeover{.server_no_context_takeover = true,
                                .client_no_context_takeover = true};

/// How often memory was asked for by 100 messages there and their echoes back, all whole.
std::size_t allocations_of(const WriterOptions& from_client, const std::string& message) {
  Writer client(Role::client, from_client);
  const ReaderOptions options{.deflation = from_client.deflation};
  Reader server_reader(Role::server, options);
  Reader client_reader(Role::client, options);
  Scratch scratch;
  Scratch client_scratch;
  Buffer sent;
  Buffer echoed;
  std::size_t before = 0;
  std::size_t right = 0;
  for (int i = 0; i < 101; ++i) {
    if (i == 1) before = allocations();  // the first one makes the buffers
    sent.clear();
    echoed.clear();
    if (!client.message(Opcode::text, message, sent).ok()) break;
    client.ping("ping", sent);
    const Event there = server_reader.read(sent.view(), scratch);
    if (!append_message(Opcode::text, there.payload, from_client.compressor.get(), echoed).ok()) {
      break;
    }
    sent.consume(there.consumed);
    const Event ping = server_reader.read(sent.view(), scratch);
    append_control(Opcode::pong, ping.payload, nullptr, echoed);
    const Event back = client_reader.read(echoed.view(), client_scratch);
    right += back.payload == message ? 1U : 0U;
    echoed.consume(back.consumed);
    right += client_reader.read(echoed.view(), client_scratch).payload == "ping" ? 1U : 0U;
  }
  const std::size_t after = allocations();
  BOOST_TEST(right == 202U);
  return after - before;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(allocation)

BOOST_AUTO_TEST_CASE(small_messages_and_pings_cost_none) {
  const MaskSource masks = [] { return MaskKey{1, 2, 3, 4}; };
  BOOST_TEST(allocations_of({.masks = masks}, std::string(64, 'x')) == 0U);
  BOOST_TEST(allocations_of({.masks = masks}, std::string(1000, 'x')) == 0U);
}

BOOST_AUTO_TEST_CASE(compressed_messages_without_takeover_cost_none) {
  const WriterOptions options{
      .masks =
          [] {
            return MaskKey{1, 2, 3, 4};
          },
      .deflation = no_takeover,
      .compressor = std::make_shared<const Compressor>(CompressorOptions{.threshold = 1})};
  BOOST_TEST(allocations_of(options, std::string(1000, 'x')) == 0U);
}

BOOST_AUTO_TEST_CASE(a_message_in_two_reads_costs_the_block_that_it_waits_in) {
  Reader reader(Role::server);
  Scratch scratch;
  const std::string frame = masked(0x81, std::string(100, 'x'));
  const std::size_t before = allocations();
  for (int i = 0; i < 10; ++i) {
    static_cast<void>(reader.read(std::string_view(frame).substr(0, 50), scratch));
    static_cast<void>(reader.read(std::string_view(frame).substr(50), scratch));
  }
  BOOST_TEST(allocations() - before == 10U);
}

BOOST_AUTO_TEST_SUITE_END()
