// Browsers: the hall for the page, over WebSocket, in JSON; a message each way is an object with
// "t", its kind (docs/chat.md has them all).
//
//     page -> hello {room, nick, key, seen}    say {id, text}    typing    nick    rooms    ping
//     page <- welcome    said    joined, left, renamed    typing    known    refused    rooms ...
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "chat/hall.hpp"
#include "chat/session_face.hpp"
#include "chat/token_bucket.hpp"
#include "weir/service/server.hpp"
#include "weir/web/router.hpp"

namespace weir::chat {

class Browsers final : public SessionFace {
 public:
  Browsers(Hall& hall, const Limits& limits) : SessionFace(limits), hall_(hall), limits_(limits) {}

  /// The page at "/", its parts, and the WebSocket at "/chat", for pages of this server alone.
  /// Before the server starts; this and the hall outlive it.
  [[nodiscard]] http::Router routes(Server& server);

 private:
  struct Guest {
    explicit Guest(const Limits& limits)
        : messages(limits.messages_per_second, limits.messages_at_once),
          requests(limits.requests_per_second, limits.requests_at_once) {}
    TokenBucket messages;
    TokenBucket requests;
  };
  struct Request;

  void take(std::string_view text, Session& session, Guest& guest);
  void enter(const Request& request, Session& session);
  void say(const Request& request, Session& session, Guest& guest);
  void rename(const Request& request, Session& session);
  void list_rooms(Session& session) const;

  void write(std::string_view room, const Event& event,
             std::vector<std::string>& messages) const override;
  [[nodiscard]] std::string replaced_text() const override;

  Hall& hall_;
  const Limits& limits_;
};

}  // namespace weir::chat
