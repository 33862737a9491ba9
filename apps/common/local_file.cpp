#include "common/local_file.hpp"

#include <grp.h>
#include <pwd.h>

#include <charconv>
#include <string>

namespace weir::app {

namespace {

template <class Number>
bool parse_whole(std::string_view text, Number& number, int base = 10) {
  const auto* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number, base);
  return error == std::errc() && stopped == end;
}

/// The id of a name that `look_up` knows, or of a number.
template <class LookUp>
Status store_id(std::string_view text, const char* what, LookUp look_up,
                std::optional<std::uint32_t>& into) {
  if (text.empty()) return {};
  std::uint32_t id = 0;
  if (!parse_whole(text, id) && !look_up(std::string(text), id)) {
    return Error{"expected the name or the number of a " + std::string(what)};
  }
  into = id;
  return {};
}

bool find_user(const std::string& name, std::uint32_t& id) {
  const passwd* found = ::getpwnam(name.c_str());  // at start there is one thread
  if (found != nullptr) id = found->pw_uid;
  return found != nullptr;
}

bool find_group(const std::string& name, std::uint32_t& id) {
  const group* found = ::getgrnam(name.c_str());
  if (found != nullptr) id = found->gr_gid;
  return found != nullptr;
}

}  // namespace

Status store_mode(std::string_view text, LocalFileOptions& into) {
  if (text.empty()) return {};
  std::uint32_t mode = 0;
  if (!parse_whole(text, mode, 8) || mode > 0777) {
    return Error{"expected an octal number from 0 to 777, such as 660"};
  }
  into.mode = mode;
  return {};
}

Status store_owner(std::string_view text, LocalFileOptions& into) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  Status user = store_id(text.substr(0, colon), "user", find_user, into.user);
  if (!user.ok() || colon == text.size()) return user;
  return store_id(text.substr(colon + 1), "group", find_group, into.group);
}

}  // namespace weir::app
