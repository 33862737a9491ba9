#include "chat/people.hpp"

#include <algorithm>
#include <utility>

#include "chat/text.hpp"
#include "weir/websocket/handshake.hpp"

namespace weir::chat {

std::string mark_of(std::string_view key) {
  return key.empty() ? std::string() : websocket::accept_key(key);
}

void People::add(MemberId id, Member member) { here_.insert_or_assign(id, std::move(member)); }

void People::remove(MemberId id) { here_.erase(id); }

void People::rename(MemberId id, std::string nick) { here_.at(id).nick = std::move(nick); }

bool People::add_elsewhere(std::string_view process, const Person& person) {
  auto place = elsewhere_.find(process);
  if (place == elsewhere_.end()) place = elsewhere_.try_emplace(std::string(process)).first;
  if (place->second.size() >= most_elsewhere && !place->second.contains(person.nick)) return false;
  return place->second.insert_or_assign(person.nick, person.mark).second;
}

bool People::remove_elsewhere(std::string_view process, std::string_view nick) {
  const auto place = elsewhere_.find(process);
  if (place == elsewhere_.end()) return false;
  const auto found = place->second.find(nick);
  if (found == place->second.end()) return false;
  place->second.erase(found);
  if (place->second.empty()) elsewhere_.erase(place);
  return true;
}

std::optional<std::string> People::take_over(std::string_view mark, std::string_view but_not_from) {
  if (mark.empty()) return std::nullopt;
  for (const auto& [process, people] : elsewhere_) {
    if (process == but_not_from) continue;
    for (const auto& [nick, its_mark] : people) {
      if (its_mark != mark) continue;
      std::string was = nick;
      remove_elsewhere(std::string(process), was);
      return was;
    }
  }
  return std::nullopt;
}

std::vector<Person> People::people_here() const {
  std::vector<Person> people;
  people.reserve(here_.size());
  for (const auto& [id, member] : here_) people.push_back({member.nick, member.mark});
  return people;
}

std::set<std::string> People::nicks_at(std::string_view process) const {
  const auto place = elsewhere_.find(process);
  std::set<std::string> nicks;
  if (place == elsewhere_.end()) return nicks;
  for (const auto& [nick, mark] : place->second) nicks.insert(nick);
  return nicks;
}

std::vector<std::string> People::nicks() const {
  std::vector<std::string> all;
  all.reserve(size());
  for (const auto& [id, member] : here_) all.push_back(member.nick);
  for (const auto& [process, people] : elsewhere_) {
    for (const auto& [nick, mark] : people) all.push_back(nick);
  }
  std::sort(all.begin(), all.end(), [](const std::string& a, const std::string& b) {
    return std::pair(name_key(a), a) < std::pair(name_key(b), b);
  });
  return all;
}

std::size_t People::size() const {
  std::size_t count = here_.size();
  for (const auto& [process, people] : elsewhere_) count += people.size();
  return count;
}

bool People::taken(std::string_view nick, MemberId but) const {
  const std::string key = name_key(nick);
  for (const auto& [id, member] : here_) {
    if (id != but && name_key(member.nick) == key) return true;
  }
  return std::any_of(elsewhere_.begin(), elsewhere_.end(), [&](const auto& process) {
    return std::any_of(process.second.begin(), process.second.end(),
                       [&](const auto& other) { return name_key(other.first) == key; });
  });
}

std::string People::free_nick(const std::string& nick, MemberId who) const {
  std::string candidate = nick;
  for (std::size_t number = 2; taken(candidate, who); ++number) {
    candidate = nick + " " + std::to_string(number);
  }
  return candidate;
}

}  // namespace weir::chat
