#include "kv/snapshot.hpp"

#include <algorithm>
#include <cstddef>

#include "kv/hash_value.hpp"
#include "kv/list_value.hpp"
#include "weir/framing/resp_writer.hpp"

namespace weir::kv {

namespace {

void append_string(const Entry& entry, std::string& output) {
  RespWriter write(output);
  if (!entry.has_expiry()) {
    write.command({"SET", entry.key(), entry.value()});
  } else {
    write.command({"SET", entry.key(), entry.value(), "PXAT", std::to_string(entry.expires())});
  }
}

/// Elements that one command makes: no command is much longer than what is in it.
constexpr std::size_t most_together = 64;

/// "RPUSH key a b c", again and again.
void append_list(const Entry& entry, std::string& output) {
  const List& list = static_cast<const List&>(*entry.object());
  RespWriter write(output);
  std::size_t at = 0;
  list.each(0, list.size(), [&](std::string_view text) {
    if (at % most_together == 0) {
      write.array(2 + std::min(most_together, list.size() - at)).bulk("RPUSH").bulk(entry.key());
    }
    write.bulk(text);
    ++at;
  });
}

/// "HMSET key field value field value", which older servers know as well.
void append_hash(const Entry& entry, std::string& output) {
  const Hash& hash = static_cast<const Hash&>(*entry.object());
  RespWriter write(output);
  std::size_t at = 0;
  hash.each([&](std::string_view field, std::string_view value) {
    if (at % most_together == 0) {
      const std::size_t pairs = std::min(most_together, hash.size() - at);
      write.array(2 + 2 * pairs).bulk("HMSET").bulk(entry.key());
    }
    write.bulk(field).bulk(value);
    ++at;
  });
}

}  // namespace

void append_commands(const Entry& entry, std::string& output) {
  if (entry.type() == Type::string) return append_string(entry, output);
  entry.type() == Type::list ? append_list(entry, output) : append_hash(entry, output);
  if (!entry.has_expiry()) return;
  RespWriter(output).command({"PEXPIREAT", entry.key(), std::to_string(entry.expires())});
}

}  // namespace weir::kv
