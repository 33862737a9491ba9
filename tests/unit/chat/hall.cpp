// Rooms, nicknames, presence and messages, in one process and in several.
#include "chat/hall.hpp"

#include <boost/test/unit_test.hpp>
#include <map>

#include "chat/figures.hpp"
#include "unit/chat/bench.hpp"

using namespace weir::chat;
using weir::chat::testing::PaperFace;
using weir::chat::testing::Street;
using Told = std::vector<std::string>;

namespace {

Welcome enter(Street::House& house, MemberId member, const std::string& nick,
              const std::string& room = "lobby", const std::string& key = "",
              std::optional<Cursor> seen = {}) {
  return house.hall
      .enter(member, house.face, {.room = room, .nick = nick, .key = key, .seen = std::move(seen)})
      .take();
}

void check(const Told& told, const Told& expected) {
  BOOST_TEST(told == expected, boost::test_tools::per_element());
}

}  // namespace

BOOST_AUTO_TEST_CASE(people_come_talk_and_leave_and_the_others_are_told) {
  Street street(1);
  auto& house = street[0];
  check(enter(house, 1, "anna").people, {"anna"});
  check(enter(house, 2, "bob").people, {"anna", "bob"});
  BOOST_TEST((house.hall.say(1, "hello").value() == SayResult::sent));
  house.hall.typing(2);
  house.hall.leave(2);
  check(house.face.take(),
        {"lobby: bob comes", "lobby: anna says hello", "lobby: bob types", "lobby: bob leaves"});
  BOOST_TEST(house.kept.size() == 1U);
  BOOST_TEST(enter(house, 3, "carl").replay.messages.at(0).text == "hello");
}

BOOST_AUTO_TEST_CASE(a_nickname_that_is_taken_gets_a_number_and_as_a_wish_is_refused) {
  Street street(1);
  auto& house = street[0];
  BOOST_TEST(enter(house, 1, "Anna").nick == "Anna");
  BOOST_TEST(enter(house, 2, "anna").nick == "anna 2");
  BOOST_TEST(enter(house, 3, "ANNA").nick == "ANNA 3");
  BOOST_TEST(!house.hall.rename(3, "Anna").ok());
  BOOST_TEST(house.hall.rename(3, " Zoe ").value() == "Zoe");
  BOOST_TEST(house.face.take().back() == "lobby: ANNA 3 is Zoe");
  BOOST_TEST(enter(house, 4, "anna", "elsewhere").nick == "anna");
}

BOOST_AUTO_TEST_CASE(who_comes_back_with_the_same_key_takes_the_place_over_unnoticed) {
  Street street(1);
  auto& house = street[0];
  enter(house, 1, "anna", "lobby", "secret-of-anna");
  enter(house, 2, "bob");
  house.face.forget();
  BOOST_TEST(enter(house, 3, "anna", "lobby", "secret-of-anna").nick == "anna");
  check(house.face.take(), {});
  BOOST_TEST(house.face.ended == std::vector<MemberId>({1}), boost::test_tools::per_element());
  house.hall.leave(1);  // the old connection has ended as well
  check(house.hall.people(3).value(), {"anna", "bob"});
}

BOOST_AUTO_TEST_CASE(a_message_that_is_sent_again_is_said_once) {
  Street street(1);
  auto& house = street[0];
  enter(house, 1, "anna");
  BOOST_TEST((house.hall.say(1, "hello", "message-1").value() == SayResult::sent));
  BOOST_TEST((house.hall.say(1, "hello", "message-1").value() == SayResult::known));
  check(house.face.take(), {"lobby: anna says hello"});
  BOOST_TEST(!house.hall.say(1, "hello", "a bad id").ok());
}

