// CLIENT: who is connected, under which name, and away with whom.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "kv/context.hpp"
#include "kv/expire_time.hpp"
#include "kv/sessions.hpp"
#include "weir/framing/resp.hpp"
#include "weir/session/connection.hpp"

namespace weir::kv {

bool is_client_name(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) { return c >= '!' && c <= '~'; });
}

void unknown_subcommand(Context& context, const Arguments& arguments, std::string_view command) {
  context.reply.error("ERR unknown subcommand '" + std::string(arguments[1].substr(0, 128)) +
                      "'. Try " + std::string(command) + " HELP.");
}

void wrong_subcommand_arity(Context& context, std::string_view command,
                            std::string_view subcommand) {
  context.reply.error("ERR wrong number of arguments for '" + std::string(command) + "|" +
                      std::string(subcommand) + "' command");
}

namespace {

void setname(Context& context, const Arguments& arguments) {
  if (!is_client_name(arguments[2])) return context.reply.error(bad_client_name);
  context.client.record->set_name(arguments[2]);
  context.reply.ok();
}

void getname(Context& context, const Arguments&) {
  const std::string name = context.client.record->name();
  name.empty() ? context.reply.null() : context.reply.bulk(name);
}

void id(Context& context, const Arguments&) {
  context.reply.integer(std::size_t{context.client.record->id});
}

void info(Context& context, const Arguments&) {
  context.reply.text(describe(*context.client.record, context.now) + "\n");
}

/// What LIST and KILL select clients by.
struct Filter {
  std::vector<std::uint64_t> ids{};
  std::optional<std::string> address{};
  std::optional<std::string> local{};
  std::optional<std::string> type{};
  bool skip_me = true;

  [[nodiscard]] bool matches(const ClientRecord& client) const {
    if (!ids.empty() && std::find(ids.begin(), ids.end(), client.id) == ids.end()) return false;
    if (address && *address != client.session.peer().to_string()) return false;
    if (local && *local != client.local) return false;
    const bool listens = client.channels.load() + client.patterns.load() != 0;
    return !type || *type == (listens ? "pubsub" : "normal");
  }
};

bool is_type(std::string_view word) {
  return same_word(word, "normal") || same_word(word, "pubsub") || same_word(word, "master") ||
         same_word(word, "replica") || same_word(word, "slave");
}

std::string small_letters(std::string_view text) {
  std::string small(text);
  for (char& c : small) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return small;
}

void list(Context& context, const Arguments& arguments) {
  Filter filter;
  if (arguments.size() == 4 && same_word(arguments[2], "type")) {
    if (!is_type(arguments[3])) {
      return context.reply.error("ERR Unknown client type '" + std::string(arguments[3]) + "'");
    }
    filter.type = small_letters(arguments[3]);
  } else if (arguments.size() > 3 && same_word(arguments[2], "id")) {
    for (std::size_t i = 3; i < arguments.size(); ++i) {
      const auto number = resp_integer(arguments[i]);
      if (!number) return context.reply.error("ERR Invalid client ID");
      filter.ids.push_back(static_cast<std::uint64_t>(*number));
    }
  } else if (arguments.size() != 2) {
    return context.reply.syntax_error();
  }
  std::string lines;
  context.service.clients().each([&](const ClientRecord& client) {
    if (filter.matches(client)) lines.append(describe(client, context.now)).append("\n");
  });
  context.reply.text(lines);
}

/// The options of KILL; nothing after an error.
std::optional<Filter> parse_kill(Context& context, const Arguments& arguments) {
  Filter filter;
  for (std::size_t i = 2; i < arguments.size(); i += 2) {
    if (i + 1 == arguments.size()) {
      context.reply.syntax_error();
      return std::nullopt;
    }
    const std::string_view value = arguments[i + 1];
    if (same_word(arguments[i], "id")) {
      const auto number = resp_integer(value);
      if (!number || *number < 1) {
        context.reply.error("ERR client-id should be greater than 0");
        return std::nullopt;
      }
      filter.ids = {static_cast<std::uint64_t>(*number)};
    } else if (same_word(arguments[i], "addr")) {
      filter.address = std::string(value);
    } else if (same_word(arguments[i], "laddr")) {
      filter.local = std::string(value);
    } else if (same_word(arguments[i], "type") && is_type(value)) {
      filter.type = small_letters(value);
    } else if (same_word(arguments[i], "type")) {
      context.reply.error("ERR Unknown client type '" + std::string(value) + "'");
      return std::nullopt;
    } else if (same_word(arguments[i], "user") && value == "default") {
      continue;  // everybody is
    } else if (same_word(arguments[i], "user")) {
      context.reply.error("ERR No such user '" + std::string(value) + "'");
      return std::nullopt;
    } else if (same_word(arguments[i], "skipme") &&
               (same_word(value, "yes") || same_word(value, "no"))) {
      filter.skip_me = same_word(value, "yes");
    } else {
      context.reply.syntax_error();
      return std::nullopt;
    }
  }
  return filter;
}

void kill(Context& context, const Arguments& arguments) {
  const bool old_form = arguments.size() == 3;
  Filter filter;
  if (old_form) {
    filter.address = std::string(arguments[2]);
    filter.skip_me = false;
  } else {
    const auto parsed = parse_kill(context, arguments);
    if (!parsed) return;
    filter = *parsed;
  }
  std::vector<Session> found;
  bool me = false;
  context.service.clients().each([&](const ClientRecord& client) {
    if (!filter.matches(client)) return;
    if (client.id != context.client.record->id) return found.push_back(client.session);
    me = !filter.skip_me;
  });
  for (Session& session : found) session.abort();
  const std::size_t count = found.size() + (me ? 1 : 0);
  if (!old_form) {
    context.reply.integer(count);
  } else if (count == 0) {
    context.reply.error("ERR No such client");
  } else {
    context.reply.ok();
  }
  if (me && context.client.connection != nullptr) context.client.connection->close();
}

void reply_mode(Context& context, const Arguments& arguments) {
  Client& client = context.client;
  if (same_word(arguments[2], "on")) {
    client.replies = Client::Replies::on;
    context.reply.ok();
  } else if (same_word(arguments[2], "off")) {
    client.replies = Client::Replies::off;
  } else if (same_word(arguments[2], "skip")) {
    if (client.replies == Client::Replies::on) client.replies = Client::Replies::skip_next;
  } else {
    context.reply.syntax_error();
  }
}

void no_evict_mode(Context& context, const Arguments& arguments) {
  const bool on = same_word(arguments[2], "on");
  if (!on && !same_word(arguments[2], "off")) return context.reply.syntax_error();
  context.client.record->no_evict.store(on, std::memory_order_relaxed);
  context.reply.ok();
}

struct Subcommand {
  std::string_view name;
  int arity;
  void (*run)(Context&, const Arguments&);
};

constexpr Subcommand subcommands[] = {
    {"getname", 2, getname},  {"id", 2, id},           {"info", 2, info},
    {"kill", -3, kill},       {"list", -2, list},      {"no-evict", 3, no_evict_mode},
    {"reply", 3, reply_mode}, {"setname", 3, setname},
};

}  // namespace

void client_command(Context& context, const Arguments& arguments) {
  for (const Subcommand& each : subcommands) {
    if (!same_word(arguments[1], each.name)) continue;
    const Command shape{each.name, each.arity, 0, 0, 0, 0, each.run, ""};
    if (shape.takes(arguments.size())) return each.run(context, arguments);
    return wrong_subcommand_arity(context, "client", each.name);
  }
  unknown_subcommand(context, arguments, "CLIENT");
}

}  // namespace weir::kv
