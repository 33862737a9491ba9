// PerSession: one T for each session of a server, made when it opens. Layer: session.
//
//     struct User { std::string name; };
//     auto users = server.session<User>();                    // before start()
//     server.listen(..., [users](std::string_view line, weir::Session& session) {
//       users[session].name = line;
//     });
//
// A T is made before on_open, from nothing or from a const Session&, and destroyed once: after
// on_close, and after the session has left its groups. What its constructor throws ends the
// connection with handler_failed, before on_open and without on_close. Where there are several,
// they are made in the order of the calls and destroyed in the opposite one, so a later T may use
// the earlier ones.
//
// Threads: a T belongs to the thread of its session's loop and needs no lock. The PerSession itself
// may be copied and used on all of them, and may outlive the server.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "weir/session/session.hpp"

namespace weir {

/// How one kind of state is made and destroyed.
struct SessionType {
  void* (*make)(const Session& session);
  void (*destroy)(void* value);

  template <class T>
  static SessionType of() {
    static_assert(std::is_constructible_v<T, const Session&> || std::is_default_constructible_v<T>,
                  "weir: a session's state is made from a const Session& or from nothing");
    return {[](const Session& session) -> void* {
              if constexpr (std::is_constructible_v<T, const Session&>) {
                return new T(session);
              } else {
                return new T();
              }
            },
            [](void* value) { delete static_cast<T*>(value); }};
  }
};

/// All that the sessions of one server have. Not changed once it serves.
using SessionTypes = std::vector<SessionType>;

/// What one session has: what was made of its types so far. Its loop's thread.
class SessionValues {
 public:
  explicit SessionValues(const SessionTypes& types) : types_(types) {}
  ~SessionValues() { destroy(); }
  SessionValues(const SessionValues&) = delete;
  SessionValues& operator=(const SessionValues&) = delete;

  /// Throws what a constructor throws.
  void make(const Session& session);
  /// The last one first. Those that are left are found meanwhile.
  void destroy();
  /// nullptr for the types of another server, and for one that is not made yet or any more.
  [[nodiscard]] void* find(const SessionTypes& types, std::size_t place) const;

 private:
  const SessionTypes& types_;
  std::vector<void*> values_;
};

/// nullptr where find() is.
[[nodiscard]] void* find_session_value(const Session& session, const SessionTypes& types,
                                       std::size_t place);
/// Throws std::logic_error that says why there is none.
[[nodiscard]] void* get_session_value(const Session& session, const SessionTypes& types,
                                      std::size_t place);

template <class T>
class PerSession {
 public:
  /// The server's, which keeps `types`.
  PerSession(std::shared_ptr<const SessionTypes> types, std::size_t place)
      : types_(std::move(types)), place_(place) {}

  /// On the thread of the session's loop, while it is open or in on_close. Throws std::logic_error
  /// elsewhere, after it, and for a session of another server.
  [[nodiscard]] T& operator[](const Session& session) const {
    return *static_cast<T*>(get_session_value(session, *types_, place_));
  }
  /// The same, but nullptr.
  [[nodiscard]] T* find(const Session& session) const {
    return static_cast<T*>(find_session_value(session, *types_, place_));
  }

 private:
  std::shared_ptr<const SessionTypes> types_;
  std::size_t place_;
};

}  // namespace weir
