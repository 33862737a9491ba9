// Groups: the same bytes for all, in one order, for exactly as long as one is a member.
#include "weir/session/group.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "unit/session/bench.hpp"
#include "weir/framing/length_prefix.hpp"
#include "weir/framing/line.hpp"
#include "weir/io/backend.hpp"
#include "weir/session/groups.hpp"

using namespace weir;
using namespace weir::test;

namespace {

template <class Work>
void elsewhere(Work work) {
  std::thread(work).join();
}

/// Whoever connects is a member.
struct Lobby {
  explicit Lobby(ServerOptions options = {}, Faults faults = {}, GroupOptions limits = {})
      : group(std::make_unique<Group>(std::move(limits))), bench(std::move(options), faults) {
    bench.serve(lines(), echo, {.on_open = [this](Session& session) {
                  sessions.push_back(session);
                  if (group != nullptr) group->add(session);
                }});
  }
  std::vector<Peer> dial(std::size_t count) {
    std::vector<Peer> peers;
    for (std::size_t i = 0; i < count; ++i) peers.push_back(bench.dial());
    return peers;
  }

  std::unique_ptr<Group> group;
  std::vector<Session> sessions;
  Bench bench;
};

/// A protocol without an encoder: what it writes depends on the connection.
class Numbering final : public Protocol {
 public:
  explicit Numbering(Group& group) : group_(group) {}
  void on_open(Session& session) override { group_.add(session); }
  Progress on_input(std::string_view input, InputContext&) override {
    return {.consumed = input.size()};
  }
  Status encode(std::string_view message, Buffer& output) override {
    if (message == "never") return Error{"no form for it"};
    output.append(std::to_string(++count_) + ":" + std::string(message) + ";");
    return {};
  }
  void on_drained(Session&) override {}
  void on_end(Session&) override {}
  void on_close(Session&, CloseReason) override {}

 private:
  Group& group_;
  int count_ = 0;
};

class NumberingFactory final : public ProtocolFactory {
 public:
  explicit NumberingFactory(Group& group) : group_(group) {}
  [[nodiscard]] std::unique_ptr<Protocol> make(const ConnectionOptions&) override {
    return std::make_unique<Numbering>(group_);
  }

