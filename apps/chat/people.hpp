// People: who is in a room, in this process and in others. A value; no thread, no socket.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "chat/face.hpp"

namespace weir::chat {

class People {
 public:
  struct Member {
    std::string nick;
    Face* face;
  };

  void add(MemberId id, Member member);
  void remove(MemberId id);
  void rename(MemberId id, std::string nick);

  /// What another process says of those who are there; empty: nobody.
  void set_elsewhere(std::string_view process, std::vector<std::string> nicks);

  [[nodiscard]] const std::map<MemberId, Member>& here() const { return here_; }
  [[nodiscard]] std::vector<std::string> nicks_here() const;
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
  std::map<std::string, std::set<std::string>, std::less<>> elsewhere_;
};

}  // namespace weir::chat
