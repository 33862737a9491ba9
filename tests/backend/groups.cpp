// Groups: one message to many, on every backend and over all loops.
#include "weir/session/group.hpp"

#include <memory>
#include <vector>

#include "backend/scenario.hpp"
#include "weir/framing/line.hpp"
#include "weir/session/groups.hpp"

namespace {

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

constexpr auto echo = [](std::string_view frame) { return frame; };

/// Every session that opens is a member of `group`, and told of.
Hooks joining(Group& group, Events<Session>& sessions) {
  Hooks hooks;
  hooks.on_open = [&](Session& session) {
    group.add(session);
    sessions.push(session);
  };
  return hooks;
}

std::vector<std::unique_ptr<Client>> connect_all(Bench& bench, Events<Session>& sessions,
                                                 std::size_t count) {
  std::vector<std::unique_ptr<Client>> clients;
  for (std::size_t i = 0; i < count; ++i) {
    clients.push_back(bench.connect());
    static_cast<void>(bench.next(sessions, "a session"));
  }
  return clients;
}

}  // namespace

CORE_SCENARIO(a_broadcast_reaches_every_member_on_every_loop_in_one_order) {
  Group group;
  Events<Session> sessions;
  const auto serving = bench.serve(lines(), echo, joining(group, sessions));
  const auto clients = connect_all(bench, sessions, 8);
  BOOST_TEST(group.size() == 8U);
  // Two threads at once: whatever order comes of it, it is the same for all.
  const int count = static_cast<int>(bench.scaled(500));
  std::size_t size = 0;
  for (int i = 0; i < count; ++i) size += 2 * (std::to_string(i).size() + 3);
  const auto send_all = [&](char name) {
    for (int i = 0; i < count; ++i) {
      if (group.send(std::string(1, name) + " " + std::to_string(i)) == SendResult::rejected) {
        in_vain("a message to be taken");
      }
    }
  };
  auto one = bench.in_background([&] { send_all('a'); });
  auto two = bench.in_background([&] { send_all('b'); });
  const std::string first = clients.front()->read(size);
  for (std::size_t i = 1; i < clients.size(); ++i) {
    BOOST_REQUIRE((clients[i]->read(size) == first));
  }
  BOOST_TEST(group.stats().encoded == group.stats().sent);
}

CORE_SCENARIO(members_come_and_go_while_others_are_sent_to) {
  Group group;
  Events<Session> sessions;
  const auto serving = bench.serve(lines(), echo, joining(group, sessions));
  const auto stays = bench.connect();
  static_cast<void>(bench.next(sessions, "a session"));
  const int count = static_cast<int>(bench.scaled(100));
  std::string expected;
  for (int i = 0; i < count; ++i) {
    const auto goes = bench.connect();
    const Session session = bench.next(sessions, "a session");
    group.send(std::to_string(i));
    expected += std::to_string(i) + "\n";
    BOOST_REQUIRE(goes->read(std::to_string(i).size() + 1) == std::to_string(i) + "\n");
    if (i % 2 == 0) group.remove(session);
    if (i % 3 == 0) goes->reset();
  }
  BOOST_TEST(stays->read(expected.size()) == expected);
  bench.until("those that went to be gone", [&] { return group.size() == 1; });
}

SCENARIO(a_member_that_does_not_read_ends_and_the_others_get_everything) {
  bench.options.flow.max_queued = 256 * 1024;
  bench.options.flow.high_watermark = 64 * 1024;
  bench.options.flow.low_watermark = 16 * 1024;
  Group group;
  Events<Session> sessions;
  const auto serving = bench.serve(lines(), echo, joining(group, sessions));
  const auto clients = connect_all(bench, sessions, 3);
  const auto slow = bench.connect_slow();
  static_cast<void>(bench.next(sessions, "a session"));
  const std::string text(10'000, 'x');
  // However much the kernel holds for the slow one, at some time it is full.
  for (std::size_t sent = 0; group.size() == 4; ++sent) {
    if (sent > 100'000) in_vain("the end of the slow member");
    BOOST_REQUIRE((group.send(text) != SendResult::rejected));
    for (const auto& client : clients) BOOST_REQUIRE((client->read(text.size() + 1)).size() > 1);
  }
  BOOST_TEST(to_string(bench.next_reason()) == "slow_consumer");
  group.send("last");
  for (const auto& client : clients) BOOST_TEST(client->read(5) == "last\n");
  BOOST_TEST(bench.server().stats().closed_by(CloseReason::slow_consumer) == 1U);
}

CORE_SCENARIO(a_server_that_stops_empties_the_groups_of_its_sessions) {
  Groups groups;
  Events<Session> sessions;
  Hooks hooks;
  hooks.on_open = [&](Session& session) {
    groups.add("all", session);
    groups.add("own " + std::to_string(session.id()), session);
    sessions.push(session);
  };
  const auto serving = bench.serve(lines(), echo, std::move(hooks));
  const auto clients = connect_all(bench, sessions, 5);
  BOOST_TEST(groups.size("all") == 5U);
  BOOST_TEST(groups.names() == 6U);
  groups.send("all", "hello");
  for (const auto& client : clients) BOOST_TEST(client->read(6) == "hello\n");
  bench.stop(0s);
  BOOST_TEST(groups.names() == 0U);
  BOOST_TEST((groups.send("all", "nobody") == SendResult::rejected));
}
