#include "chat/hall.hpp"

#include <algorithm>
#include <utility>

#include "chat/text.hpp"

namespace weir::chat {

namespace {

Status check_name(std::string_view what, std::string_view name, std::size_t most) {
  if (name.empty()) return Error{std::string(what) + " needs a visible character"};
  if (count_characters(name) > most) {
    return Error{std::string(what) + " has at most " + std::to_string(most) + " characters"};
  }
  return {};
}

Error not_in_a_room() { return Error{"you are in no room"}; }

}  // namespace

Hall::Hall(HallOptions options) : options_(std::move(options)) {}

void Hall::restore(std::vector<Message> messages) {
  const std::lock_guard lock(mutex_);
  for (Message& message : messages) {
    if (Room* room = make_room(message.room)) room->log.add(std::move(message));
  }
}

// --- coming and going --------------------------------------------------------------------------

Result<Welcome> Hall::enter(MemberId member, Face& face, Entry entry) {
  entry.room = clean_room(entry.room);
  entry.nick = clean_nick(entry.nick);
  const Limits& limits = options_.limits;
  if (Status named = check_name("a room's name", entry.room, limits.room_name); !named.ok()) {
    return named.error();
  }
  if (Status named = check_name("a nickname", entry.nick, limits.nick); !named.ok()) {
    return named.error();
  }
  std::vector<Packet> packets;
  auto entered = [&] {
    const std::lock_guard lock(mutex_);
    return enter_locked(member, face, entry, packets);
  }();
  post(packets);
  return entered;
}

Result<Welcome> Hall::enter_locked(MemberId member, Face& face, const Entry& entry,
                                   std::vector<Packet>& packets) {
  const std::size_t most = options_.limits.members;
  if (const Room* there = find_room(entry.room); there != nullptr &&
                                                 there->people.here().size() >= most &&
                                                 !there->people.here().contains(member)) {
    return Error{"#" + entry.room + " is full: " + std::to_string(most) + " people are there"};
  }
  // The same person may be here already: by this connection, or by an older one, which the network
  // may have cut without telling us.
  std::optional<std::string> was = leave_for(member, entry.room, packets);
  const std::string mark = mark_of(entry.key);
  const auto older = end_older(mark, entry.room, packets);
  Room* room = make_room(entry.room);
  if (room == nullptr) {
    return Error{"there are " + std::to_string(options_.limits.rooms) +
                 " rooms, and no place for one more"};
  }
  // The same person by another process, which may have been killed. One who was there twice is
  // there once now.
  for (const auto& other : {older, room->people.take_over(mark)}) {
    if (!other.has_value()) continue;
    if (was.has_value()) tell(*room, entry.room, Left{*was});
    was = other;
  }
  const std::string nick = room->people.free_nick(entry.nick, member);
  if (!was.has_value()) {
    tell(*room, entry.room, Joined{nick});
  } else if (*was != nick) {
    tell(*room, entry.room, Renamed{*was, nick});
  }
  if (!face.seat(entry.room, member)) {
    tell(*room, entry.room, Left{nick});
    if (was.has_value()) packets.push_back(change_in(entry.room, *was));
    remove_if_unused(entry.room);
    return Error{"#" + entry.room + " is full"};
  }
  room->people.add(member, {nick, &face, mark});
  const Packet change =
      change_in(entry.room, was.has_value() && *was != nick ? *was : "", Person{nick, mark});
  seats_[member] = Seat{entry.room, nick, mark, &face, {}, std::get<PresenceChange>(change).at};
  if (!mark.empty()) marks_[mark] = member;
  packets.push_back(change);
  return Welcome{.room = entry.room,
                 .nick = nick,
                 .people = room->people.nicks(),
                 .replay = room->log.after(entry.seen ? &*entry.seen : nullptr, options_.log),
                 .log = options_.log,
                 .condition = condition_};
}

std::optional<std::string> Hall::leave_for(MemberId old, const std::string& room,
                                           std::vector<Packet>& packets) {
  const auto seat = seats_.find(old);
  if (seat == seats_.end()) return std::nullopt;
  if (seat->second.room == room) return unseat(old)->nick;
  remove(old, packets);
  return std::nullopt;
}

std::optional<std::string> Hall::end_older(const std::string& mark, const std::string& room,
                                           std::vector<Packet>& packets) {
  const auto older = marks_.find(mark);
  if (older == marks_.end()) return std::nullopt;
  const MemberId ghost = older->second;
  Face& its_face = *seats_.at(ghost).face;
  auto nick = leave_for(ghost, room, packets);
  its_face.replaced(ghost);
  return nick;
}

void Hall::leave(MemberId member) {
  std::vector<Packet> packets;
  {
    const std::lock_guard lock(mutex_);
    remove(member, packets);
  }
  post(packets);
}

std::optional<Hall::Seat> Hall::unseat(MemberId member) {
  const auto found = seats_.find(member);
  if (found == seats_.end()) return std::nullopt;
  Seat seat = std::move(found->second);
  seats_.erase(found);
  if (!seat.mark.empty()) marks_.erase(seat.mark);
  seat.face->unseat(seat.room, member);
  find_room(seat.room)->people.remove(member);
  return seat;
}

void Hall::remove(MemberId member, std::vector<Packet>& packets) {
  const auto seat = unseat(member);
  if (!seat.has_value()) return;
  tell(*find_room(seat->room), seat->room, Left{seat->nick});
  packets.push_back(change_in(seat->room, seat->nick));
  remove_if_unused(seat->room);
}

// --- what people do ----------------------------------------------------------------------------

Result<SayResult> Hall::say(MemberId member, std::string_view text, std::string_view id) {
  Message message;
  message.text = clean_text(text);
  const Limits& limits = options_.limits;
  if (message.text.empty()) return Error{"there is nothing to see in it"};
  if (count_characters(message.text) > limits.message) {
    return Error{"a message has at most " + std::to_string(limits.message) + " characters"};
  }
  if (static_cast<std::size_t>(std::count(message.text.begin(), message.text.end(), '\n')) >=
      limits.message_lines) {
    return Error{"a message has at most " + std::to_string(limits.message_lines) + " lines"};
  }
  if (!id.empty() && !is_id(id)) return Error{"an id has 8 to 64 letters, digits, '-' or '_'"};
  message.id = id.empty() ? random_id() : std::string(id);
  message.at = options_.wall_clock();
  {
    const std::lock_guard lock(mutex_);
    const auto seat = seats_.find(member);
    if (seat == seats_.end()) return not_in_a_room();
    message.room = seat->second.room;
    message.nick = seat->second.nick;
    seat->second.typed = {};
    if (find_room(message.room)->log.knows(message.id)) return SayResult::known;
  }
  options_.post(message);
  return SayResult::sent;
}

Result<std::string> Hall::rename(MemberId member, std::string_view wanted) {
  const std::string nick = clean_nick(wanted);
  if (Status named = check_name("a nickname", nick, options_.limits.nick); !named.ok()) {
    return named.error();
  }
  std::vector<Packet> packets;
  {
    const std::lock_guard lock(mutex_);
    const auto seat = seats_.find(member);
    if (seat == seats_.end()) return not_in_a_room();
    Room& room = *find_room(seat->second.room);
    if (room.people.taken(nick, member)) return Error{nick + " is taken in #" + seat->second.room};
    const std::string before = std::exchange(seat->second.nick, nick);
    if (before == nick) return nick;
    room.people.rename(member, nick);
    tell(room, seat->second.room, Renamed{before, nick});
    packets.push_back(change_in(seat->second.room, before, Person{nick, seat->second.mark}));
  }
  post(packets);
  return nick;
}

void Hall::typing(MemberId member) {
  std::vector<Packet> packets;
  {
    const std::lock_guard lock(mutex_);
    const auto found = seats_.find(member);
    if (found == seats_.end()) return;
    Seat& seat = found->second;
    const TimePoint now = options_.clock();
    if (seat.typed != TimePoint{} && now < later(seat.typed, options_.limits.typing_every)) return;
    seat.typed = now;
    tell(*find_room(seat.room), seat.room, Typing{seat.nick});
    packets.emplace_back(TypingNotice{options_.process, seat.room, seat.nick});
  }
  post(packets);
}

Result<std::vector<std::string>> Hall::people(MemberId member) const {
  const std::lock_guard lock(mutex_);
  const auto seat = seats_.find(member);
  if (seat == seats_.end()) return not_in_a_room();
  return rooms_.find(seat->second.room)->second.people.nicks();
}

std::vector<RoomSummary> Hall::rooms() const {
  std::vector<RoomSummary> all;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, room] : rooms_) all.push_back({name, room.people.size()});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const RoomSummary& a, const RoomSummary& b) { return a.people > b.people; });
  return all;
}

