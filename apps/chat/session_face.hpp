// SessionFace: a face whose people are sessions of a server; one encoding of an event for all of a
// room (weir/session/groups.hpp). Derived: what an event is in text.
//
// Who does not read is ended by the group, with slow_consumer.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "chat/face.hpp"
#include "chat/limits.hpp"
#include "weir/session/groups.hpp"
#include "weir/session/session.hpp"

namespace weir::chat {

class SessionFace : public Face {
 public:
  explicit SessionFace(const Limits& limits)
      : groups_({.names = limits.rooms,
                 .name_length = 4 * limits.room_name,
                 .members = limits.members}) {}

  bool seat(std::string_view room, MemberId member) override;
  void unseat(std::string_view room, MemberId member) override;
  void tell(std::string_view room, const Event& event) override;
  void replaced(MemberId member) override;

 protected:
  /// From on_open to on_close; its id is the member's.
  void add(const Session& session);
  void remove(const Session& session);

 private:
  /// Appends messages in the face's framing; none: it does not tell this.
  virtual void write(std::string_view room, const Event& event,
                     std::vector<std::string>& messages) const = 0;
  [[nodiscard]] virtual std::string replaced_text() const = 0;
  [[nodiscard]] Session find(MemberId member) const;

  Groups groups_;
  mutable std::mutex mutex_;
  std::unordered_map<MemberId, Session> sessions_;
};

}  // namespace weir::chat
