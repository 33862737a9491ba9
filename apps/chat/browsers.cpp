#include "chat/browsers.hpp"

#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <utility>

#include "chat/page.hpp"
#include "chat/text.hpp"
#include "weir/framing/json.hpp"
#include "weir/web/websocket.hpp"

namespace weir::chat {

using nlohmann::json;

/// What a page has sent.
struct Browsers::Request {
  json value;

  /// Empty where there is no such text.
  [[nodiscard]] std::string text(const char* name) const {
    const auto found = value.find(name);
    return found != value.end() && found->is_string() ? found->get<std::string>() : std::string();
  }
  [[nodiscard]] std::optional<Cursor> seen() const {
    const auto found = value.find("seen");
    if (found == value.end() || !found->is_object()) return std::nullopt;
    const Request inner{*found};
    const auto seq = found->find("seq");
    if (seq == found->end() || !seq->is_number_unsigned()) return std::nullopt;
    return Cursor{inner.text("log"), seq->get<std::uint64_t>(), inner.text("id")};
  }
};

namespace {

/// What a message may be in JSON: six bytes for each that is escaped.
constexpr std::size_t most_bytes = 64 * 1024;
constexpr std::size_t longest_key = 64;
constexpr double cost_of_entering = 10;

json value_of(const Message& message) {
  return {{"t", "said"},          {"room", message.room}, {"seq", message.seq}, {"id", message.id},
          {"nick", message.nick}, {"text", message.text}, {"at", message.at}};
}

json value_of(const Condition& condition) {
  return {{"bus", condition.bus}, {"history", condition.history}};
}

/// Why `session` did not get what it asked for.
void refuse(Session& session, const std::string& id, const std::string& why,
            std::int64_t retry_ms = 0) {
  json value = {{"t", "refused"}, {"why", why}};
  if (!id.empty()) value["id"] = id;
  if (retry_ms > 0) value["retry"] = retry_ms;
  session.send(value.dump());
}

struct Writer {
  std::string_view room;

