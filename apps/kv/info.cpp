#include "kv/info.hpp"

#include <unistd.h>

#include <fstream>
#include <string>
#include <thread>

#include "kv/context.hpp"
#include "kv/expire_time.hpp"
#include "kv/persistence.hpp"
#include "kv/sessions.hpp"
#include "weir/core/version.hpp"

namespace weir::kv {

namespace {

/// Bytes of the process in memory; 0 where the system does not say.
std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  file >> size >> resident;
  return file ? resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) : 0;
}

std::string human(std::uint64_t bytes) {
  constexpr std::string_view units = "BKMGT";
  double amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; amount >= 1024 && unit + 1 < units.size(); ++unit) amount /= 1024;
  char text[32];
  const int size = std::snprintf(text, sizeof text, "%.2f%c", amount, units[unit]);
  return {text, static_cast<std::size_t>(size)};
}

class Text {
 public:
  Text& section(std::string_view name) {
    if (!text_.empty()) text_ += "\r\n";
    text_.append("# ").append(name).append("\r\n");
    return *this;
  }
  Text& line(std::string_view name, std::string_view value) {
    text_.append(name).append(":").append(value).append("\r\n");
    return *this;
  }
  Text& line(std::string_view name, std::uint64_t value) {
    return line(name, std::string_view(std::to_string(value)));
  }
  [[nodiscard]] std::string& text() { return text_; }

 private:
  std::string text_;
};

struct Sums {
  std::uint64_t keys = 0;
  std::uint64_t expire = 0;
  ShardFigures figures{};
};

Sums sums_of(Store& store) {
  Sums sums;
  for (std::size_t i = 0; i < store.shards(); ++i) {
    Shard& shard = store.at(i);
    sums.keys += shard.size();
    sums.expire += shard.volatile_size();
    sums.figures.expired += shard.figures().expired;
    sums.figures.evicted += shard.figures().evicted;
    sums.figures.hits += shard.figures().hits;
    sums.figures.misses += shard.figures().misses;
  }
  return sums;
}

void server(Context& context, Text& text) {
  const std::uint64_t up = static_cast<std::uint64_t>(context.now - context.service.started());
  text.section("Server")
      .line("redis_version", compatible_version)
      .line("weir_version", version())
      .line("redis_mode", "standalone")
      .line("arch_bits", sizeof(void*) * 8)
      .line("process_id", static_cast<std::uint64_t>(getpid()))
      .line("threads", context.service.store().shards())
      .line("uptime_in_seconds", up / 1000)
      .line("uptime_in_days", up / 86'400'000);
}

void clients(Context& context, Text& text) {
  std::uint64_t blocked = 0;
  context.service.clients().each([&](const ClientRecord& client) {
    if (client.blocked.load(std::memory_order_relaxed)) ++blocked;
  });
  text.section("Clients")
      .line("connected_clients", context.service.clients().size())
      .line("blocked_clients", blocked);
}

void memory(Context& context, Text& text) {
  const std::uint64_t used = context.service.store().memory();
  const Settings& settings = context.service.settings();
  const std::uint64_t most = settings.max_memory.load();
  text.section("Memory")
      .line("used_memory", used)
      .line("used_memory_human", human(used))
      .line("used_memory_rss", resident_bytes())
      .line("maxmemory", most)
      .line("maxmemory_human", human(most))
      .line("maxmemory_policy", to_string(settings.eviction.load()))
      .line("mem_allocator", "libc");
}

void persistence(Context& context, Text& text) {
  const Journal& journal = context.service.journal();
  text.section("Persistence");
  append_persistence(journal.figures(), journal.keeps(), text.text());
}

void stats(Context& context, Text& text) {
  const ServerStats counted = context.service.stats();
  const Sums sums = sums_of(context.service.store());
  text.section("Stats")
      .line("total_connections_received", counted.accepted)
      .line("total_commands_processed", counted.frames_in)
      .line("total_net_input_bytes", counted.bytes_in)
      .line("total_net_output_bytes", counted.bytes_out)
      .line("rejected_connections", counted.refused_limit)
      .line("expired_keys", sums.figures.expired)
      .line("evicted_keys", sums.figures.evicted)
      .line("keyspace_hits", sums.figures.hits)
      .line("keyspace_misses", sums.figures.misses)
      .line("pubsub_channels", context.service.topics().channels("*").size())
      .line("pubsub_patterns", context.service.topics().patterns())
      .line("client_output_buffer_limit_disconnections",
            counted.closed_by(CloseReason::slow_consumer));
}

void replication(Context&, Text& text) {
  text.section("Replication").line("role", "master").line("connected_slaves", 0);
}

void keyspace(Context& context, Text& text) {
  const Sums sums = sums_of(context.service.store());
  text.section("Keyspace");
  if (sums.keys == 0) return;
  text.line("db0", "keys=" + std::to_string(sums.keys) + ",expires=" + std::to_string(sums.expire) +
                       ",avg_ttl=0");
}

struct Section {
  std::string_view name;
  void (*write)(Context&, Text&);
};

constexpr Section sections[] = {
    {"server", server},           {"clients", clients}, {"memory", memory},
    {"persistence", persistence}, {"stats", stats},     {"replication", replication},
    {"keyspace", keyspace},
};

}  // namespace

void info(Context& context, const Arguments& arguments) {
  Text text;
  for (const Section& section : sections) {
    bool wanted = arguments.size() == 1;
    for (std::size_t i = 1; i < arguments.size(); ++i) {
      wanted = wanted || same_word(arguments[i], section.name) || same_word(arguments[i], "all") ||
               same_word(arguments[i], "default") || same_word(arguments[i], "everything");
    }
    if (wanted) section.write(context, text);
  }
  context.reply.text(text.text());
}

}  // namespace weir::kv
