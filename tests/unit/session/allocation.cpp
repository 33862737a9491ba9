// A connection that has served once serves on without asking for memory.
#include <boost/test/unit_test.hpp>
#include <memory>
#include <optional>
#include <string>

#include "support/bare_transport.hpp"
#include "unit/session/counting_memory.hpp"
#include "weir/framing/length_prefix.hpp"
#include "weir/framing/line.hpp"
#include "weir/session/connection.hpp"
#include "weir/session/framed_protocol.hpp"
#include "weir/testing/memory_loop.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// A connection that has handled `bytes` before, and what it asks for when they come again.
struct Cost {
  std::size_t allocations = 0;
  std::size_t written = 0;
  std::size_t writes = 0;
};

template <Framing F, FrameHandler<F> H>
Cost cost_of(F framing, H handler, std::string_view bytes, int times = 100) {
  testing::MemoryLoop loop;
  const ConnectionOptions options;
  const Log log(LogLevel::warning);
  ConnectionContext context{loop, options, log};
  FramedService<F, H> service(std::move(framing), std::move(handler), {});
  SilentOwner owner;
  BareTransport transport;
  Connection connection(context, owner, TransportPtr(&transport), service.make(options));
  connection.start();
  for (int i = 0; i < 2; ++i) {
    transport.bring(bytes);
    loop.run_ready();
  }
  const BareTransport before = transport;
  const std::size_t asked = allocations();
  for (int i = 0; i < times; ++i) transport.bring(bytes);
  return {allocations() - asked, transport.written - before.written,
          transport.writes - before.writes};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(allocation)

BOOST_AUTO_TEST_CASE(the_counter_sees_new_and_what_the_library_itself_asks_for) {
  std::size_t before = allocations();
  auto number = std::make_unique<int>(1);
  BOOST_TEST(allocations() - before == 1U);
  before = allocations();
  Buffer buffer;
  buffer.append("x");
  BOOST_TEST(allocations() - before == 1U);
}

BOOST_AUTO_TEST_CASE(a_warm_connection_handles_and_answers_frames_without_any) {
  const auto echo = [](std::string_view frame) { return frame; };
  std::string lines_of;
  for (int i = 0; i < 50; ++i) lines_of += "hello\n";
  for (const std::string& bytes : {std::string("hello\n"), lines_of}) {
    const Cost cost = cost_of(lines(), echo, bytes);
    BOOST_TEST(cost.allocations == 0U);
    BOOST_TEST(cost.written == 100 * bytes.size());
    BOOST_TEST(cost.writes == 100U);
  }
  const std::string frames("\0\0\0\x02hi\0\0\0\x00\0\0\0\x01x", 15);
  const Cost cost = cost_of(length_prefix(4), echo, frames);
  BOOST_TEST(cost.allocations == 0U);
  BOOST_TEST(cost.written == 100 * frames.size());
}

BOOST_AUTO_TEST_CASE(neither_a_session_nor_an_optional_nor_a_send_in_the_handler_costs_any) {
  const auto handler = [](std::string_view frame,
                          Session& session) -> std::optional<std::string_view> {
    session.send("note");
    Session copy = session;
    if (frame == "quiet") return std::nullopt;
    return frame;
  };
  const Cost cost = cost_of(lines(), handler, "hello\nquiet\n");
  BOOST_TEST(cost.allocations == 0U);
  BOOST_TEST(cost.written == 100 * std::string_view("note\nhello\nnote\n").size());
}

BOOST_AUTO_TEST_CASE(a_reply_of_200_kib_costs_none_once_the_scratch_has_grown) {
  const std::string reply(200 * 1024, 'x');
  const auto handler = [&reply](std::string_view) -> std::string_view { return reply; };
  BOOST_TEST(cost_of(lines(), handler, "?\n", 10).allocations == 0U);
}

BOOST_AUTO_TEST_CASE(a_frame_in_two_reads_costs_one_block_which_is_given_back) {
  // An idle connection owns no block, so the beginning of a frame asks for one.
  testing::MemoryLoop loop;
  const ConnectionOptions options;
  const Log log(LogLevel::warning);
  ConnectionContext context{loop, options, log};
  const auto echo = [](std::string_view frame) { return frame; };
  FramedService<LineFraming, decltype(echo)> service(lines(), echo, {});
  SilentOwner owner;
  BareTransport transport;
  Connection connection(context, owner, TransportPtr(&transport), service.make(options));
  connection.start();
  transport.bring("a\n");
  const std::size_t before = allocations();
  for (int i = 0; i < 100; ++i) {
    transport.bring("hel");
    transport.bring("lo\n");
  }
  BOOST_TEST(allocations() - before <= 100U);
  BOOST_TEST(transport.written == 2U + 600U);
}

BOOST_AUTO_TEST_CASE(a_frame_too_large_costs_its_words_and_no_room_for_the_frame) {
  const auto echo = [](std::string_view frame) { return frame; };
  testing::MemoryLoop loop;
  const ConnectionOptions options;
  const Log log(LogLevel::error);
  ConnectionContext context{loop, options, log};
  FramedService<LengthPrefixFraming, decltype(echo)> service(length_prefix(8), echo, {});
  SilentOwner owner;
  BareTransport transport;
  Connection connection(context, owner, TransportPtr(&transport), service.make(options));
  connection.start();
  const std::size_t before = allocations();
  transport.bring(std::string_view("\x7f\0\0\0\0\0\0\0", 8));
  BOOST_TEST(allocations() - before <= 20U);
  BOOST_TEST((connection.reason() == CloseReason::frame_too_large));
}

BOOST_AUTO_TEST_SUITE_END()