BOOST_AUTO_TEST_CASE(what_is_too_long_empty_or_from_nobody_is_refused) {
  Street street(1, {.room_name = 5, .nick = 4, .message = 10, .message_lines = 2});
  auto& house = street[0];
  const auto refused = [&](const std::string& room, const std::string& nick) {
    return !house.hall.enter(1, house.face, {.room = room, .nick = nick}).ok();
  };
  BOOST_TEST(refused("lobbies", "anna"));
  BOOST_TEST(refused("", "anna"));
  BOOST_TEST(refused("lobby", "annabel"));
  BOOST_TEST(refused("lobby", "\x1b"));
  BOOST_TEST(!house.hall.say(1, "hello").ok());
  enter(house, 1, "anna");
  BOOST_TEST(house.hall.say(1, "ääääääääää").ok());
  BOOST_TEST(!house.hall.say(1, "12345678901").ok());
  BOOST_TEST(!house.hall.say(1, "a\nb\nc").ok());
  BOOST_TEST(!house.hall.say(1, " \n ").ok());
}

BOOST_AUTO_TEST_CASE(rooms_and_their_members_are_bounded) {
  Street street(1, {.rooms = 2, .members = 2});
  auto& house = street[0];
  const auto enters = [&](MemberId member, const std::string& room) {
    return house.hall.enter(member, house.face, {.room = room, .nick = "anna"}).ok();
  };
  BOOST_TEST(enters(1, "one"));
  BOOST_TEST(enters(2, "one"));
  BOOST_TEST(!enters(3, "one"));
  BOOST_TEST(enters(1, "one"));  // is there already
  BOOST_TEST(enters(3, "two"));
  BOOST_TEST(!enters(4, "three"));
  BOOST_TEST(house.hall.say(3, "a message that keeps the room").ok());
  house.hall.leave(3);
  BOOST_TEST(enters(4, "three"));  // the empty one goes
  BOOST_TEST(house.hall.rooms().size() == 2U);
}

BOOST_AUTO_TEST_CASE(that_somebody_types_is_told_once_in_a_while) {
  Street street(1);
  auto& house = street[0];
  enter(house, 1, "anna");
  for (int i = 0; i < 10; ++i) house.hall.typing(1);
  street.now += Limits().typing_every;
  house.hall.typing(1);
  check(house.face.take(), {"lobby: anna types", "lobby: anna types"});
}

BOOST_AUTO_TEST_CASE(people_of_all_processes_see_and_hear_each_other) {
  Street street(2);
  enter(street[0], 1, "anna");
  check(enter(street[1], 1, "anna").people, {"anna", "anna 2"});
  BOOST_TEST(street[0].hall.say(1, "hello").ok());
  BOOST_TEST(street[1].hall.rename(1, "bob").ok());
  street[1].hall.typing(1);
  street[1].hall.leave(1);
  check(street[0].face.take(), {"lobby: anna 2 comes", "lobby: anna says hello",
                                "lobby: anna 2 is bob", "lobby: bob types", "lobby: bob leaves"});
  BOOST_TEST(street[1].kept.size() == 1U);
}

BOOST_AUTO_TEST_CASE(
    who_comes_and_goes_is_told_to_other_processes_by_name_and_not_by_a_list_of_all) {
  Street street(2, {.members = 1000});
  for (MemberId member = 1; member <= 100; ++member) enter(street[0], member, "anna");
  const std::size_t before = street.carried;
  enter(street[0], 101, "bob", "lobby", "secret-of-bob");
  BOOST_TEST(street[0].hall.rename(101, "robert").ok());
  street[0].hall.leave(101);
  BOOST_TEST(street.carried - before < 3 * 200U);
  BOOST_TEST(enter(street[1], 1, "carl").people.size() == 101U);
}

BOOST_AUTO_TEST_CASE(who_comes_back_to_another_process_has_the_old_name_at_once) {
  Street street(3);
  enter(street[0], 1, "anna", "lobby", "secret-of-anna");
  enter(street[1], 1, "bob");
  enter(street[2], 1, "carl");
  for (std::size_t i = 1; i < 3; ++i) street[i].face.forget();
  street[0].reachable = false;  // killed
  BOOST_TEST(enter(street[1], 2, "anna", "lobby", "secret-of-another-anna").nick == "anna 2");
  BOOST_TEST(enter(street[1], 3, "anna", "lobby", "secret-of-anna").nick == "anna");
  for (std::size_t i = 1; i < 3; ++i) {
    check(street[i].face.take(), {"lobby: anna 2 comes"});
    check(street[i].hall.people(1).value(), {"anna", "anna 2", "bob", "carl"});
  }
  // What the first process said last is known to be older.
  for (int round = 0; round < 4; ++round) {
    street[1].hall.announce();
    street[2].hall.announce();
  }
  check(street[1].hall.people(3).value(), {"anna", "anna 2", "bob", "carl"});
  check(street[1].face.take(), {});
}

