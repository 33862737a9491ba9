// What a room keeps, and what somebody has missed.
#include "chat/room_log.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir::chat;

namespace {

Message message(const std::string& id, const std::string& text = "text") {
  return {.id = id, .room = "lobby", .nick = "anna", .text = text};
}

/// A log of messages id-1 to id-`count`.
RoomLog filled(const Limits& limits, int count) {
  RoomLog log(limits);
  for (int i = 1; i <= count; ++i) log.add(message("id-" + std::to_string(i)));
  return log;
}

std::vector<std::string> ids(const Replay& replay) {
  std::vector<std::string> all;
  for (const Message& one : replay.messages) all.push_back(one.id);
  return all;
}

using Ids = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_CASE(a_message_that_is_known_is_not_added_again) {
  const Limits limits;
  RoomLog log(limits);
  BOOST_TEST(log.add(message("id-1"))->seq == 1U);
  BOOST_TEST(log.add(message("id-2"))->seq == 2U);
  BOOST_TEST(log.add(message("id-1", "other")) == nullptr);
  BOOST_TEST(log.messages().size() == 2U);
}

BOOST_AUTO_TEST_CASE(who_comes_back_gets_exactly_what_came_after_the_last_one_seen) {
  const Limits limits;
  const RoomLog log = filled(limits, 5);
  const Cursor seen{"here", 3, "id-3"};
  const Replay replay = log.after(&seen, "here");
  BOOST_TEST(ids(replay) == Ids({"id-4", "id-5"}), boost::test_tools::per_element());
  BOOST_TEST(replay.missed == 0U);
  BOOST_TEST(!replay.whole);
  const Cursor last{"here", 5, "id-5"};
  BOOST_TEST(log.after(&last, "here").messages.empty());
}

BOOST_AUTO_TEST_CASE(what_is_no_longer_kept_is_counted) {
  Limits limits;
  limits.history_messages = 3;
  const RoomLog log = filled(limits, 10);  // 8, 9 and 10 are kept
  const Cursor seen{"here", 4, "id-4"};
  const Replay replay = log.after(&seen, "here");
  BOOST_TEST(ids(replay) == Ids({"id-8", "id-9", "id-10"}), boost::test_tools::per_element());
  BOOST_TEST(replay.missed == 3U);
}

BOOST_AUTO_TEST_CASE(who_comes_from_another_order_gets_all_that_is_kept) {
  const Limits limits;
  const RoomLog log = filled(limits, 3);
  const Cursor elsewhere{"there", 2, "id-2"};
  BOOST_TEST(log.after(&elsewhere, "here").messages.size() == 3U);
  BOOST_TEST(log.after(&elsewhere, "here").whole);
  BOOST_TEST(log.after(nullptr, "here").whole);
  // Seen, then lost with a process that ended before it was on disk.
  const Cursor lost{"here", 9, "id-9"};
  BOOST_TEST(log.after(&lost, "here").messages.size() == 3U);
  BOOST_TEST(log.after(&lost, "here").missed == 0U);
}

BOOST_AUTO_TEST_CASE(bytes_are_bounded_as_well_as_messages) {
  Limits limits;
  limits.history_bytes = 10'000;
  RoomLog log(limits);
  for (int i = 0; i < 50; ++i) {
    log.add(message("id-" + std::to_string(i), std::string(1000, 'x')));
    BOOST_TEST(log.bytes() <= limits.history_bytes);
  }
  BOOST_TEST(log.messages().size() < 10U);
  BOOST_TEST(log.messages().back().id == "id-49");
  BOOST_TEST(!log.knows("id-0"));
  BOOST_TEST(log.add(message("a large one", std::string(20'000, 'x'))) != nullptr);
  BOOST_TEST(log.messages().size() == 1U);
}
