// What the hall hears from the post, and what it tells other processes.
#include <algorithm>
#include <set>
#include <utility>

#include "chat/hall.hpp"

namespace weir::chat {

namespace {

/// Rounds of announce() after which a silent process is gone.
constexpr int rounds_until_gone = 3;
constexpr std::size_t most_processes = 1000;
/// Of each room, for a process that has begun or has missed something; so many in one packet, which
/// keeps it far below what the bus takes.
constexpr std::size_t said_again = 200;
constexpr std::size_t said_at_once = 25;

}  // namespace

void Hall::post(const std::vector<Packet>& packets) {
  if (!options_.others) return;
  for (const Packet& packet : packets) options_.post(packet);
}

Packet Hall::presence_in(const std::string& room) const {
  const auto found = rooms_.find(room);
  return Presence{
      options_.process, room,
      found == rooms_.end() ? std::vector<Person>() : found->second.people.people_here()};
}

Packet Hall::change_in(const std::string& room, std::string went, std::optional<Person> came) {
  return PresenceChange{options_.process, room, std::move(went), std::move(came),
                        options_.wall_clock()};
}

void Hall::receive(Packet packet) {
  std::vector<Packet> answers;
  {
    const std::lock_guard lock(mutex_);
    if (auto* message = std::get_if<Message>(&packet)) {
      hear(std::move(*message));
    } else if (const auto* presence = std::get_if<Presence>(&packet)) {
      if (presence->process != options_.process) hear(*presence);
    } else if (const auto* change = std::get_if<PresenceChange>(&packet)) {
      if (change->process != options_.process) hear(*change, answers);
    } else if (const auto* typing = std::get_if<TypingNotice>(&packet)) {
      const Room* room = find_room(typing->room);
      if (typing->process != options_.process && room != nullptr) {
        tell(*room, typing->room, Typing{typing->nick});
      }
    } else if (const auto* question = std::get_if<Question>(&packet)) {
      if (question->process != options_.process) answers = answer();
    } else if (auto* again = std::get_if<Again>(&packet)) {
      if (again->process != options_.process) {
        for (Message& one : again->messages) hear(std::move(one));
      }
    }
  }
  post(answers);
}

void Hall::hear(Message message) {
  const std::string name = message.room;
  Room* room = make_room(name);
  if (room == nullptr) return;
  message.seq = 0;  // of another process: its order is not ours
  const Message* kept = room->log.add(std::move(message));
  if (kept == nullptr) return;
  ++heard_;
  if (options_.keep) options_.keep(*kept);
  tell(*room, name, Said{*kept});
}

bool Hall::hear_of(const std::string& process) {
  if (!heard_of_.contains(process) && heard_of_.size() >= most_processes) return false;
  heard_of_[process] = 0;
  return true;
}

void Hall::hear(const Presence& presence) {
  if (!hear_of(presence.process)) return;
  Room* room = make_room(presence.room);
  if (room == nullptr) return;
  std::set<std::string> gone = room->people.nicks_at(presence.process);
  for (const Person& person : presence.people) gone.erase(person.nick);
  for (const std::string& nick : gone) {
    room->people.remove_elsewhere(presence.process, nick);
    tell(*room, presence.room, Left{nick});
  }
  for (const Person& person : presence.people) {
    // Who has come here since is not there any more.
    if (marks_.contains(person.mark)) continue;
    came_elsewhere(*room, presence.room, presence.process, person, "");
  }
  remove_if_unused(presence.room);
}

void Hall::hear(const PresenceChange& change, std::vector<Packet>& packets) {
  if (!hear_of(change.process)) return;
  Room* room = make_room(change.room);
  if (room == nullptr) return;
  std::string was;
  if (room->people.remove_elsewhere(change.process, change.went)) was = change.went;
  if (!change.came) {
    if (!was.empty()) tell(*room, change.room, Left{was});
  } else {
    const auto here = marks_.find(change.came->mark);
    // What is told late must not end who came after it.
    const bool older_than_here = here != marks_.end() && change.at < seats_.at(here->second).since;
    if (!older_than_here) {
      const auto nick = end_older(change.came->mark, change.room, packets);
      if (nick.has_value() && was.empty()) was = *nick;
      came_elsewhere(*room, change.room, change.process, *change.came, was);
    }
  }
  remove_if_unused(change.room);
}

void Hall::came_elsewhere(Room& room, const std::string& name, const std::string& process,
                          const Person& person, std::string was) {
  if (auto other = room.people.take_over(person.mark, process); other && was.empty()) {
    was = *std::move(other);
  }
  if (!room.people.add_elsewhere(process, person)) return;
  if (was.empty()) {
    tell(room, name, Joined{person.nick});
  } else if (was != person.nick) {
    tell(room, name, Renamed{was, person.nick});
  }
}

std::vector<Packet> Hall::answer() const {
  std::vector<Packet> packets;
  for (const auto& [name, room] : rooms_) {
    packets.push_back(presence_in(name));
    const auto& messages = room.log.messages();
    for (std::size_t at = messages.size() - std::min(messages.size(), said_again);
         at < messages.size(); at += said_at_once) {
      const auto from = messages.begin() + static_cast<std::ptrdiff_t>(at);
      const auto count = std::min(messages.size() - at, said_at_once);
      packets.emplace_back(
          Again{options_.process, {from, from + static_cast<std::ptrdiff_t>(count)}});
    }
  }
  return packets;
}

void Hall::ask() {
  std::vector<Packet> packets;
  {
    const std::lock_guard lock(mutex_);
    packets = answer();
    packets.insert(packets.begin(), Question{options_.process});
  }
  post(packets);
}

void Hall::announce() {
  std::vector<Packet> packets;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, room] : rooms_) {
      if (!room.people.here().empty()) packets.push_back(presence_in(name));
    }
    std::vector<std::string> gone;
    for (auto& [process, rounds] : heard_of_) {
      if (++rounds > rounds_until_gone) gone.push_back(process);
    }
    for (const std::string& process : gone) hear_silence(process);
    // A process without people is to be known as well.
    if (packets.empty()) packets.emplace_back(Presence{options_.process, "lobby", {}});
  }
  post(packets);
}

void Hall::hear_silence(const std::string& process) {
  std::vector<std::string> names;
  for (const auto& [name, room] : rooms_) names.push_back(name);
  for (const std::string& name : names) hear(Presence{process, name, {}});
  heard_of_.erase(process);
}

void Hall::lost(std::uint64_t messages) {
  {
    const std::lock_guard lock(mutex_);
    tell_all(Lost{messages});
  }
  ask();
}

void Hall::set_bus_condition(std::string why) {
  const std::lock_guard lock(mutex_);
  change_condition({std::move(why), condition_.history});
}

void Hall::set_history_condition(std::string why) {
  const std::lock_guard lock(mutex_);
  change_condition({condition_.bus, std::move(why)});
}

void Hall::change_condition(Condition now) {
  if (now == condition_) return;
  const Condition before = std::exchange(condition_, now);
  tell_all(ConditionChanged{std::move(now), before});
}

}  // namespace weir::chat
