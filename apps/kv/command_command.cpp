// COMMAND: what the table of commands says.
#include <string>
#include <vector>

#include "kv/context.hpp"
#include "kv/expire_time.hpp"
#include "kv/glob.hpp"
#include "kv/info.hpp"
#include "kv/sessions.hpp"

namespace weir::kv {

namespace {

std::vector<std::string_view> flag_names(const Command& command) {
  std::vector<std::string_view> names;
  const auto add = [&](std::uint32_t flag, std::string_view name) {
    if (command.has(flag)) names.push_back(name);
  };
  add(writes, "write");
  add(reads, "readonly");
  add(grows, "denyoom");
  add(admin, "admin");
  add(publishes, "pubsub");
  add(blocks, "blocking");
  add(fast, "fast");
  add(no_auth, "no_auth");
  add(no_multi, "no_multi");
  return names;
}

/// Name, arity, flags, keys, and of what redis-server adds the shapes without the contents.
void describe(Context& context, const Command& command) {
  Reply& reply = context.reply;
  reply.array(10);
  reply.bulk(command.name);
  reply.integer(std::int64_t{command.arity});
  const auto names = flag_names(command);
  reply.set(names.size());
  for (const std::string_view name : names) reply.simple(name);
  reply.integer(std::int64_t{command.first_key});
  reply.integer(std::int64_t{command.last_key});
  reply.integer(std::int64_t{command.key_step});
  reply.set(0);    // categories of access control
  reply.array(0);  // tips
  reply.array(0);  // specifications of keys
  reply.array(0);  // subcommands
}

void document(Context& context, const Command& command) {
  Reply& reply = context.reply;
  reply.bulk(command.name);
  reply.map(2);
  reply.bulk("summary");
  reply.bulk(command.summary);
  reply.bulk("arity");
  reply.integer(std::int64_t{command.arity});
}

void docs(Context& context, const Arguments& arguments) {
  const CommandTable& commands = context.service.commands();
  std::vector<const Command*> found;
  for (std::size_t i = 2; i < arguments.size(); ++i) {
    if (const Command* command = commands.find(arguments[i])) found.push_back(command);
  }
  if (arguments.size() == 2) found.assign(commands.all().begin(), commands.all().end());
  context.reply.map(found.size());
  for (const Command* command : found) document(context, *command);
}

void some(Context& context, const Arguments& arguments) {
  const CommandTable& commands = context.service.commands();
  context.reply.array(arguments.size() - 2);
  for (std::size_t i = 2; i < arguments.size(); ++i) {
    const Command* command = commands.find(arguments[i]);
    command == nullptr ? context.reply.null_array() : describe(context, *command);
  }
}

void all(Context& context) {
  const auto commands = context.service.commands().all();
  context.reply.array(commands.size());
  for (const Command* command : commands) describe(context, *command);
}

/// LIST, also FILTERBY PATTERN.
void names(Context& context, const Arguments& arguments) {
  const bool filtered = arguments.size() == 5;
  if (arguments.size() != 2 &&
      !(filtered && same_word(arguments[2], "filterby") && same_word(arguments[3], "pattern"))) {
    return context.reply.syntax_error();
  }
  std::vector<std::string_view> found;
  for (const Command* command : context.service.commands().all()) {
    if (!filtered || glob_matches(arguments[4], command->name)) found.push_back(command->name);
  }
  context.reply.array(found.size());
  for (const std::string_view name : found) context.reply.bulk(name);
}

void keys(Context& context, const Arguments& arguments) {
  if (arguments.size() < 4) return wrong_subcommand_arity(context, "command", "getkeys");
  const Command* command = context.service.commands().find(arguments[2]);
  const std::size_t size = arguments.size() - 2;  // of the command that is asked about
  Reply& reply = context.reply;
  if (command == nullptr) return reply.error("ERR Invalid command specified");
  if (command->first_key == 0) return reply.error("ERR The command has no key arguments");
  if (!command->takes(size)) {
    return reply.error("ERR Invalid number of arguments specified for command");
  }
  std::vector<std::string_view> found;
  command->each_key(size, [&](std::size_t i) { found.push_back(arguments[i + 2]); });
  reply.array(found.size());
  for (const std::string_view key : found) reply.bulk(key);
}

}  // namespace

void command_command(Context& context, const Arguments& arguments) {
  const std::size_t size = arguments.size();
  if (size == 1 || (size == 2 && same_word(arguments[1], "info"))) return all(context);
  if (same_word(arguments[1], "info")) return some(context, arguments);
  if (same_word(arguments[1], "docs")) return docs(context, arguments);
  if (same_word(arguments[1], "list")) return names(context, arguments);
  if (same_word(arguments[1], "getkeys")) return keys(context, arguments);
  if (same_word(arguments[1], "count") && size == 2) {
    return context.reply.integer(context.service.commands().all().size());
  }
  if (same_word(arguments[1], "count")) {
    return wrong_subcommand_arity(context, "command", "count");
  }
  unknown_subcommand(context, arguments, "COMMAND");
}

}  // namespace weir::kv
