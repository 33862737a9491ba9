// Session is a handle: it may be kept, copied and dropped anywhere, and answers for itself.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "unit/session/bench.hpp"
#include "weir/framing/line.hpp"
#include "weir/framing/raw.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// Runs `work` on another thread, to its end.
template <class Work>
void elsewhere(Work work) {
  std::thread(work).join();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(session_handle)

BOOST_AUTO_TEST_CASE(a_default_one_is_like_one_that_has_ended) {
  Session session;
  BOOST_TEST(!session.open());
  BOOST_TEST(session.id() == 0U);
  BOOST_TEST(session.queued() == 0U);
  BOOST_TEST(session.peer().empty());
  BOOST_TEST((session.send("x") == SendResult::rejected));
  session.close();
  session.abort();
  session.shutdown_write();
  session.pause();
  session.resume();
  BOOST_TEST((session == Session()));
}

BOOST_AUTO_TEST_CASE(it_says_who_is_there) {
  Bench bench;
  bench.serve(lines(), echo);
  Peer one = bench.dial();
  const Session first = bench.session;
  Peer two = bench.dial();
  const Session second = bench.session;
  BOOST_TEST(first.open());
  BOOST_TEST(first.id() != 0U);
  BOOST_TEST(first.id() != second.id());
  BOOST_TEST(!(first == second));
  BOOST_TEST((Session(first) == first));
  BOOST_TEST(first.peer().host() == "127.0.0.1");
  BOOST_TEST(!(first.peer() == second.peer()));
}

BOOST_AUTO_TEST_CASE(who_is_lent_one_may_move_it_away) {
  std::vector<Session> kept;
  const auto keep = [&](Session& lent) { kept.push_back(std::move(lent)); };
  Bench bench;
  bench.serve(lines(),
              [&](std::string_view frame, Session& session) {
                keep(session);
                session.send(frame);
              },
              {.on_open = keep, .on_close = [&](Session& session, CloseReason) { keep(session); }});
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "a\nb\n") == "a\nb\n");
  peer.end();
  bench.run();
  bench.check_end(CloseReason::peer_ended);
  BOOST_TEST(kept.size() == 4U);
  for (const Session& each : kept) BOOST_TEST((each == kept.front()));
}

BOOST_AUTO_TEST_CASE(after_the_end_every_call_is_a_no_op_that_says_so) {
  Bench bench;
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  Session kept = bench.session;
  const auto id = kept.id();
  peer.end();
  bench.run();
  BOOST_TEST(!kept.open());
  BOOST_TEST((kept.send("late") == SendResult::rejected));
  kept.close();
  kept.abort();
  kept.shutdown_write();
  kept.pause();
  kept.resume();
  bench.run();
  BOOST_TEST(kept.queued() == 0U);
  BOOST_TEST(kept.id() == id);
  BOOST_TEST(!kept.peer().empty());
  BOOST_TEST(peer.take() == "");
  bench.check_end(CloseReason::peer_ended);
}

BOOST_AUTO_TEST_CASE(it_may_outlive_the_server_and_the_loop) {
  Session kept;
  {
    Bench bench;
    bench.serve(lines(), echo);
    Peer peer = bench.dial();
    kept = bench.session;
    BOOST_TEST((kept.send("never sent") == SendResult::queued));
  }
  BOOST_TEST(!kept.open());
  BOOST_TEST((kept.send("late") == SendResult::rejected));
  kept.close();
  elsewhere([&] {
    BOOST_TEST((kept.send("late") == SendResult::rejected));
    kept.abort();
    kept = Session();
  });
}

BOOST_AUTO_TEST_CASE(a_peer_that_outlives_the_loop_is_closed) {
  Peer peer;
  {
    Bench bench;
    bench.serve(lines(), echo);
    peer = bench.dial();
  }
  BOOST_TEST(peer.closed());
  peer.send("late");
  BOOST_TEST(peer.take() == "");
}

// --- other threads -------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_message_from_another_thread_waits_for_the_loop_and_then_goes_out) {
  Bench bench;
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  elsewhere([session = bench.session]() mutable {
    BOOST_TEST((session.send("one") == SendResult::queued));
    BOOST_TEST((session.send("two") == SendResult::queued));
    BOOST_TEST(session.queued() == 6U);
  });
  BOOST_TEST(peer.available() == 0U);
  const std::size_t before = bench.loop.steps();
  bench.run();
  BOOST_TEST(peer.take() == "one\ntwo\n");
  BOOST_TEST(bench.loop.steps() - before == 1U);
  BOOST_TEST(bench.session.queued() == 0U);
}

BOOST_AUTO_TEST_CASE(messages_of_several_threads_arrive_whole_and_each_threads_in_order) {
  constexpr int threads = 4;
  constexpr int messages = 500;
  Bench bench;
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  std::atomic<int> running = threads;
  std::vector<std::thread> senders;
  senders.reserve(threads);
  for (int number = 0; number < threads; ++number) {
    senders.emplace_back([&running, number, session = bench.session]() mutable {
      for (int i = 0; i < messages; ++i) {
        session.send(std::to_string(number) + " " + std::to_string(i));
      }
      --running;
    });
  }
  std::string all;
  while (running != 0) all += bench.take_all(peer);
  for (std::thread& sender : senders) sender.join();
  all += bench.take_all(peer);

  std::vector<int> next(threads, 0);
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = all.find('\n', begin)) != std::string::npos; begin = end + 1) {
    const std::string line = all.substr(begin, end - begin);
    const auto number = static_cast<std::size_t>(line.front() - '0');
    BOOST_REQUIRE(number < next.size());
    BOOST_REQUIRE(line == std::to_string(number) + " " + std::to_string(next[number]++));
  }
  for (const int count : next) BOOST_TEST(count == messages);
}