 private:
  Group& group_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(group)

BOOST_AUTO_TEST_CASE(a_message_reaches_every_member_and_is_encoded_once) {
  Lobby lobby;
  auto peers = lobby.dial(50);
  BOOST_TEST(lobby.group->size() == 50U);
  BOOST_TEST((lobby.group->send("hello") == SendResult::queued));
  BOOST_TEST((lobby.group->send("world") == SendResult::queued));
  lobby.bench.run();
  for (Peer& peer : peers) BOOST_TEST(peer.take() == "hello\nworld\n");
  const GroupStats stats = lobby.group->stats();
  BOOST_TEST(stats.sent == 2U);
  BOOST_TEST(stats.encoded == 2U);
}

BOOST_AUTO_TEST_CASE(a_burst_reaches_a_member_in_one_write) {
  Lobby lobby;
  Peer peer = lobby.bench.dial();
  const std::size_t before = lobby.bench.loop.steps();
  std::string expected;
  for (int i = 0; i < 100; ++i) {
    lobby.group->send(std::to_string(i));
    expected += std::to_string(i) + "\n";
  }
  lobby.bench.run();
  BOOST_TEST(peer.take() == expected);
  BOOST_TEST(lobby.bench.loop.steps() - before == 1U);
}

BOOST_AUTO_TEST_CASE(a_member_gets_exactly_what_was_sent_between_its_add_and_its_remove) {
  Lobby lobby;
  Group other;
  Peer one = lobby.bench.dial();
  Peer two = lobby.bench.dial();
  for (const bool rounds : {false, true}) {
    const auto settle = [&] {
      if (rounds) lobby.bench.run();
    };
    other.send("nobody");
    BOOST_TEST((other.add(lobby.sessions[0]) == AddResult::added));
    other.send("1");
    settle();
    BOOST_TEST((other.add(lobby.sessions[1]) == AddResult::added));
    other.send("2");
    settle();
    BOOST_TEST(other.remove(lobby.sessions[0]));
    BOOST_TEST(!other.remove(lobby.sessions[0]));
    other.send("3");
    settle();
    other.add(lobby.sessions[0]);
    BOOST_TEST((other.add(lobby.sessions[0]) == AddResult::already));
    other.send("4");
    other.remove(lobby.sessions[0]);
    other.remove(lobby.sessions[1]);
    BOOST_TEST((other.send("5") == SendResult::rejected));
    lobby.bench.run();
    BOOST_TEST(one.take() == "1\n2\n4\n");
    BOOST_TEST(two.take() == "2\n3\n4\n");
    BOOST_TEST(other.size() == 0U);
  }
  BOOST_TEST(lobby.group->size() == 2U);
}

BOOST_AUTO_TEST_CASE(every_order_of_coming_going_and_sending_hands_each_its_own) {
  // Random scripts of add, remove, send and rounds, against a list of what each should get.
  std::uint32_t seed = 1;
  const auto below = [&seed](std::uint32_t limit) {
    seed = seed * 1664525 + 1013904223;
    return (seed >> 16) % limit;
  };
  for (int run = 0; run < 30; ++run) {
    Lobby lobby;
    Group other;
    auto peers = lobby.dial(4);
    std::vector<std::string> expected(4);
    std::vector<bool> in(4, false);
    for (int step = 0; step < 200; ++step) {
      const std::size_t who = below(4);
      switch (below(4)) {
        case 0:
          BOOST_REQUIRE((other.add(lobby.sessions[who]) ==
                         (in[who] ? AddResult::already : AddResult::added)));
          in[who] = true;
          break;
        case 1:
          BOOST_REQUIRE(other.remove(lobby.sessions[who]) == in[who]);
          in[who] = false;
          break;
        case 2: {
          const std::string text = std::to_string(step) + std::string(below(400), 'x');
          other.send(text);
          for (std::size_t i = 0; i < 4; ++i) {
            if (in[i]) expected[i] += text + "\n";
          }
          break;
        }
        default:
          lobby.bench.run();
      }
    }
    lobby.bench.run();
    for (std::size_t i = 0; i < 4; ++i) BOOST_REQUIRE(peers[i].take() == expected[i]);
  }
}

BOOST_AUTO_TEST_CASE(a_session_leaves_by_itself_however_it_ends) {
  Lobby lobby;
  auto peers = lobby.dial(4);
  peers[0].end();
  peers[1].reset();
  lobby.sessions[2].abort();
  lobby.bench.run();
  BOOST_TEST(lobby.group->size() == 1U);
  lobby.group->send("left");
  lobby.bench.run();
  BOOST_TEST(peers[3].take() == "left\n");
  BOOST_TEST((lobby.group->add(lobby.sessions[0]) == AddResult::ended));
  BOOST_TEST((lobby.group->add(Session()) == AddResult::ended));
  BOOST_TEST(!lobby.group->remove(Session()));
}

BOOST_AUTO_TEST_CASE(a_session_that_ends_between_its_add_elsewhere_and_the_visit_leaves_too) {
  Lobby lobby;
  Group other;
  auto peers = lobby.dial(3);
  elsewhere([&] {
    for (const Session& session : lobby.sessions) other.add(session);
    other.remove(lobby.sessions[1]);
    other.send("x");
  });
  BOOST_TEST(other.size() == 2U);
  lobby.sessions[0].abort();
  lobby.sessions[1].abort();
  lobby.bench.run();
  BOOST_TEST(other.size() == 1U);
  BOOST_TEST(peers[2].take() == "x\n");
}

BOOST_AUTO_TEST_CASE(what_a_handler_sends_to_its_group_follows_its_reply) {
  Group group;
  Bench bench;
  bench.serve(lines(),
              [&group](std::string_view line) {
                group.send("all: " + std::string(line));
                return line;
              },
              {.on_open = [&group](Session& session) { group.add(session); }});
  Peer one = bench.dial();
  Peer two = bench.dial();
  BOOST_TEST(bench.say(one, "a\nb\n") == "a\nb\nall: a\nall: b\n");
  BOOST_TEST(two.take() == "all: a\nall: b\n");
}

BOOST_AUTO_TEST_CASE(members_of_different_framings_get_each_their_own_form) {
  Group group;
  Bench bench;
  const auto join = [&group](Session& session) { group.add(session); };
  BOOST_REQUIRE(
      bench.server.listen("tcp://127.0.0.1:7001", length_prefix(2), echo, {.on_open = join}).ok());
  BOOST_REQUIRE(
      bench.server.listen("tcp://127.0.0.1:7002", std::make_unique<NumberingFactory>(group)).ok());
  bench.serve(lines(), echo, {.on_open = join});
  Peer line = bench.dial();
  Peer prefixed = bench.loop.dial("tcp://127.0.0.1:7001");
  Peer numbered = bench.loop.dial("tcp://127.0.0.1:7002");
  bench.run();
  BOOST_TEST(group.size() == 3U);
  group.send("hi");
  group.send("");
  bench.run();
  BOOST_TEST(line.take() == "hi\n\n");
  BOOST_TEST(prefixed.take() == std::string("\0\2hi\0\0", 6));
  BOOST_TEST(numbered.take() == "1:hi;2:;");

  // A message that one of them cannot be sent is sent to nobody; not so where a connection decides.
  BOOST_TEST((group.send("two\nlines") == SendResult::rejected));
  BOOST_TEST((group.send("never") == SendResult::queued));
  bench.run();
  BOOST_TEST(line.take() == "never\n");
  BOOST_TEST(numbered.take() == "");
  BOOST_TEST(group.stats().rejected == 1U);
}

BOOST_AUTO_TEST_CASE(a_group_may_go_before_its_members_and_what_was_sent_still_arrives) {
  Lobby lobby;
  auto peers = lobby.dial(3);
  lobby.group->send("last");
  elsewhere([&] { lobby.group.reset(); });
  lobby.bench.run();
  for (Peer& peer : peers) BOOST_TEST(peer.take() == "last\n");
  BOOST_TEST(lobby.bench.say(peers[0], "a\n") == "a\n");
  peers.clear();
}

BOOST_AUTO_TEST_CASE(a_group_outlives_servers_and_loops_whatever_is_under_way) {
  for (const bool visited : {false, true}) {
    Group group;
    {
      Bench bench;
      bench.serve(lines(), echo);
      Peer peer = bench.dial();
      elsewhere([&] { group.add(bench.session); });
      if (visited) bench.run();
      group.send("x");
      elsewhere([&] { group.send("y"); });
      BOOST_TEST(group.size() == 1U);
    }
    BOOST_TEST(group.size() == 0U);
    BOOST_TEST((group.send("z") == SendResult::rejected));
  }
}

BOOST_AUTO_TEST_CASE(one_member_more_than_the_limit_is_refused_and_room_is_found_again) {
  Lobby lobby({}, {}, {.members = 2});
  auto peers = lobby.dial(3);
  BOOST_TEST(lobby.group->size() == 2U);
  BOOST_TEST((lobby.group->add(lobby.sessions[2]) == AddResult::group_full));
  peers[0].end();
  lobby.bench.run();
  BOOST_TEST((lobby.group->add(lobby.sessions[2]) == AddResult::added));
}

BOOST_AUTO_TEST_CASE(coming_and_going_while_the_loop_stands_still_is_bounded) {
  Lobby lobby({}, {}, {.members = 100});
  lobby.dial(1);
  int times = 0;
  while (times < 10'000) {
    lobby.group->remove(lobby.sessions[0]);
    if (lobby.group->add(lobby.sessions[0]) != AddResult::added) break;
    ++times;
  }
  BOOST_TEST(times <= 100);
  lobby.bench.run();
  BOOST_TEST(lobby.group->size() == 0U);
  BOOST_TEST((lobby.group->add(lobby.sessions[0]) == AddResult::added));
}

BOOST_AUTO_TEST_CASE(a_member_that_does_not_read_is_ended_and_the_others_get_everything) {
  ServerOptions options;
  options.flow.max_queued = 100'000;
  Lobby lobby(options, {.capacity = 5000});
  auto peers = lobby.dial(10);
  std::string expected;
  std::vector<std::string> taken(10);
  for (int i = 0; i < 2000; ++i) {
    const std::string text = std::to_string(i) + std::string(95, 'x');
    BOOST_REQUIRE((lobby.group->send(text) != SendResult::rejected));
    expected += text + "\n";
    lobby.bench.run();
    for (std::size_t p = 1; p < peers.size(); ++p) taken[p] += peers[p].take();
  }
  for (std::size_t p = 1; p < peers.size(); ++p) {
    taken[p] += lobby.bench.take_all(peers[p]);
    BOOST_TEST((taken[p] == expected));
  }
  BOOST_REQUIRE(lobby.bench.closes.size() == 1U);
  BOOST_TEST(to_string(lobby.bench.closes[0]) == "slow_consumer");
  BOOST_TEST(lobby.group->size() == 9U);
}

BOOST_AUTO_TEST_CASE(a_minority_of_slow_members_is_no_pressure_and_a_majority_is_until_it_reads) {
  ServerOptions options;
  options.flow.high_watermark = 1000;
  options.flow.low_watermark = 100;
  int drained = 0;
  GroupOptions limits;
  limits.on_drained = [&drained] { ++drained; };
  Lobby lobby(options, {.capacity = 100}, std::move(limits));
  auto peers = lobby.dial(5);
  const std::string text(2000, 'x');
  lobby.group->send(text);
  lobby.bench.run();
  for (std::size_t p = 2; p < 5; ++p) lobby.bench.take_all(peers[p]);
  BOOST_TEST((lobby.group->send("two of five are slow") == SendResult::queued));
  lobby.bench.run();
  lobby.group->send(text);
  lobby.bench.run();
  BOOST_TEST((lobby.group->send("all are") == SendResult::pressured));
  BOOST_TEST(drained == 0);
  lobby.bench.take_all(peers[0]);
  lobby.bench.take_all(peers[1]);
  BOOST_TEST(drained == 0);
  peers[2].reset();  // two of four
  lobby.bench.run();
  BOOST_TEST(drained == 1);
  BOOST_TEST((lobby.group->send("x") == SendResult::queued));
  lobby.bench.take_all(peers[3]);
  BOOST_TEST(drained == 1);
}

BOOST_AUTO_TEST_CASE(a_loop_that_stands_still_slows_the_sender_and_its_members_end_at_the_limit) {
  int drained = 0;
  GroupOptions limits;
  limits.max_behind = 100'000;
  limits.high_watermark = 20'000;
  limits.on_drained = [&drained] { ++drained; };
  Lobby lobby({}, {}, std::move(limits));
  auto peers = lobby.dial(3);
  const std::string text(999, 'x');
  std::vector<std::size_t> answers(3, 0);
  for (int i = 0; i < 50; ++i) ++answers[static_cast<std::size_t>(lobby.group->send(text))];
  BOOST_TEST(answers[0] == 19U);
  BOOST_TEST(answers[1] == 31U);
  lobby.bench.run();
  BOOST_TEST(drained == 1);
  for (Peer& peer : peers) BOOST_TEST(peer.take().size() == 50'000U);

  // 101 messages behind: those who were owed them end, who comes later does not.
  BOOST_TEST(lobby.group->remove(lobby.sessions[2]));
  for (int i = 0; i < 101; ++i) BOOST_TEST((lobby.group->send(text) != SendResult::rejected));
  lobby.group->add(lobby.sessions[2]);
  lobby.group->send("later");
  lobby.bench.run();
  BOOST_TEST(lobby.bench.closes.size() == 2U);
  BOOST_TEST(lobby.bench.server.stats().closed_by(CloseReason::slow_consumer) == 2U);
  BOOST_TEST(lobby.group->stats().cut_off == 2U);
  BOOST_TEST(peers[0].take() == "");
  BOOST_TEST(peers[2].take() == "later\n");
  BOOST_TEST(lobby.bench.logged("too far behind a group: 101000 bytes") >= 1U);
}

BOOST_AUTO_TEST_CASE(a_group_may_be_destroyed_in_its_own_on_drained) {
  std::unique_ptr<Group> group;
  GroupOptions limits;
  limits.high_watermark = 10;
  limits.on_drained = [&group] { group.reset(); };
  group = std::make_unique<Group>(std::move(limits));
  Bench bench;
  bench.serve(lines(), echo);
  Peer peer = bench.dial();
  group->add(bench.session);
  BOOST_TEST((group->send(std::string(100, 'x')) == SendResult::pressured));
  bench.run();
  BOOST_TEST((group == nullptr));
  BOOST_TEST(peer.take().size() == 101U);
}

BOOST_AUTO_TEST_CASE(an_encoder_that_throws_sends_nothing_and_tells_the_sender) {
  struct Throwing {
    static Decoded decode(std::string_view input) { return Decoded::need(input.size() + 1); }
    static Status encode(std::string_view message, Buffer& output) {
      output.append("half");
      if (message == "throw") throw std::runtime_error("no");
      output.append(message);
      return {};
    }
  };
  Group group;
  Bench bench;
  bench.serve(Throwing(), echo, {.on_open = [&group](Session& session) { group.add(session); }});
  Peer peer = bench.dial();
  BOOST_CHECK_THROW(group.send("throw"), std::runtime_error);
  group.send("-whole");
  bench.run();
  BOOST_TEST(peer.take() == "half-whole");
}

BOOST_AUTO_TEST_CASE(all_members_on_all_loops_see_the_messages_of_all_threads_in_one_order) {
  constexpr int threads = 3;
  constexpr int messages = 300;
  Group group;
  std::vector<std::unique_ptr<Bench>> benches;
  std::vector<Peer> peers;
  for (int i = 0; i < 2; ++i) {
    auto& bench = benches.emplace_back(std::make_unique<Bench>());
    bench->serve(lines(), echo, {.on_open = [&group](Session& session) { group.add(session); }});
    for (int p = 0; p < 3; ++p) peers.push_back(bench->dial());
  }
  std::vector<std::thread> senders;
  std::atomic<int> running = threads;
  for (int t = 0; t < threads; ++t) {
    senders.emplace_back([&, t] {
      for (int i = 0; i < messages; ++i) group.send(std::to_string(t) + " " + std::to_string(i));
      --running;
    });
  }
  std::vector<std::string> taken(peers.size());
  for (bool last = false; !last;) {
    last = running == 0;
    for (const auto& bench : benches) bench->run();
    for (std::size_t i = 0; i < peers.size(); ++i) taken[i] += peers[i].take();
  }
  for (std::thread& sender : senders) sender.join();
  for (const std::string& each : taken) BOOST_TEST((each == taken.front()));
  BOOST_TEST(std::count(taken.front().begin(), taken.front().end(), '\n') == threads * messages);
}

BOOST_AUTO_TEST_CASE(sessions_groups_and_senders_may_come_and_go_at_once) {
  // For the sanitizers: nothing is asserted but that it ends, empty.
  Lobby lobby;
  Groups groups;
  std::atomic<bool> stop = false;
  std::mutex mutex;
  Session shared;
  std::vector<std::thread> users;
  for (int i = 0; i < 2; ++i) {
    users.emplace_back([&, i] {
      auto mine = std::make_unique<Group>();
      for (int n = 0; !stop; ++n) {
        Session session;
        {
          const std::lock_guard lock(mutex);
          session = shared;
        }
        mine->add(session);
        groups.add("name", session);
        mine->send("mine");
        groups.send("name", "named");
        lobby.group->send("lobby");
        if (n % 3 == i) groups.remove("name", session);
        if (n % 5 == 0) mine = std::make_unique<Group>();
        if (n % 100 == 0) session.abort();
      }
    });
  }
  for (int i = 0; i < 300; ++i) {
    Peer peer = lobby.bench.dial();
    {
      const std::lock_guard lock(mutex);
      shared = lobby.sessions.back();
    }
    lobby.bench.run();
    peer.take();
    if (i % 2 == 0) peer.reset();
    lobby.bench.run();
    if (i % 2 == 1) lobby.sessions.back().abort();
  }
  stop = true;
  for (std::thread& user : users) user.join();
  lobby.bench.advance(2s);
  BOOST_TEST(lobby.group->size() == 0U);
  BOOST_TEST(groups.names() == 0U);
}

// --- by name ---------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_name_lives_from_its_first_member_to_its_last) {
  Lobby lobby;
  Groups groups;
  auto peers = lobby.dial(2);
  BOOST_TEST(groups.size("lobby") == 0U);
  BOOST_TEST((groups.send("lobby", "nobody") == SendResult::rejected));
  BOOST_TEST((groups.add("lobby", lobby.sessions[0]) == AddResult::added));
  BOOST_TEST((groups.add("lobby", lobby.sessions[0]) == AddResult::already));
  groups.add("lobby", lobby.sessions[1]);
  groups.add("kitchen", lobby.sessions[1]);
  BOOST_TEST(groups.names() == 2U);
  BOOST_TEST(groups.size("lobby") == 2U);
  groups.send("lobby", "l");
  groups.send("kitchen", "k");
  lobby.bench.run();
  BOOST_TEST(peers[0].take() == "l\n");
  BOOST_TEST(peers[1].take() == "l\nk\n");
  BOOST_TEST(!groups.remove("kitchen", lobby.sessions[0]));
  BOOST_TEST(!groups.remove("cellar", lobby.sessions[0]));
  BOOST_TEST(groups.remove("lobby", lobby.sessions[0]));
  peers[1].end();
  lobby.bench.run();
  BOOST_TEST(groups.names() == 0U);
}

BOOST_AUTO_TEST_CASE(names_and_their_length_are_bounded_and_say_so) {
  Lobby lobby;
  Groups groups({.names = 2, .name_length = 4});
  lobby.dial(1);
  const Session& session = lobby.sessions[0];
  BOOST_TEST((groups.add("12345", session) == AddResult::name_too_long));
  groups.add("1", session);
  groups.add("2", session);
  BOOST_TEST((groups.add("3", session) == AddResult::names_full));
  groups.remove("1", session);
  BOOST_TEST((groups.add("3", session) == AddResult::added));
  BOOST_TEST((groups.add("2", Session()) == AddResult::ended));
  BOOST_TEST(groups.names() == 2U);
  Groups none({.members = 0});
  BOOST_TEST((none.add("1", session) == AddResult::group_full));
  BOOST_TEST(none.names() == 0U);
}

BOOST_AUTO_TEST_CASE(a_name_that_is_used_again_at_once_loses_and_reorders_nothing) {
  Lobby lobby;
  Groups groups;
  Peer peer = lobby.bench.dial();
  for (int i = 0; i < 5; ++i) {
    groups.add("n", lobby.sessions[0]);
    groups.send("n", std::to_string(i));
    groups.remove("n", lobby.sessions[0]);
    BOOST_TEST(groups.names() == 0U);
  }
  lobby.bench.run();
  BOOST_TEST(peer.take() == "0\n1\n2\n3\n4\n");
}

BOOST_AUTO_TEST_CASE(pressure_by_name_is_told_by_name) {
  std::vector<std::string> drained;
  GroupsOptions options;
  options.high_watermark = 10;
  options.on_drained = [&drained](std::string_view name) { drained.emplace_back(name); };
  Lobby lobby;
  Groups groups(std::move(options));
  Peer peer = lobby.bench.dial();
  groups.add("a", lobby.sessions[0]);
  groups.add("b", lobby.sessions[0]);
  BOOST_TEST((groups.send("b", std::string(100, 'x')) == SendResult::pressured));
  BOOST_TEST((groups.send("a", "x") == SendResult::queued));
  lobby.bench.run();
  BOOST_TEST(drained == std::vector<std::string>{"b"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
