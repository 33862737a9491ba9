// Files among what is sent: in their place, whole, with a slow reader, and when they go wrong.
#include "backend/scenario.hpp"
#include "support/temporary_file.hpp"
#include "weir/framing/line.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>('!' + (i * 7 + i / 999) % 90);
  return bytes;
}

}  // namespace

CORE_SCENARIO(a_file_goes_out_in_its_place, Sockets::streams) {
  const std::string content = pattern(300'000);
  const TemporaryFile file(content);
  const auto serving = bench.serve(lines(), [&](std::string_view line, Session& session) {
    session.send("before");
    session.send_file(file.range());
    session.send("between");
    session.send_file(file.range(5, 10));
    return line;
  });
  const std::string answer = "before\n" + content + "between\n" + content.substr(5, 10) + "after\n";
  const auto client = bench.connect();
  for (int i = 0; i < 3; ++i) {
    client->send("after\n");
    BOOST_TEST((client->read(answer.size()) == answer));
  }
}

SCENARIO(a_file_larger_than_all_limits_is_sent_to_a_slow_reader, Sockets::streams) {
  const std::string content = pattern(bench.scaled(20'000'000));
  const TemporaryFile file(content);
  bench.options.flow = {.high_watermark = 4096, .low_watermark = 1024, .max_queued = 100'000};
  const auto serving = bench.serve(lines(), [&](std::string_view, Session& session) {
    return session.send_file(file.range()) == SendResult::rejected ? "no!" : "end";
  });
  const auto client = bench.connect_slow();
  client->send("go\n");
  BOOST_TEST((client->read(content.size()) == content));
  BOOST_TEST(client->read(4) == "end\n");
}

SCENARIO(files_that_wait_stop_the_input, Sockets::streams) {
  const TemporaryFile file(pattern(3'000'000));
  const auto serving = bench.serve(
      lines(), [&](std::string_view, Session& session) { session.send_file(file.range()); });
  const auto client = bench.connect_slow();
  for (int i = 0; i < 100; ++i) client->send("go\n");
  bench.until("a first file", [&] { return bench.server().stats().pauses != 0; });
  BOOST_TEST(bench.server().stats().frames_in < 100U);
  client->reset();
  BOOST_TEST(to_string(bench.next_reason()) == "peer_reset");
}

SCENARIO(a_file_from_another_thread_goes_out_in_order, Sockets::streams) {
  const TemporaryFile file("from a file\n");
  Events<Session> sessions;
  Hooks hooks;
  hooks.on_open = [&](Session& session) { sessions.push(session); };
  const auto serving = bench.serve(
      lines(), [](std::string_view line) { return line; }, std::move(hooks));
  const auto client = bench.connect();
  Session session = bench.next(sessions, "a session");
  bench
      .in_background([handle = session, range = file.range()]() mutable {
        handle.send("one");
        handle.send_file(range);
        handle.send("two");
      })
      .join();
  BOOST_TEST(client->read(20) == "one\nfrom a file\ntwo\n");
}

SCENARIO(a_file_that_becomes_shorter_ends_the_connection_with_its_reason, Sockets::streams) {
  const std::string content = pattern(8'000'000);
  const TemporaryFile file(content);
  const auto serving = bench.serve(lines(), [&](std::string_view, Session& session) {
    session.send_file(file.range());
    return "never";
  });
  const auto client = bench.connect_slow();
  client->send("go\n");
  BOOST_TEST((client->read(1000) == content.substr(0, 1000)));
  file.shrink(10'000);
  // Not which bytes: the kernel sends the file's own pages, which the cut has changed.
  BOOST_TEST(client->read_to_end().bytes.size() < content.size() - 1000);
  BOOST_TEST(to_string(bench.next_reason()) == "file_failed");
}

SCENARIO(a_peer_that_goes_while_a_file_is_sent_is_a_reset_and_no_signal, Sockets::streams) {
  const TemporaryFile file(pattern(8'000'000));
  const auto serving = bench.serve(
      lines(), [&](std::string_view, Session& session) { session.send_file(file.range()); });
  for (int i = 0; i < 5; ++i) {
    const auto client = bench.connect_slow();
    client->send("go\n");
    static_cast<void>(client->read(1000));
    if (i % 2 == 0) {
      client->reset();
    } else {
      client->close();
    }
    BOOST_TEST(to_string(bench.next_reason()) == "peer_reset");
  }
}

SCENARIO(a_close_behind_a_file_comes_after_it, Sockets::streams) {
  const std::string content = pattern(3'000'000);
  const TemporaryFile file(content);
  const auto serving = bench.serve(lines(), [&](std::string_view, Session& session) {
    session.send_file(file.range());
    session.close();
  });
  const auto client = bench.connect();
  client->send("go\n");
  const Rest rest = client->read_to_end();
  BOOST_TEST((rest.bytes == content));
  BOOST_TEST(!rest.reset);
  client->close();
  BOOST_TEST(to_string(bench.next_reason()) == "closed");
}
