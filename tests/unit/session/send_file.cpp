// Files on a connection in memory: every short write, the write deadline, ranges that cannot be.
#include <boost/test/unit_test.hpp>

#include "support/bare_transport.hpp"
#include "support/temporary_file.hpp"
#include "unit/session/bench.hpp"
#include "weir/framing/line.hpp"
#include "weir/session/output_queue.hpp"

using namespace weir;
using namespace weir::test;

namespace {

std::string digits(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i) text += std::to_string(i);
  return text.substr(0, size);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(send_file)

BOOST_AUTO_TEST_CASE(a_file_is_whole_at_every_short_write) {
  const std::string content = digits(1000);
  const TemporaryFile file(content);
  for (const std::size_t most : {1U, 2U, 7U, 999U, 1000U, 1001U}) {
    Bench bench({}, {.max_write = most, .capacity = 64});
    bench.serve(lines(), [&](std::string_view line, Session& session) {
      session.send("a");
      session.send_file(file.range());
      session.send_file(file.range(1, 2));
      return line;
    });
    Peer peer = bench.dial();
    peer.send("b\n");
    BOOST_TEST(bench.take_all(peer) == "a\n" + content + "12" + "b\n");
  }
}

// In the same segments as a short file, which saves a packet; ahead of a long one, which costs
// less.
BOOST_AUTO_TEST_CASE(what_stands_before_a_file_waits_for_it_when_it_is_short) {
  constexpr std::size_t most = 256 * 1024;
  for (const std::size_t size : {std::size_t{1000}, most, most + 1}) {
    const TemporaryFile file(digits(size));
    testing::MemoryLoop loop;
    const ConnectionOptions options;
    const Log log(LogLevel::warning);
    ConnectionContext context{loop, options, log};
    const auto answer = [&file](std::string_view, Session& session) {
      session.send("head");
      session.send_file(file.range());
    };
    FramedService<LineFraming, decltype(answer)> service(lines(), answer, {});
    SilentOwner owner;
    BareTransport transport;
    Connection connection(context, owner, TransportPtr(&transport), service.make(options));
    connection.start();
    transport.bring("go\n");
    loop.run_ready();
    BOOST_TEST(transport.joined == (size <= most));
    BOOST_TEST(transport.written == 5U + size);
  }
}

BOOST_AUTO_TEST_CASE(a_peer_that_takes_nothing_of_a_file_is_cut_at_the_write_deadline) {
  const TemporaryFile file(digits(1000));
  Bench bench({}, {.capacity = 10});
  bench.serve(lines(),
              [&](std::string_view, Session& session) { session.send_file(file.range()); });
  Peer peer = bench.dial();
  peer.send("go\n");
  bench.run();
  bench.advance(29s);
  BOOST_TEST(bench.open());
  bench.advance(1s);
  bench.check_end(CloseReason::write_timeout);
}

BOOST_AUTO_TEST_CASE(an_empty_range_sends_nothing) {
  const TemporaryFile file("words");
  Bench bench;
  bench.serve(lines(), [&](std::string_view line, Session& session) {
    BOOST_TEST((session.send_file(file.range(5)) == SendResult::queued));
    return line;
  });
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "a\n") == "a\n");
}

BOOST_AUTO_TEST_CASE(after_the_end_a_file_is_rejected) {
  const TemporaryFile file("words");
  Bench bench;
  bench.serve(lines(), echo);
  {
    Peer peer = bench.dial();
    peer.end();
    bench.run();
  }
  BOOST_TEST((bench.session.send_file(file.range()) == SendResult::rejected));
}

BOOST_AUTO_TEST_CASE(a_range_outside_of_its_file_is_an_error) {
  const TemporaryFile file("words");
  BOOST_TEST(FileRange::open(file.path(), 5).value().length == 0U);
  BOOST_TEST(FileRange::open(file.path(), 2).value().length == 3U);
  for (const auto& [offset, length] : {std::pair<std::uint64_t, std::uint64_t>{6, 0},
                                       {0, 6},
                                       {4, 2},
                                       {~std::uint64_t{0} - 1, 5}}) {
    const auto range = FileRange::open(file.path(), offset, length);
    BOOST_REQUIRE(!range.ok());
    BOOST_TEST(range.error().message ==
               file.path() + ": the file has 5 bytes, the range is not in it");
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_regular_file_is_an_error) {
  BOOST_TEST(FileRange::open("/dev/null").error().message == "/dev/null: this is no regular file");
  BOOST_TEST(FileRange::open("/tmp").error().message == "/tmp: this is no regular file");
  BOOST_TEST(FileRange::open("/nowhere/at/all").error().code == ENOENT);
}

BOOST_AUTO_TEST_CASE(a_file_in_the_queue_is_pressure_and_no_memory) {
  const TemporaryFile file(digits(100'000));
  OutputQueue queue;
  queue.own().append("ab");
  queue.append(file.range());
  queue.own().append("c");
  BOOST_TEST(queue.size() == 100'003U);
  BOOST_TEST(queue.pressure() == 100'003U + OutputQueue::piece_cost);
  BOOST_TEST(queue.cost() == 3U + OutputQueue::piece_cost);
  std::array<std::string_view, 4> views;
  BOOST_TEST(queue.gather(views) == 1U);
  BOOST_TEST(views[0] == "ab");
  BOOST_TEST((queue.file() == nullptr));
  queue.consume(2);
  BOOST_REQUIRE((queue.file() != nullptr));
  BOOST_TEST(queue.gather(views) == 0U);
  queue.consume(99'999);
  BOOST_TEST(queue.file()->offset == 99'999U);
  BOOST_TEST(queue.file()->length == 1U);
  queue.consume(1);
  BOOST_TEST((queue.file() == nullptr));
  BOOST_TEST(queue.plain_view() == "c");
}

BOOST_AUTO_TEST_SUITE_END()
