#include "chat/terminals.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <type_traits>
#include <utility>

#include "chat/text.hpp"
#include "weir/web/serve.hpp"

namespace weir::chat {

namespace {

/// Shown to who comes in; the rest of the history is for browsers.
constexpr std::size_t shown_history = 20;
constexpr std::size_t shown_names = 100;
/// A message of the longest, in bytes, and what a command adds.
constexpr std::size_t longest_line = 16 * 1024;

constexpr std::array help = {
    std::string_view("> What you type is said to everybody in the room. Commands:"),
    std::string_view(">   /join ROOM   go to another room"),
    std::string_view(">   /nick NAME   be called otherwise"),
    std::string_view(">   /who         who is here"),
    std::string_view(">   /rooms       which rooms there are"),
    std::string_view(">   /quit        leave"),
    std::string_view(">   //text       say something that begins with a slash"),
};

std::string time_of(std::int64_t at) {
  const auto seconds = static_cast<std::time_t>(at / 1000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 16> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%H:%M", &parts)};
}

std::string joined_by_commas(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), shown_names); ++i) {
    if (i != 0) text += ", ";
    text += names[i];
  }
  if (names.size() > shown_names) {
    text += " and " + std::to_string(names.size() - shown_names) + " more";
  }
  return text;
}

void describe(const Condition& now, const Condition& before, std::vector<std::string>& lines) {
  if (now.bus != before.bus) {
    lines.emplace_back(now.bus.empty()
                           ? "* other servers can be reached again"
                           : "* other servers cannot be reached: what you say gets there later");
  }
  if (now.history != before.history) {
    lines.emplace_back(now.history.empty() ? "* what is said is written to disk again"
                                           : "* what is said is not written to disk now");
  }
}

/// What a terminal shows of an event.
struct Writer {
  std::vector<std::string>& lines;

  void operator()(const Said& said) {
    for (std::string& line : lines_of(said.message)) lines.push_back(std::move(line));
  }
  void operator()(const Joined& joined) { lines.push_back("* " + joined.nick + " has come"); }
  void operator()(const Left& left) { lines.push_back("* " + left.nick + " has left"); }
  void operator()(const Renamed& renamed) {
    lines.push_back("* " + renamed.from + " is now " + renamed.to);
  }
  /// A line cannot be taken back.
  void operator()(const Typing&) const {}
  void operator()(const ConditionChanged& changed) { describe(changed.now, changed.before, lines); }
  void operator()(const Lost& lost) {
    lines.push_back(lost.messages == 0 ? "* messages of other servers may be missing"
                                       : "* missing: " + std::to_string(lost.messages) +
                                             " messages of other servers");
  }
};

/// "/join lobby" -> "join", "lobby"
std::pair<std::string_view, std::string_view> split(std::string_view line) {
  const std::size_t blank = line.find(' ');
  if (blank == std::string_view::npos) return {line.substr(1), {}};
  return {line.substr(1, blank - 1), line.substr(blank + 1)};
}

}  // namespace

std::vector<std::string> lines_of(const Message& message) {
  std::vector<std::string> lines;
  std::string_view rest = message.text;
  std::string front = "[" + time_of(message.at) + "] " + message.nick + ": ";
  for (;;) {
    const std::size_t end = rest.find('\n');
    lines.push_back(front + std::string(rest.substr(0, end)));
    if (end == std::string_view::npos) return lines;
    rest.remove_prefix(end + 1);
    front = "        ";  // not where a nickname stands
  }
}

Result<Endpoint> Terminals::listen(Server& server, const std::string& endpoint,
                                   const ListenerOptions& options) {
  const auto guests = server.session<std::unique_ptr<Guest>>();
  auto on_line = [this, guests](std::string_view line, Session& session) {
    take(line, session, *guests[session]);
  };
  Hooks hooks;
  hooks.on_open = [this, guests](Session& session) {
    guests[session] = std::make_unique<Guest>(limits_);
    open(session, *guests[session]);
  };
  hooks.on_close = [this](Session& session, CloseReason) { close(session); };
  auto service = std::make_unique<FramedService<LineFraming, decltype(on_line)>>(
      weir::lines({.max = longest_line}), std::move(on_line), std::move(hooks));
  FarewellLines lines{.drained = "* the server is going down. Goodbye.",
                      .idle = "* nobody has said anything for too long. Goodbye."};
  return server.listen(endpoint, with_farewell(std::move(service), std::move(lines)), options);
}