BOOST_AUTO_TEST_CASE(every_call_from_another_thread_happens_at_the_next_round) {
  Bench bench;
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  Session session = bench.session;
  elsewhere([&] { session.pause(); });
  bench.run();
  BOOST_TEST(bench.say(peer, "a\n") == "");
  elsewhere([&] { session.resume(); });
  bench.run();
  BOOST_TEST(peer.take() == "a\n");
  elsewhere([&] {
    session.send("last");
    session.shutdown_write();
    session.send("later");
  });
  bench.run();
  BOOST_TEST(peer.take() == "last\n");
  BOOST_TEST(peer.ended());
  elsewhere([&] { session.close(); });
  BOOST_TEST(bench.open());
  bench.advance(2s);
  bench.check_end(CloseReason::closed);
}

BOOST_AUTO_TEST_CASE(abort_from_another_thread_ends_at_the_next_round) {
  Bench bench;
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  elsewhere([session = bench.session]() mutable { session.abort(); });
  BOOST_TEST(bench.open());
  bench.run();
  bench.check_end(CloseReason::aborted);
}

BOOST_AUTO_TEST_CASE(
    what_other_threads_post_is_bounded_by_what_may_wait_and_one_too_many_is_final) {
  ServerOptions options;
  options.flow.high_watermark = 20'000;
  options.flow.max_queued = 100'000;
  Bench bench(options);
  bench.serve(raw(), echo);
  Peer peer = bench.dial();
  const std::string text(1000, 'x');
  std::vector<std::size_t> answers(3, 0);
  elsewhere([&, session = bench.session]() mutable {
    for (int i = 0; i < 300; ++i) ++answers[static_cast<std::size_t>(session.send(text))];
    BOOST_TEST(session.queued() <= 100'000U);
    BOOST_TEST((session.send("small") == SendResult::rejected));
  });
  BOOST_TEST(answers[0] >= 10U);
  BOOST_TEST(answers[1] >= 10U);
  BOOST_TEST(answers[0] + answers[1] <= 100U);
  bench.run();
  BOOST_TEST(bench.warnings() == 1U);
  BOOST_TEST(bench.logged("slow_consumer:") == 1U);
  bench.check_end(CloseReason::slow_consumer);
}

BOOST_AUTO_TEST_CASE(messages_of_no_bytes_from_other_threads_are_bounded_too) {
  ServerOptions options;
  options.flow.max_queued = 100'000;
  Bench bench(options);
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  int accepted = 0;
  elsewhere([&, session = bench.session]() mutable {
    while (session.send("") != SendResult::rejected && accepted < 200'000) ++accepted;
  });
  // Each is a task that waits, so it costs memory without a byte in it.
  BOOST_TEST(accepted <= 10'000);
  BOOST_TEST(accepted >= 100);
  bench.run();
  bench.check_end(CloseReason::slow_consumer);
}

BOOST_AUTO_TEST_CASE(a_thread_that_was_told_pressured_is_told_when_there_is_room) {
  // The loop lags behind, not the peer: when it comes to the messages, they all go out at once.
  ServerOptions options;
  options.flow.high_watermark = 2000;
  options.flow.low_watermark = 100;
  for (const std::size_t capacity : {100'000U, 10U}) {
    Bench bench(options, {.capacity = capacity});
    bench.serve(raw(), echo);
    Peer peer = bench.dial();
    elsewhere([session = bench.session]() mutable {
      BOOST_TEST((session.send(std::string(900, 'x')) == SendResult::queued));
      BOOST_TEST((session.send(std::string(900, 'x')) == SendResult::pressured));
      BOOST_TEST((session.send(std::string(900, 'x')) == SendResult::pressured));
    });
    BOOST_TEST(bench.record.back() == "open");
    BOOST_TEST(bench.take_all(peer).size() == 2700U);
    BOOST_TEST(bench.record == (std::vector<std::string>{"open", "drained"}),
               boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(a_session_that_ends_while_messages_are_on_their_way_drops_them) {
  Bench bench;
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  Session session = bench.session;
  elsewhere([&] { session.send("on its way"); });
  session.abort();
  bench.run();
  BOOST_TEST(peer.take() == "");
  elsewhere([&] { BOOST_TEST((session.send("later") == SendResult::rejected)); });
  bench.run();
  bench.check_end(CloseReason::aborted);
}

BOOST_AUTO_TEST_CASE(
    connections_that_end_while_other_threads_use_and_drop_their_handles_do_no_harm) {
  Bench bench;
  bench.serve(lines(), echo);
  std::atomic<bool> stop = false;
  std::atomic<int> running = 2;
  // The last session opened, for the threads to take.
  std::mutex mutex;
  Session shared;
  std::vector<std::thread> users;
  users.reserve(2);
  for (int i = 0; i < 2; ++i) {
    users.emplace_back([&] {
      while (!stop) {
        Session mine;
        {
          const std::lock_guard lock(mutex);
          mine = shared;
        }
        mine.send("x");
        mine.pause();
        mine.resume();
        static_cast<void>(mine.queued());
        if (mine.id() % 3 == 0) mine.close();
        if (mine.id() % 3 == 1) mine.abort();
      }
      --running;
    });
  }
  for (int i = 0; i < 200; ++i) {
    Peer peer = bench.dial();
    {
      const std::lock_guard lock(mutex);
      shared = bench.session;
    }
    bench.say(peer, "a\nb\n");
    peer.end();
    bench.take_all(peer);
  }
  stop = true;
  for (std::thread& user : users) user.join();
  bench.advance(2s);
  BOOST_TEST(bench.closes.size() == 200U);
  bench.check_ends_agree();
}

BOOST_AUTO_TEST_SUITE_END()
