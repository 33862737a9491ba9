// Terminals: the hall for people with nc. A line is a message, or a command that begins with '/'.
//
//     [09:41] anna: hello everybody          a message; its further lines stand below it
//     * bob has come                          what happens
//     > there is no command /foo              for this person alone
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "chat/hall.hpp"
#include "chat/session_face.hpp"
#include "chat/token_bucket.hpp"
#include "weir/framing/line.hpp"
#include "weir/service/server.hpp"

namespace weir::chat {

class Terminals final : public SessionFace {
 public:
  Terminals(Hall& hall, const Limits& limits) : SessionFace(limits), hall_(hall), limits_(limits) {}

  /// Before the server starts; this and the hall outlive it.
  Result<Endpoint> listen(Server& server, const std::string& endpoint,
                          const ListenerOptions& options);

 private:
  struct Guest {
    explicit Guest(const Limits& limits)
        : messages(limits.messages_per_second, limits.messages_at_once),
          requests(limits.requests_per_second, limits.requests_at_once) {}
    std::string nick{};
    std::string room{};
    bool first_line = true;  // is still to come
    TokenBucket messages;
    TokenBucket requests;
  };

  void open(Session& session, Guest& guest);
  void close(Session& session);
  void take(std::string_view line, Session& session, Guest& guest);
  void command(std::string_view line, Session& session, Guest& guest);
  void enter(std::string room, Session& session, Guest& guest);
  void rename(std::string_view nick, Session& session, Guest& guest);
  void say(std::string_view text, Session& session);
  void list_rooms(Session& session);
  void list_people(Session& session);

  void write(std::string_view room, const Event& event,
             std::vector<std::string>& lines) const override;
  [[nodiscard]] std::string replaced_text() const override;

  Hall& hall_;
  const Limits& limits_;
  std::atomic<std::uint64_t> guests_{0};  // for their first nicknames
};

/// What somebody is told who is not heard any more: at a drain, and after the idle deadline.
struct FarewellLines {
  std::string drained;
  std::string idle;
};
/// A protocol that says goodbye in a line of its own.
[[nodiscard]] std::unique_ptr<ProtocolFactory> with_farewell(std::unique_ptr<ProtocolFactory> inner,
                                                             FarewellLines lines);

/// "[09:41] anna: hello", and a line for each further one of the message. UTC.
[[nodiscard]] std::vector<std::string> lines_of(const Message& message);

}  // namespace weir::chat
