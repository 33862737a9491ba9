#include "weir/session/observer.hpp"

#include "session/session_state.hpp"
#include "weir/session/session.hpp"

namespace weir {

bool SessionObserver::observe(const Session& session) {
  unobserve();
  SessionState* state = session.state();
  if (state == nullptr || state->connection == nullptr) return false;
  next_ = state->observers;
  if (next_ != nullptr) next_->previous_ = &next_;
  previous_ = &state->observers;
  state->observers = this;
  return true;
}

void SessionObserver::unobserve() {
  if (previous_ == nullptr) return;
  *previous_ = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
  previous_ = nullptr;
  next_ = nullptr;
}

void SessionState::tell_observers() {
  // One at a time from the front: what is told may make others leave.
  while (observers != nullptr) {
    SessionObserver& observer = *observers;
    observer.unobserve();
    observer.on_session_end();
  }
}

void SessionState::tell_drained() const {
  for (SessionObserver* each = observers; each != nullptr; each = each->next_) {
    each->on_session_drained();
  }
}

}  // namespace weir
