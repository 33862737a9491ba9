// SAVE, LASTSAVE, BGREWRITEAOF, SHUTDOWN.
#include "kv/persistence.hpp"

#include <string>

#include "kv/command.hpp"
#include "kv/context.hpp"
#include "kv/expire_time.hpp"
#include "weir/session/connection.hpp"

namespace weir::kv {

namespace {

void save(Context& context, const Arguments&) {
  if (const Status saved = context.service.journal().save(); !saved.ok()) {
    return context.reply.error(saved.error().message);
  }
  context.reply.ok();
}

void lastsave(Context& context, const Arguments&) {
  const std::int64_t saved = context.service.journal().figures().saved_at;
  context.reply.integer(saved != 0 ? saved : context.service.started() / 1000);
}

void bgrewriteaof(Context& context, const Arguments&) {
  if (const Status begun = context.service.rewrite().begin(); !begun.ok()) {
    return context.reply.error(begun.error().message);
  }
  context.reply.simple("Background append only file rewriting started");
}

/// Without an answer when all goes well. What was appended is written at the end in any case, as
/// redis-server does with its log: NOSAVE is about a dump, of which there is none.
void shutdown(Context& context, const Arguments& arguments) {
  bool must_save = false;
  bool must_not = false;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (same_word(arguments[i], "save")) {
      must_save = true;
    } else if (same_word(arguments[i], "nosave")) {
      must_not = true;
    } else if (same_word(arguments[i], "abort") && arguments.size() == 2) {
      return context.reply.error("ERR No shutdown in progress.");
    } else if (!same_word(arguments[i], "now") && !same_word(arguments[i], "force")) {
      return context.reply.syntax_error();
    }
  }
  if (must_save && must_not) return context.reply.syntax_error();
  if (must_save && !context.service.journal().save().ok()) {
    return context.reply.error("ERR Errors trying to SHUTDOWN. Check logs.");
  }
  if (!context.service.stop()) return context.reply.error("ERR this server is not to be shut down");
  if (context.client.connection != nullptr) context.client.connection->close();
}

constexpr Command persistence_table[] = {
    {"bgrewriteaof", 1, admin | no_multi, 0, 0, 0, bgrewriteaof,
     "Asynchronously rewrites the append-only file to disk."},
    {"lastsave", 1, fast, 0, 0, 0, lastsave,
     "Returns the Unix timestamp of the last successful save to disk."},
    {"save", 1, admin | no_multi, 0, 0, 0, save, "Synchronously saves the database(s) to disk."},
    {"shutdown", -1, admin | no_multi, 0, 0, 0, shutdown,
     "Synchronously saves the database(s) to disk and shuts down the server."},
};

void line(std::string& output, std::string_view name, std::string_view value) {
  output.append(name).append(":").append(value).append("\r\n");
}

}  // namespace

std::span<const Command> persistence_commands() { return persistence_table; }

void append_persistence(const JournalFigures& figures, bool keeps, std::string& output) {
  line(output, "loading", "0");
  line(output, "rdb_last_save_time", std::to_string(figures.saved_at));
  line(output, "aof_enabled", keeps ? "1" : "0");
  line(output, "aof_rewrite_in_progress", figures.rewriting ? "1" : "0");
  line(output, "aof_rewrites", std::to_string(figures.rewrites));
  line(output, "aof_last_bgrewrite_status", figures.last_rewrite_failed ? "err" : "ok");
  line(output, "aof_last_write_status", figures.failure.empty() ? "ok" : "err");
  if (!keeps) return;
  line(output, "aof_current_size", std::to_string(figures.size));
  line(output, "aof_base_size", std::to_string(figures.base_size));
  line(output, "aof_buffer_length", std::to_string(figures.waiting));
}

}  // namespace weir::kv
