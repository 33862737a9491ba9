// The queue of what goes out: own and shared bytes in one order, cut anywhere.
#include <array>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "unit/session/direct.hpp"
#include "weir/service/server.hpp"
#include "weir/session/output_queue.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using Views = std::array<std::string_view, Transport::max_pieces>;

std::shared_ptr<Chunk> chunk_of(std::string_view bytes) {
  auto chunk = std::make_shared<Chunk>(bytes.size());
  chunk->append(bytes);
  return chunk;
}

SharedBytes whole(std::string_view bytes) { return {chunk_of(bytes), 0, bytes.size()}; }

/// What the kernel would get, `views` at a time and at most `most` bytes of it.
std::string take(OutputQueue& queue, std::size_t views, std::size_t most) {
  Views all;
  const std::size_t used = queue.gather(std::span(all).first(views));
  std::string bytes;
  for (std::size_t i = 0; i < used; ++i) {
    BOOST_REQUIRE(!all.at(i).empty());
    bytes += all.at(i);
  }
  bytes.resize(std::min(bytes.size(), most));
  queue.consume(bytes.size());
  return bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(output_queue)

BOOST_AUTO_TEST_CASE(own_bytes_alone_stand_in_one_place) {
  OutputQueue queue;
  BOOST_TEST(queue.empty());
  queue.own().append("one");
  queue.own().append("two");
  BOOST_TEST(queue.plain());
  BOOST_TEST(queue.plain_view() == "onetwo");
  BOOST_TEST(queue.cost() == 6U);
  queue.consume(6);
  BOOST_TEST(queue.empty());
}

BOOST_AUTO_TEST_CASE(own_and_shared_bytes_go_out_in_the_order_in_which_they_came) {
  OutputQueue queue;
  queue.append(whole("A"));
  queue.own().append("b");
  queue.own().append("c");
  queue.append(whole("D"));
  queue.append(whole("E"));
  queue.own().append("f");
  BOOST_TEST(queue.size() == 6U);
  Views views;
  BOOST_TEST(queue.gather(views) == 5U);
  BOOST_TEST(take(queue, 16, 100) == "AbcDEf");
  BOOST_TEST(queue.empty());
  BOOST_TEST(queue.plain());
}

BOOST_AUTO_TEST_CASE(a_range_that_goes_on_in_the_same_chunk_costs_no_piece) {
  OutputQueue queue;
  const auto chunk = chunk_of("abcdefgh");
  queue.append({chunk, 0, 2});
  const std::size_t one = queue.cost();
  queue.append({chunk, 2, 5});
  BOOST_TEST(queue.cost() == one + 3);
  queue.append({chunk, 6, 7});  // a gap: a piece
  BOOST_TEST(queue.cost() == one + 3 + 1 + OutputQueue::piece_cost);
  queue.own().append("-");
  queue.append({chunk, 7, 8});  // own bytes between: a piece
  BOOST_TEST(queue.cost() == one + 3 + 2 + 1 + 2 * OutputQueue::piece_cost);
  BOOST_TEST(take(queue, 16, 100) == "abcdeg-h");
}

BOOST_AUTO_TEST_CASE(a_chunk_is_let_go_as_soon_as_its_last_byte_is_consumed) {
  OutputQueue queue;
  auto chunk = chunk_of("abc");
  const std::weak_ptr<Chunk> alive = chunk;
  queue.append({std::move(chunk), 0, 3});
  queue.append(whole("d"));
  queue.consume(2);
  BOOST_TEST(!alive.expired());
  queue.consume(1);
  BOOST_TEST(alive.expired());
  queue.release();
  BOOST_TEST(queue.empty());
}

BOOST_AUTO_TEST_CASE(any_mixture_cut_anywhere_loses_and_reorders_nothing) {
  std::minstd_rand random(7);
  const auto below = [&random](std::size_t limit) { return random() % limit; };
  for (int run = 0; run < 50; ++run) {
    OutputQueue queue;
    std::string expected;
    std::string got;
    std::shared_ptr<Chunk> chunk = std::make_shared<Chunk>(50);
    for (int step = 0; step < 500; ++step) {
      const std::string bytes(1 + below(9), static_cast<char>('a' + step % 26));
      if (below(3) == 0) {
        queue.own().append(bytes);
        expected += bytes;
      } else if (below(2) == 0) {
        if (chunk->room() < bytes.size()) chunk = std::make_shared<Chunk>(50);
        const std::size_t begin = chunk->size();
        chunk->append(bytes);
        queue.append({chunk, begin, chunk->size()});
        expected += bytes;
      } else {
        got += take(queue, 1 + below(16), below(12));
      }
      BOOST_REQUIRE(queue.size() == expected.size() - got.size());
      BOOST_REQUIRE(queue.empty() == (queue.size() == 0));
      BOOST_REQUIRE(queue.cost() >= queue.size());
    }
    while (!queue.empty()) got += take(queue, 16, 100);
    BOOST_REQUIRE(got == expected);
    BOOST_TEST(queue.cost() == 0U);
  }
}

// --- in a connection -------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(shared_and_own_messages_of_a_round_go_out_in_one_write) {
  Direct direct;
  const std::size_t before = direct.loop.steps();
  direct.connection->send("own");
  direct.connection->send_shared(whole("shared\n"));
  direct.connection->send("again");
  direct.loop.run_ready();
  BOOST_TEST(direct.peer.take() == "own\nshared\nagain\n");
  BOOST_TEST(direct.loop.steps() - before == 1U);
}