void Terminals::open(Session& session, Guest& guest) {
  add(session);
  guest.nick = "guest-" + std::to_string(guests_.fetch_add(1, std::memory_order_relaxed) + 1);
  session.send("> Welcome to weir-chat. What you type is said to the room; /help lists commands.");
  enter("lobby", session, guest);
}

void Terminals::close(Session& session) {
  hall_.leave(session.id());
  remove(session);
}

void Terminals::take(std::string_view line, Session& session, Guest& guest) {
  const TimePoint now = std::chrono::steady_clock::now();
  if (!guest.requests.take(now)) {
    session.send("> Much too fast. Goodbye.");
    return session.close();
  }
  // A page of any site can have its browser post something here, which should not be said.
  if (std::exchange(guest.first_line, false) &&
      http::recognize(std::string(line) + '\n') == Recognized::yes) {
    hall_.leave(session.id());
    session.send("> This is for terminals, and that was an HTTP request. Goodbye.");
    return session.close();
  }
  if (line.empty()) return;
  const bool is_command = line[0] == '/' && !line.starts_with("//");
  if (is_command) return command(line, session, guest);
  if (!guest.messages.take(now)) {
    session.send("> Too fast: this was not said.");
    return;
  }
  say(line.substr(line[0] == '/' ? 1 : 0), session);
}

void Terminals::command(std::string_view line, Session& session, Guest& guest) {
  const auto [name, argument] = split(line);
  if (name == "join") return enter(std::string(argument), session, guest);
  if (name == "nick") return rename(argument, session, guest);
  if (name == "who") return list_people(session);
  if (name == "rooms") return list_rooms(session);
  if (name == "help") {
    for (const std::string_view text : help) session.send(text);
  } else if (name == "quit") {
    hall_.leave(session.id());
    session.send("> Goodbye.");
    session.close();
  } else {
    session.send("> There is no command /" + clean_nick(name.substr(0, 32)) +
                 "; /help lists those there are.");
  }
}

void Terminals::enter(std::string room, Session& session, Guest& guest) {
  if (clean_room(room) == guest.room && !guest.room.empty()) {
    session.send("> You are in #" + guest.room + " already.");
    return;
  }
  const auto entered =
      hall_.enter(session.id(), *this, {.room = std::move(room), .nick = guest.nick});
  if (!entered.ok()) {
    session.send("> " + entered.error().message + ".");
    return;
  }
  const Welcome& welcome = entered.value();
  guest.nick = welcome.nick;
  guest.room = welcome.room;
  session.send("> You are " + welcome.nick + " in #" + welcome.room +
               ". Here: " + joined_by_commas(welcome.people));
  const auto& messages = welcome.replay.messages;
  const std::size_t first = messages.size() - std::min(messages.size(), shown_history);
  for (std::size_t i = first; i < messages.size(); ++i) {
    for (const std::string& line : lines_of(messages[i])) session.send(line);
  }
  std::vector<std::string> lines;
  describe(welcome.condition, {}, lines);
  for (const std::string& line : lines) session.send(line);
}

void Terminals::rename(std::string_view nick, Session& session, Guest& guest) {
  const auto renamed = hall_.rename(session.id(), nick);
  if (renamed.ok()) {
    guest.nick = renamed.value();
  } else {
    session.send("> " + renamed.error().message + ".");
  }
}

void Terminals::say(std::string_view text, Session& session) {
  const auto said = hall_.say(session.id(), text);
  if (!said.ok()) session.send("> Not said: " + said.error().message + ".");
}

void Terminals::list_people(Session& session) {
  const auto people = hall_.people(session.id());
  session.send(people.ok() ? "> Here: " + joined_by_commas(people.value())
                           : "> " + people.error().message + ".");
}

void Terminals::list_rooms(Session& session) {
  std::vector<std::string> names;
  for (const RoomSummary& room : hall_.rooms()) {
    names.push_back("#" + room.name + " (" + std::to_string(room.people) + ")");
  }
  session.send("> Rooms: " + joined_by_commas(names));
}

void Terminals::write(std::string_view /*room*/, const Event& event,
                      std::vector<std::string>& lines) const {
  std::visit(Writer{lines}, event);
}

std::string Terminals::replaced_text() const { return "* You have come from elsewhere. Goodbye."; }

}  // namespace weir::chat
