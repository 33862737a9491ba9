#include "chat/people.hpp"

#include <algorithm>
#include <utility>

#include "chat/text.hpp"

namespace weir::chat {

void People::add(MemberId id, Member member) { here_.insert_or_assign(id, std::move(member)); }

void People::remove(MemberId id) { here_.erase(id); }

void People::rename(MemberId id, std::string nick) { here_.at(id).nick = std::move(nick); }

void People::set_elsewhere(std::string_view process, std::vector<std::string> nicks) {
  const auto place = elsewhere_.find(process);
  if (place != elsewhere_.end()) elsewhere_.erase(place);
  if (nicks.empty()) return;
  elsewhere_.emplace(process, std::set<std::string>(nicks.begin(), nicks.end()));
}

std::vector<std::string> People::nicks_here() const {
  std::vector<std::string> nicks;
  nicks.reserve(here_.size());
  for (const auto& [id, member] : here_) nicks.push_back(member.nick);
  return nicks;
}

std::set<std::string> People::nicks_at(std::string_view process) const {
  const auto place = elsewhere_.find(process);
  return place == elsewhere_.end() ? std::set<std::string>() : place->second;
}

std::vector<std::string> People::nicks() const {
  std::vector<std::string> all = nicks_here();
  for (const auto& [process, nicks] : elsewhere_) all.insert(all.end(), nicks.begin(), nicks.end());
  std::sort(all.begin(), all.end(), [](const std::string& a, const std::string& b) {
    return std::pair(name_key(a), a) < std::pair(name_key(b), b);
  });
  return all;
}

std::size_t People::size() const {
  std::size_t count = here_.size();
  for (const auto& [process, nicks] : elsewhere_) count += nicks.size();
  return count;
}

bool People::taken(std::string_view nick, MemberId but) const {
  const std::string key = name_key(nick);
  for (const auto& [id, member] : here_) {
    if (id != but && name_key(member.nick) == key) return true;
  }
  return std::any_of(elsewhere_.begin(), elsewhere_.end(), [&](const auto& process) {
    return std::any_of(process.second.begin(), process.second.end(),
                       [&](const std::string& other) { return name_key(other) == key; });
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
