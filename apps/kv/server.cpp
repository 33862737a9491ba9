// The server as a whole: TIME, MEMORY, DEBUG. INFO is in info.cpp,
// CONFIG in config.cpp, COMMAND in command_command.cpp.
#include <algorithm>
#include <cmath>
#include <string>
#include <thread>

#include "kv/command.hpp"
#include "kv/config.hpp"
#include "kv/context.hpp"
#include "kv/expire_time.hpp"
#include "kv/info.hpp"
#include "kv/numbers.hpp"
#include "kv/sessions.hpp"
#include "weir/framing/resp.hpp"
#include "weir/io/event_loop.hpp"

namespace weir::kv {

namespace {

void time(Context& context, const Arguments&) {
  const std::int64_t now = context.service.clock().microseconds(context.loop.now());
  context.reply.array(2);
  context.reply.bulk_integer(now / 1'000'000);
  context.reply.bulk_integer(now % 1'000'000);
}

void memory(Context& context, const Arguments& arguments) {
  if (!same_word(arguments[1], "usage")) return unknown_subcommand(context, arguments, "MEMORY");
  if (arguments.size() == 2) return wrong_subcommand_arity(context, "memory", "usage");
  for (std::size_t i = 3; i < arguments.size(); i += 2) {
    if (!same_word(arguments[i], "samples") || i + 1 == arguments.size()) {
      return context.reply.syntax_error();
    }
    const auto samples = resp_integer(arguments[i + 1]);
    if (!samples) return context.reply.not_integer();
    if (*samples < 0) return context.reply.syntax_error();
  }
  const Key key = context.key(arguments[2]);
  const Entry* entry = context.shard(key).peek(key, context.now);
  if (entry == nullptr) return context.reply.null();
  const std::size_t object = entry->type() == Type::string ? 0 : entry->object()->memory();
  constexpr std::size_t in_table = 12;  // on average
  context.reply.integer(entry->block_size() + object + in_table);
}

void debug(Context& context, const Arguments& arguments) {
  if (!same_word(arguments[1], "sleep")) return unknown_subcommand(context, arguments, "DEBUG");
  if (arguments.size() != 3) return wrong_subcommand_arity(context, "debug", "sleep");
  constexpr long double longest = 60;
  const auto seconds = parse_real(arguments[2]);
  if (!seconds || *seconds < 0 || *seconds > longest) {
    return context.reply.error("ERR value is not a valid float");
  }
  std::this_thread::sleep_for(
      std::chrono::microseconds(static_cast<std::int64_t>(*seconds * 1'000'000)));
  context.reply.ok();
}

void function(Context& context, const Arguments& arguments) {
  // There are none: clients flush them between their tests.
  const std::size_t size = arguments.size();
  if (same_word(arguments[1], "flush") && size <= 3) {
    if (size == 2 || same_word(arguments[2], "sync") || same_word(arguments[2], "async")) {
      return context.reply.ok();
    }
    return context.reply.error("ERR FUNCTION FLUSH only supports SYNC|ASYNC option");
  }
  unknown_subcommand(context, arguments, "FUNCTION");
}

constexpr Command server_table[] = {
    {"command", -1, 0, 0, 0, 0, command_command,
     "Returns detailed information about all commands."},
    {"config", -2, admin, 0, 0, 0, config_command,
     "A container for server configuration commands."},
    {"debug", -2, admin, 0, 0, 0, debug, "A container for debugging commands."},
    {"function", -2, 0, 0, 0, 0, function, "A container for function commands."},
    {"info", -1, all_keys, 0, 0, 0, info, "Returns information and statistics about the server."},
    {"memory", -2, reads, 2, 2, 1, memory, "A container for memory diagnostics commands."},
    {"time", 1, fast, 0, 0, 0, time, "Returns the server time."},
};

}  // namespace

std::span<const Command> server_commands() { return server_table; }

}  // namespace weir::kv
