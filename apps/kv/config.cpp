#include "kv/config.hpp"

#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "kv/context.hpp"
#include "kv/expire_time.hpp"
#include "kv/glob.hpp"
#include "kv/sessions.hpp"

namespace weir::kv {

namespace {

/// "100", "64kb", "1gb": as redis-server reads sizes.
std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  struct Unit {
    std::string_view name;
    std::uint64_t worth;
  };
  constexpr Unit units[] = {{"", 1},
                            {"b", 1},
                            {"k", 1000},
                            {"kb", 1024},
                            {"m", 1'000'000},
                            {"mb", 1024 * 1024},
                            {"g", 1'000'000'000},
                            {"gb", 1024 * 1024 * 1024}};
  for (const Unit& each : units) {
    if (!same_word(unit, each.name)) continue;
    if (number > UINT64_MAX / each.worth) return std::nullopt;
    return number * each.worth;
  }
  return std::nullopt;
}

/// One parameter. Without `set` it cannot be changed while the server runs.
struct Parameter {
  std::string_view name;
  std::string (*get)(Service&);
  /// False: the value is not one of it.
  bool (*set)(Service&, std::string_view);
  std::string_view expected;  // what set() takes
};

constexpr Parameter parameters[] = {
    {"appendonly", [](Service& s) { return std::string(s.journal().keeps() ? "yes" : "no"); },
     nullptr, ""},
    {"databases", [](Service&) { return std::string("1"); }, nullptr, ""},
    {"maxmemory", [](Service& s) { return std::to_string(s.settings().max_memory.load()); },
     [](Service& s, std::string_view value) {
       const auto bytes = parse_bytes(value);
       if (bytes) s.settings().max_memory = *bytes;
       return bytes.has_value();
     },
     "argument must be a memory value"},
    {"maxmemory-policy",
     [](Service& s) { return std::string(to_string(s.settings().eviction.load())); },
     [](Service& s, std::string_view value) {
       const auto policy = parse_eviction(value);
       if (policy) s.settings().eviction = *policy;
       return policy.has_value();
     },
     "argument(s) must be one of the following: volatile-ttl, allkeys-lru, noeviction"},
    {"proto-max-bulk-len", [](Service& s) { return std::to_string(s.settings().max_bulk); },
     nullptr, ""},
    {"requirepass", [](Service& s) { return s.settings().password(); },
     [](Service& s, std::string_view value) {
       s.settings().set_password(value);
       return true;
     },
     ""},
    // What benchmarks and libraries ask for, to show it or to see that it is off.
    {"save", [](Service&) { return std::string(); }, nullptr, ""},
    {"timeout", [](Service&) { return std::string("0"); }, nullptr, ""},
    {"client-output-buffer-limit",
     [](Service& s) {
       return "pubsub " + std::to_string(s.settings().subscriber_limit.load()) + " 0 0";
     },
     nullptr, ""},
};

const Parameter* find(std::string_view name) {
  for (const Parameter& each : parameters) {
    if (same_word(name, each.name)) return &each;
  }
  return nullptr;
}

void get(Context& context, const Arguments& arguments) {
  struct Found {
    std::string_view name;  // as it was asked for, where it was by its name
    const Parameter* parameter;
  };
  std::vector<Found> found;
  for (const Parameter& each : parameters) {
    for (std::size_t i = 2; i < arguments.size(); ++i) {
      const bool named = same_word(arguments[i], each.name);
      if (!named && !glob_matches(arguments[i], each.name)) continue;
      found.push_back({named ? arguments[i] : each.name, &each});
      break;
    }
  }
  context.reply.map(found.size());
  for (const auto& [name, parameter] : found) {
    context.reply.bulk(name);
    context.reply.bulk(parameter->get(context.service));
  }
}

void set(Context& context, const Arguments& arguments) {
  if (arguments.size() % 2 != 0) return context.reply.syntax_error();
  // All names first: nothing is changed where one is wrong.
  for (std::size_t i = 2; i < arguments.size(); i += 2) {
    const Parameter* parameter = find(arguments[i]);
    if (parameter == nullptr) {
      return context.reply.error("ERR Unknown option or number of arguments for CONFIG SET - '" +
                                 std::string(arguments[i]) + "'");
    }
    if (parameter->set == nullptr) {
      return context.reply.error("ERR CONFIG SET failed (possibly related to argument '" +
                                 std::string(parameter->name) + "') - can't set immutable config");
    }
  }
  for (std::size_t i = 2; i < arguments.size(); i += 2) {
    const Parameter& parameter = *find(arguments[i]);
    if (parameter.set(context.service, arguments[i + 1])) continue;
    return context.reply.error("ERR CONFIG SET failed (possibly related to argument '" +
                               std::string(arguments[i]) + "') - " +
                               std::string(parameter.expected));
  }
  context.reply.ok();
}

}  // namespace

void config_command(Context& context, const Arguments& arguments) {
  const std::size_t size = arguments.size();
  if (same_word(arguments[1], "get")) {
    if (size < 3) return wrong_subcommand_arity(context, "config", "get");
    get(context, arguments);
  } else if (same_word(arguments[1], "set")) {
    if (size < 4) return wrong_subcommand_arity(context, "config", "set");
    set(context, arguments);
  } else if (same_word(arguments[1], "resetstat")) {
    if (size != 2) return wrong_subcommand_arity(context, "config", "resetstat");
    context.reply.ok();
  } else if (same_word(arguments[1], "rewrite")) {
    if (size != 2) return wrong_subcommand_arity(context, "config", "rewrite");
    context.reply.error("ERR The server is running without a config file");
  } else {
    unknown_subcommand(context, arguments, "CONFIG");
  }
}

}  // namespace weir::kv
