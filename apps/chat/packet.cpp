#include "chat/packet.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "chat/text.hpp"
#include "weir/framing/json.hpp"

namespace weir::chat {

namespace {

using nlohmann::json;

constexpr std::size_t longest_text = 16 * 1024;
constexpr std::size_t longest_name = 256;
constexpr std::size_t longest_mark = 28;  // 20 bytes in base64

Error mistake(const std::string& what) { return Error{"a packet of weir-chat: " + what}; }

json to_json_value(const Message& message) {
  return {{"id", message.id},
          {"room", message.room},
          {"nick", message.nick},
          {"text", message.text},
          {"at", message.at}};
}

/// A nickname, or, with a mark, both in an array.
json to_json_value(const Person& person) {
  if (person.mark.empty()) return person.nick;
  return json::array({person.nick, person.mark});
}

std::string nick_of(const json& value) {
  if (!value.is_string()) return {};
  return clean_nick(value.get_ref<const std::string&>().substr(0, longest_name));
}

/// Without a nickname where it is nobody.
Person person_of(const json& value) {
  if (!value.is_array()) return {nick_of(value)};
  if (value.size() != 2 || !value[1].is_string()) return {};
  return {nick_of(value[0]), value[1].get_ref<const std::string&>().substr(0, longest_mark)};
}

/// The text of a member; empty where it is none.
std::string text_of(const json& value, const char* name, std::size_t most) {
  const auto found = value.find(name);
  if (found == value.end() || !found->is_string()) return {};
  const auto& text = found->get_ref<const std::string&>();
  return text.size() <= most ? text : std::string();
}

/// 0 where it is none.
std::int64_t number_of(const json& value, const char* name) {
  const auto found = value.find(name);
  return found != value.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

Result<Message> message_of(const json& value) {
  if (!value.is_object()) return mistake("a message is an object");
  Message message;
  message.id = text_of(value, "id", longest_name);
  message.room = clean_room(text_of(value, "room", longest_name));
  message.nick = clean_nick(text_of(value, "nick", longest_name));
  message.text = clean_text(text_of(value, "text", longest_text));
  if (!is_id(message.id)) return mistake("a message without an id");
  if (message.room.empty() || message.nick.empty() || message.text.empty()) {
    return mistake("a message without a room, a nickname or a text");
  }
  message.at = number_of(value, "at");
  if (const auto seq = value.find("seq"); seq != value.end() && seq->is_number_unsigned()) {
    message.seq = seq->get<std::uint64_t>();
  }
  return message;
}

struct Encoder {
  json operator()(const Message& message) const { return {{"said", to_json_value(message)}}; }
  json operator()(const Presence& presence) const {
    json people = json::array();
    for (const Person& person : presence.people) people.push_back(to_json_value(person));
    return {{"process", presence.process}, {"room", presence.room}, {"here", std::move(people)}};
  }
  json operator()(const PresenceChange& change) const {
    json value = {{"process", change.process}, {"room", change.room}, {"at", change.at}};
    if (!change.went.empty()) value["went"] = change.went;
    if (change.came) value["came"] = to_json_value(*change.came);
    return value;
  }
  json operator()(const TypingNotice& notice) const {
    return {{"process", notice.process}, {"room", notice.room}, {"typing", notice.nick}};
  }
  json operator()(const Question& question) const {
    return {{"process", question.process}, {"asks", true}};
  }
  json operator()(const Again& again) const {
    json messages = json::array();
    for (const Message& message : again.messages) messages.push_back(to_json_value(message));
    return {{"process", again.process}, {"again", std::move(messages)}};
  }
};

Result<Packet> presence_of(std::string process, const json& value) {
  Presence presence{std::move(process), clean_room(text_of(value, "room", longest_name)), {}};
  const json& people = value.at("here");
  if (presence.room.empty() || !people.is_array() || people.size() > People::most_elsewhere) {
    return mistake("who is where?");
  }
  for (const json& item : people) {
    Person person = person_of(item);
    if (person.nick.empty()) return mistake("people have nicknames");
    presence.people.push_back(std::move(person));
  }
  return Packet(std::move(presence));
}

Result<Packet> change_of(std::string process, const json& value) {
  PresenceChange change{std::move(process), clean_room(text_of(value, "room", longest_name)), {}};
  if (const auto went = value.find("went"); went != value.end()) change.went = nick_of(*went);
  if (const auto came = value.find("came"); came != value.end()) change.came = person_of(*came);
  change.at = number_of(value, "at");
  const bool nobody = change.came ? change.came->nick.empty() : change.went.empty();
  if (change.room.empty() || nobody) return mistake("who came, and who went?");
  return Packet(std::move(change));
}

Result<Packet> again_of(std::string process, const json& value) {
  Again again{std::move(process), {}};
  const json& messages = value.at("again");
  if (!messages.is_array()) return mistake("messages are an array");
  for (const json& item : messages) {
    Result<Message> message = message_of(item);
    if (!message.ok()) return message.error();
    again.messages.push_back(message.take());
  }
  return Packet(std::move(again));
}

}  // namespace

std::string encode(const Packet& packet) { return std::visit(Encoder(), packet).dump(); }

Result<Packet> decode_packet(std::string_view text) {
  const auto parsed = parse_json(text, {.depth = 8});
  if (!parsed.ok()) return parsed.error();
  const json& value = parsed.value();
  if (!value.is_object()) return mistake("it is an object");
  if (const auto said = value.find("said"); said != value.end()) {
    Result<Message> message = message_of(*said);
    if (!message.ok()) return message.error();
    return Packet(message.take());
  }
  std::string process = text_of(value, "process", longest_name);
  if (!is_id(process)) return mistake("of which process?");
  if (value.contains("here")) return presence_of(std::move(process), value);
  if (value.contains("came") || value.contains("went")) {
    return change_of(std::move(process), value);
  }
  if (value.contains("again")) return again_of(std::move(process), value);
  if (value.contains("asks")) return Packet(Question{std::move(process)});
  if (value.contains("typing")) {
    TypingNotice notice{std::move(process), clean_room(text_of(value, "room", longest_name)),
                        clean_nick(text_of(value, "typing", longest_name))};
    return Packet(std::move(notice));
  }
  return mistake("of an unknown kind");
}

std::string encode_line(const Message& message) {
  json value = to_json_value(message);
  value["seq"] = message.seq;
  return value.dump();
}

Result<Message> decode_line(std::string_view line) {
  const auto parsed = parse_json(line, {.depth = 4});
  if (!parsed.ok()) return parsed.error();
  return message_of(parsed.value());
}

}  // namespace weir::chat
