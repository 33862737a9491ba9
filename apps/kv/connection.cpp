// What a client says of itself: PING, HELLO, AUTH, QUIT and their kin. CLIENT is in
// client_command.cpp.
#include <string>

#include "kv/command.hpp"
#include "kv/context.hpp"
#include "kv/expire_time.hpp"
#include "kv/sessions.hpp"
#include "weir/core/version.hpp"
#include "weir/framing/resp.hpp"
#include "weir/session/connection.hpp"

namespace weir::kv {

namespace {

constexpr std::string_view wrong_password =
    "WRONGPASS invalid username-password pair or user is disabled.";

void ping(Context& context, const Arguments& arguments) {
  if (arguments.size() > 2) {
    return context.reply.error("ERR wrong number of arguments for 'ping' command");
  }
  const std::string_view text = arguments.size() == 2 ? arguments[1] : std::string_view();
  if (context.client.subscribed() && context.client.protocol == 2) {
    context.reply.array(2);
    context.reply.bulk("pong");
    return context.reply.bulk(text);
  }
  if (arguments.size() == 2) return context.reply.bulk(text);
  context.reply.simple("PONG");
}

void echo(Context& context, const Arguments& arguments) { context.reply.bulk(arguments[1]); }

void select(Context& context, const Arguments& arguments) {
  const auto number = resp_integer(arguments[1]);
  if (!number) return context.reply.not_integer();
  if (*number != 0) return context.reply.error("ERR DB index is out of range");
  context.reply.ok();
}

bool authenticate(Context& context, std::string_view user, std::string_view password) {
  const Settings& settings = context.service.settings();
  // Without a password everybody is "default" with any password, as in redis-server.
  if (user != "default" || (settings.has_password() && !settings.is_password(password))) {
    context.reply.error(wrong_password);
    return false;
  }
  context.client.authenticated = true;
  return true;
}

void auth(Context& context, const Arguments& arguments) {
  if (arguments.size() > 3) return context.reply.syntax_error();
  if (arguments.size() == 2 && !context.service.settings().has_password()) {
    return context.reply.error(
        "ERR AUTH <password> called without any password configured for the default user. Are you "
        "sure your configuration is correct?");
  }
  const bool named = arguments.size() == 3;
  if (authenticate(context, named ? arguments[1] : "default", arguments[named ? 2 : 1])) {
    context.reply.ok();
  }
}

void answer_hello(Context& context) {
  Reply& reply = context.reply;
  reply.map(7);
  reply.bulk("server");
  reply.bulk("redis");  // clients look for that name
  reply.bulk("version");
  reply.bulk(compatible_version);
  reply.bulk("proto");
  reply.integer(std::int64_t{context.client.protocol});
  reply.bulk("id");
  reply.integer(context.client.record->id);
  reply.bulk("mode");
  reply.bulk("standalone");
  reply.bulk("role");
  reply.bulk("master");
  reply.bulk("modules");
  reply.array(0);
}

void hello(Context& context, const Arguments& arguments) {
  int protocol = context.client.protocol;
  std::size_t next = 1;
  if (arguments.size() > 1) {
    const auto number = resp_integer(arguments[next++]);
    if (!number) {
      return context.reply.error("ERR Protocol version is not an integer or out of range");
    }
    if (*number < 2 || *number > 3)
      return context.reply.error("NOPROTO unsupported protocol version");
    protocol = static_cast<int>(*number);
  }
  std::optional<std::string_view> name;
  for (; next < arguments.size(); ++next) {
    const std::size_t left = arguments.size() - next - 1;
    if (same_word(arguments[next], "auth") && left >= 2) {
      if (!authenticate(context, arguments[next + 1], arguments[next + 2])) return;
      next += 2;
    } else if (same_word(arguments[next], "setname") && left >= 1) {
      name = arguments[++next];
      if (!is_client_name(*name)) return context.reply.error(bad_client_name);
    } else {
      return context.reply.error("ERR Syntax error in HELLO option '" +
                                 std::string(arguments[next]) + "'");
    }
  }
  if (!context.client.authenticated) {
    return context.reply.error(
        "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO "
        "AUTH <user> <pass> option can be used to authenticate the client and select the RESP "
        "protocol version at the same time");
  }
  if (name) context.client.record->set_name(*name);
  context.client.set_protocol(protocol);
  answer_hello(context);
}

void quit(Context& context, const Arguments&) {
  context.reply.ok();
  if (context.client.connection != nullptr) context.client.connection->close();
}

void reset(Context& context, const Arguments&) {
  Client& client = context.client;
  client.transaction = {};
  client.record->queued.store(-1, std::memory_order_relaxed);
  context.service.unwatch(client);
  context.service.unsubscribe(client);
  client.record->set_name("");
  client.record->no_evict.store(false, std::memory_order_relaxed);
  client.set_protocol(2);
  client.replies = Client::Replies::on;
  client.authenticated = !context.service.settings().has_password();
  context.reply.simple("RESET");
}

constexpr std::uint32_t always = no_auth | no_queue | while_subscribed | fast;

constexpr Command connection_table[] = {
    {"auth", -2, no_auth | fast, 0, 0, 0, auth, "Authenticates the connection."},
    {"client", -2, 0, 0, 0, 0, client_command, "A container for client connection commands."},
    {"echo", 2, fast, 0, 0, 0, echo, "Returns the given string."},
    {"hello", -1, no_auth | fast, 0, 0, 0, hello, "Handshakes with the server."},
    {"ping", -1, while_subscribed | fast, 0, 0, 0, ping,
     "Returns the server's liveliness response."},
    {"quit", -1, always, 0, 0, 0, quit, "Closes the connection."},
    {"reset", 1, always, 0, 0, 0, reset, "Resets the connection."},
    {"select", 2, fast, 0, 0, 0, select, "Changes the selected database."},
};

}  // namespace

std::span<const Command> connection_commands() { return connection_table; }

}  // namespace weir::kv
