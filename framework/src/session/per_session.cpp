#include "weir/session/per_session.hpp"

#include <stdexcept>

#include "session/session_state.hpp"

namespace weir {

void SessionValues::make(const Session& session) {
  values_.reserve(types_.size());
  for (const SessionType& type : types_) values_.push_back(type.make(session));
}

void SessionValues::destroy() {
  while (!values_.empty()) {
    void* const last = values_.back();
    values_.pop_back();
    types_[values_.size()].destroy(last);
  }
}

void* SessionValues::find(const SessionTypes& types, std::size_t place) const {
  return &types == &types_ && place < values_.size() ? values_[place] : nullptr;
}

void* find_session_value(const Session& session, const SessionTypes& types, std::size_t place) {
  const SessionState* state = session.state();
  if (state == nullptr || !state->mailbox->on_loop_thread() || state->values == nullptr) {
    return nullptr;
  }
  return state->values->find(types, place);
}

void* get_session_value(const Session& session, const SessionTypes& types, std::size_t place) {
  if (void* found = find_session_value(session, types, place)) return found;
  const SessionState* state = session.state();
  if (state == nullptr) throw std::logic_error("no session: it has no state");
  if (!state->mailbox->on_loop_thread()) {
    throw std::logic_error("a session's state is asked for on another thread than its loop's");
  }
  throw std::logic_error(state->values == nullptr
                             ? "the session has no state: it has ended, or its server has none"
                             : "the session has no such state: it is another server's, or it is "
                               "not made yet");
}

}  // namespace weir