  json operator()(const Said& said) const { return value_of(said.message); }
  json operator()(const Joined& joined) const {
    return {{"t", "joined"}, {"room", room}, {"nick", joined.nick}};
  }
  json operator()(const Left& left) const {
    return {{"t", "left"}, {"room", room}, {"nick", left.nick}};
  }
  json operator()(const Renamed& renamed) const {
    return {{"t", "renamed"}, {"room", room}, {"from", renamed.from}, {"to", renamed.to}};
  }
  json operator()(const Typing& typing) const {
    return {{"t", "typing"}, {"room", room}, {"nick", typing.nick}};
  }
  json operator()(const ConditionChanged& changed) const {
    return {{"t", "condition"}, {"room", room}, {"condition", value_of(changed.now)}};
  }
  json operator()(const Lost& lost) const {
    return {{"t", "lost"}, {"room", room}, {"messages", lost.messages}};
  }
};

/// No other host, no inline script or style, in no frame.
constexpr std::string_view policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

constexpr std::string_view javascript = "text/javascript; charset=utf-8";

/// Answers with a part of the page, which changes with the program alone.
auto part(std::string_view content_type, std::string_view body) {
  const std::size_t version = std::hash<std::string_view>()(body);
  return [response =
              http::Response{.content_type = std::string(content_type), .body = std::string(body)}
                  .with("Content-Security-Policy", std::string(policy))
                  .with("X-Content-Type-Options", "nosniff")
                  .with("Referrer-Policy", "no-referrer")
                  .with("Cache-Control", "no-cache")
                  .with("ETag", '"' + std::to_string(version) + '"')](
             const http::Request& request) { return http::conditional(request, response); };
}

}  // namespace

http::Router Browsers::routes(Server& server) {
  http::Router routes;
  routes.get("/", part("text/html; charset=utf-8", page::html()));
  routes.get("/chat.css", part("text/css; charset=utf-8", page::style()));

  routes.get("/chat.js", part(javascript, page::script()));
  routes.get("/link.js", part(javascript, page::link()));
  routes.get("/view.js", part(javascript, page::view()));
  routes.get("/icon.svg", part("image/svg+xml", page::icon()));

  const auto guests = server.session<std::unique_ptr<Guest>>();
  Hooks hooks;
  hooks.on_open = [this, guests](Session& session) {
    guests[session] = std::make_unique<Guest>(limits_);
    add(session);
  };
  hooks.on_close = [this](Session& session, CloseReason) {
    hall_.leave(session.id());
    remove(session);
  };
  http::WebSocketOptions options;
  options.limits.message_bytes = most_bytes;
  routes.get("/chat", http::websocket(
                          [this, guests](std::string_view text, Session& session) {
                            take(text, session, *guests[session]);
                          },
                          std::move(hooks), std::move(options)));
  return routes;
}

void Browsers::take(std::string_view text, Session& session, Guest& guest) {
  auto parsed = parse_json(text, {.depth = 4});
  if (!parsed.ok() || !parsed.value().is_object()) return session.close();
  const Request request{parsed.take()};
  const std::string kind = request.text("t");
  const TimePoint now = std::chrono::steady_clock::now();
  const double cost = kind == "hello" ? cost_of_entering : 1;
  if (!guest.requests.take(now, cost)) {
    const bool names = kind == "hello" || kind == "nick";
    refuse(session, names ? kind : request.text("id"), "too fast",
           guest.requests.wait(cost).count());
  } else if (kind == "hello") {
    enter(request, session);
  } else if (kind == "say") {
    say(request, session, guest);
  } else if (kind == "typing") {
    hall_.typing(session.id());
  } else if (kind == "nick") {
    rename(request, session);
  } else if (kind == "rooms") {
    list_rooms(session);
  } else if (kind == "ping") {
    session.send(R"({"t":"pong"})");
  } else {
    refuse(session, "", "no such request");
  }
}

void Browsers::enter(const Request& request, Session& session) {
  std::string key = request.text("key");
  if (!is_id(key) || key.size() > longest_key) key.clear();
  auto entered = hall_.enter(session.id(), *this,
                             {.room = request.text("room"),
                              .nick = request.text("nick"),
                              .key = std::move(key),
                              .seen = request.seen()});
  if (!entered.ok()) return refuse(session, "hello", entered.error().message);
  const Welcome& welcome = entered.value();
  json messages = json::array();
  for (const Message& message : welcome.replay.messages) messages.push_back(value_of(message));
  const json value = {{"t", "welcome"},
                      {"room", welcome.room},
                      {"nick", welcome.nick},
                      {"people", welcome.people},
                      {"log", welcome.log},
                      {"messages", std::move(messages)},
                      {"missed", welcome.replay.missed},
                      {"whole", welcome.replay.whole},
                      {"longest", limits_.message},
                      {"condition", value_of(welcome.condition)}};
  session.send(value.dump());
}

void Browsers::say(const Request& request, Session& session, Guest& guest) {
  const std::string id = request.text("id");
  if (!guest.messages.take(std::chrono::steady_clock::now())) {
    return refuse(session, id, "too fast", guest.messages.wait().count());
  }
  const auto said = hall_.say(session.id(), request.text("text"), id);
  if (!said.ok()) return refuse(session, id, said.error().message);
  if (said.value() == SayResult::known) {
    session.send(json{{"t", "known"}, {"id", id}}.dump());
  }
}

void Browsers::rename(const Request& request, Session& session) {
  const auto renamed = hall_.rename(session.id(), request.text("nick"));
  if (!renamed.ok()) return refuse(session, "nick", renamed.error().message);
  session.send(json{{"t", "named"}, {"nick", renamed.value()}}.dump());
}

void Browsers::list_rooms(Session& session) const {
  json rooms = json::array();
  for (const RoomSummary& room : hall_.rooms()) {
    rooms.push_back({{"name", room.name}, {"people", room.people}});
  }
  session.send(json{{"t", "rooms"}, {"rooms", std::move(rooms)}}.dump());
}

void Browsers::write(std::string_view room, const Event& event,
                     std::vector<std::string>& messages) const {
  messages.push_back(std::visit(Writer{room}, event).dump());
}

std::string Browsers::replaced_text() const { return R"({"t":"replaced"})"; }

}  // namespace weir::chat
