// What the hall hears from the post, and what it tells other processes.
#include <algorithm>
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
      found == rooms_.end() ? std::vector<std::string>() : found->second.people.nicks_here()};
}

void Hall::receive(Packet packet) {
  std::vector<Packet> answers;
  {
    const std::lock_guard lock(mutex_);
    if (auto* message = std::get_if<Message>(&packet)) {
      hear(std::move(*message));
    } else if (const auto* presence = std::get_if<Presence>(&packet)) {
      if (presence->process != options_.process) hear(*presence);
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
  if (options_.keep) options_.keep(*kept);
  tell(*room, name, Said{*kept});
}

void Hall::hear(const Presence& presence) {
  if (!heard_of_.contains(presence.process) && heard_of_.size() >= most_processes) return;
  heard_of_[presence.process] = 0;
  Room* room = make_room(presence.room);
  if (room == nullptr) return;
  const auto before = room->people.nicks_at(presence.process);
  room->people.set_elsewhere(presence.process, presence.nicks);
  const auto now = room->people.nicks_at(presence.process);
  for (const std::string& nick : before) {
    if (!now.contains(nick)) tell(*room, presence.room, Left{nick});
  }
  for (const std::string& nick : now) {
    if (!before.contains(nick)) tell(*room, presence.room, Joined{nick});
  }
  remove_if_unused(presence.room);
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
