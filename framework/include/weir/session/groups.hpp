// Groups: groups by name, made when the first member comes and gone with the last. Layer: session.
//
//     groups.add("lobby", session);
//     groups.send("lobby", "hello");
//
// Threads: everything from any thread, as in Group.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "weir/core/task.hpp"
#include "weir/session/group.hpp"

namespace weir {

struct GroupsOptions {
  /// Names that have a member; one more is refused with AddResult::names_full.
  std::size_t names = 10'000;
  /// Bytes of a name.
  std::size_t name_length = 256;
  /// Of each group, as in GroupOptions.
  std::size_t members = 100'000;
  std::size_t max_behind = 8 * 1024 * 1024;
  std::size_t high_watermark = 256 * 1024;
  /// As in GroupOptions, with the name of the group. Not called at the same time for two names.
  UniqueFunction<void(std::string_view)> on_drained{};
};

class Groups {
 public:
  explicit Groups(GroupsOptions options = {});
  ~Groups();
  Groups(const Groups&) = delete;
  Groups& operator=(const Groups&) = delete;

  AddResult add(std::string_view name, const Session& session);
  /// False when it was no member.
  bool remove(std::string_view name, const Session& session);
  /// To the members of `name`, as Group::send(); rejected where there are none.
  SendResult send(std::string_view name, std::string_view message);
  /// 0 for a name that nobody has.
  [[nodiscard]] std::size_t size(std::string_view name) const;
  /// Names that have a member.
  [[nodiscard]] std::size_t names() const;

 private:
  class Table;
  std::shared_ptr<Table> table_;
};

}  // namespace weir
