// People: who is in a room, in this process and in others. A value; no thread, no socket.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "chat/face.hpp"

namespace weir::chat {

/// Somebody, as processes tell each other.
struct Person {
  std::string nick;
  /// What two connections of one person have in common (mark_of()); empty where there is nothing.
  std::string mark{};
};

/// Of a key, which is a secret of its person: a digest that says nothing of it.
[[nodiscard]] std::string mark_of(std::string_view key);

class People {
 public:
  /// Of one room in one other process; more are not shown.
  static constexpr std::size_t most_elsewhere = 10'000;

  struct Member {
    std::string nick;
    Face* face;
    std::string mark{};
  };

  void add(MemberId id, Member member);
  void remove(MemberId id);
  void rename(MemberId id, std::string nick);

  /// What other processes say of those who are there. False when that was known.
  bool add_elsewhere(std::string_view process, const Person& person);
  bool remove_elsewhere(std::string_view process, std::string_view nick);
  /// Who came by another process with that mark is there no more: answers the nickname.
  std::optional<std::string> take_over(std::string_view mark, std::string_view but_not_from = {});

  [[nodiscard]] const std::map<MemberId, Member>& here() const { return here_; }
  [[nodiscard]] std::vector<Person> people_here() const;
  [[nodiscard]] std::set<std::string> nicks_at(std::string_view process) const;
  /// Here and elsewhere, sorted as a person would.
  [[nodiscard]] std::vector<std::string> nicks() const;
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool empty() const { return here_.empty() && elsewhere_.empty(); }
  /// By somebody else than `but`.
  [[nodiscard]] bool taken(std::string_view nick, MemberId but) const;
  /// `nick`, or, when that is taken, "nick 2", "nick 3", ...
  [[nodiscard]] std::string free_nick(const std::string& nick, MemberId who) const;

 private:
  std::map<MemberId, Member> here_;
  /// process -> nickname -> mark
  std::map<std::string, std::map<std::string, std::string, std::less<>>, std::less<>> elsewhere_;
};

}  // namespace weir::chat