HallStats Hall::stats() const {
  const std::lock_guard lock(mutex_);
  HallStats stats{.rooms = rooms_.size(),
                  .messages = heard_,
                  .processes = heard_of_.size(),
                  .condition = condition_};
  for (const auto& [name, room] : rooms_) {
    stats.people_here += room.people.here().size();
    stats.people_elsewhere += room.people.size() - room.people.here().size();
    stats.kept += room.log.messages().size();
  }
  return stats;
}

// --- rooms -------------------------------------------------------------------------------------

Hall::Room* Hall::find_room(std::string_view name) {
  const auto room = rooms_.find(name);
  return room == rooms_.end() ? nullptr : &room->second;
}

Hall::Room* Hall::make_room(const std::string& name) {
  if (Room* room = find_room(name)) return room;
  if (rooms_.size() >= options_.limits.rooms) {
    const auto silence = [](const auto& entry) {
      const auto& [named, room] = entry;
      return std::pair(!room.people.empty(),
                       room.log.messages().empty() ? 0 : room.log.messages().back().at);
    };
    const auto oldest =
        std::min_element(rooms_.begin(), rooms_.end(),
                         [&](const auto& a, const auto& b) { return silence(a) < silence(b); });
    if (!oldest->second.people.empty()) return nullptr;
    rooms_.erase(oldest);
  }
  return &rooms_.try_emplace(name, options_.limits).first->second;
}

void Hall::remove_if_unused(const std::string& name) {
  const auto room = rooms_.find(name);
  if (room == rooms_.end()) return;
  if (room->second.people.empty() && room->second.log.messages().empty()) rooms_.erase(room);
}

void Hall::tell(const Room& room, const std::string& name, const Event& event) {
  // A room has people of two or three faces; each tells all of its own.
  std::vector<Face*> told;
  for (const auto& [id, member] : room.people.here()) {
    if (std::find(told.begin(), told.end(), member.face) != told.end()) continue;
    told.push_back(member.face);
    member.face->tell(name, event);
  }
}

void Hall::tell_all(const Event& event) {
  for (const auto& [name, room] : rooms_) tell(room, name, event);
}

}  // namespace weir::chat