BOOST_AUTO_TEST_CASE(who_goes_over_to_another_process_is_ended_where_it_was) {
  Street street(2);
  enter(street[0], 1, "anna", "lobby", "secret-of-anna");
  enter(street[0], 2, "bob");
  enter(street[1], 1, "anna", "lobby", "secret-of-anna");
  BOOST_TEST(street[0].face.ended == std::vector<MemberId>({1}), boost::test_tools::per_element());
  check(street[0].hall.people(2).value(), {"anna", "bob"});
  check(street[1].hall.people(1).value(), {"anna", "bob"});
  check(street[0].face.take(), {"lobby: bob comes"});
  // What was true before, and is told late, ends nobody.
  street.deliver(0, encode(PresenceChange{"process-0", "lobby", "",
                                          Person{"anna", mark_of("secret-of-anna")}, 1}));
  BOOST_TEST(street[1].face.ended.empty());
}

BOOST_AUTO_TEST_CASE(a_process_that_was_away_asks_and_gets_what_it_missed_once) {
  Street street(2);
  enter(street[0], 1, "anna");
  enter(street[1], 1, "bob");
  BOOST_TEST(street[0].hall.say(1, "one").ok());
  street[1].reachable = false;
  BOOST_TEST(street[0].hall.say(1, "two").ok());
  BOOST_TEST(street[1].hall.say(1, "three").ok());
  street[1].reachable = true;
  street[1].face.forget();
  street[0].face.forget();
  street[1].hall.lost(0);
  check(street[1].face.take(), {"lobby: lost 0", "lobby: anna says two"});
  check(street[0].face.take(), {"lobby: bob says three"});
}

BOOST_AUTO_TEST_CASE(the_people_of_a_process_that_is_silent_are_gone_after_a_while) {
  Street street(2);
  enter(street[0], 1, "anna");
  enter(street[1], 1, "bob");
  street[0].face.forget();
  street[1].reachable = false;
  for (int round = 0; round < 3; ++round) street[0].hall.announce();
  check(street[0].face.take(), {});
  street[0].hall.announce();
  check(street[0].face.take(), {"lobby: bob leaves"});
}

BOOST_AUTO_TEST_CASE(people_are_told_what_is_wrong_and_that_it_is_well_again) {
  Street street(1);
  auto& house = street[0];
  enter(house, 1, "anna");
  house.hall.set_bus_condition("refused");
  house.hall.set_bus_condition("refused");
  house.hall.set_history_condition("full");
  house.hall.set_bus_condition("");
  check(house.face.take(),
        {"lobby: bus 'refused', history ''", "lobby: bus 'refused', history 'full'",
         "lobby: bus '', history 'full'"});
  BOOST_TEST(enter(house, 2, "bob").condition.history == "full");
}

BOOST_AUTO_TEST_CASE(the_inspector_is_told_of_rooms_people_messages_and_what_is_wrong) {
  Street street(2);
  enter(street[0], 1, "anna");
  enter(street[0], 2, "bob", "attic");
  enter(street[1], 1, "carl");
  BOOST_TEST(street[1].hall.say(1, "hello").ok());
  street[0].hall.set_bus_condition("refused");
  std::map<std::string, double> told;
  for (const weir::Figure& figure : figures(street[0].hall.stats())) {
    told[figure.labels.empty() ? figure.name : figure.labels[0].second] = figure.value;
  }
  const std::map<std::string, double> expected = {
      {"weir_chat_rooms", 2},         {"here", 2},
      {"other_processes", 1},         {"weir_chat_messages_total", 1},
      {"weir_chat_messages_kept", 1}, {"weir_chat_processes", 1},
      {"weir_chat_bus_ok", 0},        {"weir_chat_history_ok", 1}};
  BOOST_TEST((told == expected));
}
