#include "chat/session_face.hpp"

namespace weir::chat {

bool SessionFace::seat(std::string_view room, MemberId member) {
  const AddResult added = groups_.add(room, find(member));
  return added == AddResult::added || added == AddResult::already;
}

void SessionFace::unseat(std::string_view room, MemberId member) {
  groups_.remove(room, find(member));
}

void SessionFace::tell(std::string_view room, const Event& event) {
  std::vector<std::string> messages;
  write(room, event, messages);
  for (const std::string& message : messages) groups_.send(room, message);
}

void SessionFace::replaced(MemberId member) {
  Session session = find(member);
  session.send(replaced_text());
  session.close();
}

void SessionFace::add(const Session& session) {
  const std::lock_guard lock(mutex_);
  sessions_.emplace(session.id(), session);
}

void SessionFace::remove(const Session& session) {
  const std::lock_guard lock(mutex_);
  sessions_.erase(session.id());
}

Session SessionFace::find(MemberId member) const {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(member);
  return found == sessions_.end() ? Session() : found->second;
}

}  // namespace weir::chat