BOOST_AUTO_TEST_CASE(more_pieces_than_one_write_takes_go_out_without_waiting_for_the_peer) {
  Direct direct;
  std::string expected;
  for (int i = 0; i < 100; ++i) {
    const std::string line = std::to_string(i) + "\n";
    direct.connection->send_shared(whole(line));
    expected += line;
  }
  const std::size_t before = direct.loop.steps();
  direct.loop.run_ready();
  BOOST_TEST(direct.peer.take() == expected);
  BOOST_TEST(direct.loop.steps() - before == 7U);  // 100 pieces, 16 at a time
}

BOOST_AUTO_TEST_CASE(shared_bytes_wait_for_a_peer_whose_window_is_one_byte) {
  Direct direct({}, {.capacity = 1});
  direct.connection->send("ab");
  direct.connection->send_shared(whole("CD\n"));
  direct.connection->send("ef");
  std::string taken;
  for (direct.loop.run_ready(); direct.peer.available() != 0; direct.loop.run_ready()) {
    taken += direct.peer.take();
  }
  BOOST_TEST(taken == "ab\nCD\nef\n");
  BOOST_TEST(direct.connection->sent() == taken.size());
}

BOOST_AUTO_TEST_CASE(pressure_and_overflow_count_shared_bytes_and_what_a_piece_costs) {
  ConnectionOptions options;
  options.flow.high_watermark = 1000;
  options.flow.low_watermark = 100;
  options.flow.max_queued = 100'000;
  Direct direct(options, {.capacity = 10});
  BOOST_TEST((direct.connection->send_shared(whole("x")) == SendResult::queued));
  BOOST_TEST(
      (direct.connection->send_shared(whole(std::string(1000, 'x'))) == SendResult::pressured));
  direct.loop.run_ready();
  int pieces = 0;
  while (direct.connection->send_shared(whole("x")) != SendResult::rejected) ++pieces;
  // One byte each: their places are what is bounded.
  BOOST_TEST(pieces < 1000);
  BOOST_TEST(pieces > 500);
  direct.loop.run_ready();
  BOOST_REQUIRE(direct.told.closes.size() == 1U);
  BOOST_TEST(to_string(direct.told.closes.front()) == "slow_consumer");
}

BOOST_AUTO_TEST_CASE(a_connection_that_ends_or_ended_its_sending_takes_no_shared_bytes) {
  Direct half_closed;
  half_closed.connection->shutdown_write();
  BOOST_TEST((half_closed.connection->send_shared(whole("x")) == SendResult::rejected));
  Direct closing;
  closing.connection->send("last");
  closing.connection->close();
  BOOST_TEST((closing.connection->send_shared(whole("x")) == SendResult::rejected));
  closing.loop.run_ready();
  BOOST_TEST(closing.peer.take() == "last\n");
}

BOOST_AUTO_TEST_CASE(what_is_shared_in_a_handler_comes_after_what_the_handler_sent_before) {
  for (const std::size_t capacity : {1000U, 1U}) {
    testing::MemoryLoop loop({.capacity = capacity});
    Server server({.log = Log(LogLevel::off), .loop = &loop});
    class Mixing final : public Protocol {
     public:
      void on_open(Session&) override {}
      Progress on_input(std::string_view input, InputContext& context) override {
        context.output.append("first,");
        context.connection.send_shared(whole("second,"));
        context.output.append("third,");
        context.connection.send_shared(whole("fourth."));
        return {.consumed = input.size()};
      }
      Status encode(std::string_view, Buffer&) override { return {}; }
      void on_drained(Session&) override {}
      void on_end(Session&) override {}
      void on_close(Session&, CloseReason) override {}
    };
    class Factory final : public ProtocolFactory {
     public:
      [[nodiscard]] std::unique_ptr<Protocol> make(const ConnectionOptions&) override {
        return std::make_unique<Mixing>();
      }
    };
    BOOST_REQUIRE(server.listen("tcp://127.0.0.1:7000", std::make_unique<Factory>()).ok());
    BOOST_REQUIRE(server.start().ok());
    testing::Peer peer = loop.dial("tcp://127.0.0.1:7000");
    peer.send("?");
    std::string taken;
    for (loop.run_ready(); peer.available() != 0; loop.run_ready()) taken += peer.take();
    BOOST_TEST(taken == "first,second,third,fourth.");
  }
}

BOOST_AUTO_TEST_SUITE_END()
