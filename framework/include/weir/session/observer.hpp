// SessionObserver: told once when a connection has ended, and when a slow one is no longer slow.
// Layer: session.
// For what belongs to a connection and is not its protocol: a call that is out, a place in a group.
//
// Threads: the connection's loop's alone. Embedded in its owner; leaves the list when destroyed.
#pragma once

namespace weir {

class Session;
struct SessionState;

class SessionObserver {
 public:
  SessionObserver() = default;
  SessionObserver(const SessionObserver&) = delete;
  SessionObserver& operator=(const SessionObserver&) = delete;

  /// False when the connection has ended already, and nothing will be told.
  bool observe(const Session& session);
  void unobserve();
  [[nodiscard]] bool observing() const { return previous_ != nullptr; }

 protected:
  virtual ~SessionObserver() { unobserve(); }

 private:
  friend struct SessionState;
  /// After Protocol::on_close. It observes no longer, and may be destroyed in this call.
  virtual void on_session_end() = 0;
  /// What waited for the peer has fallen to the low watermark after it had reached the high one.
  /// In this call nobody begins or ends to observe.
  virtual void on_session_drained() {}

  SessionObserver** previous_ = nullptr;  // what points here
  SessionObserver* next_ = nullptr;
};

}  // namespace weir
