// Publish and subscribe: SUBSCRIBE, PUBLISH and their kin.
#include <algorithm>
#include <string>
#include <vector>

#include "kv/command.hpp"
#include "kv/context.hpp"
#include "kv/expire_time.hpp"
#include "kv/sessions.hpp"
#include "weir/session/connection.hpp"

namespace weir::kv {

namespace {

/// What a client subscribes to: channels, or patterns.
struct Kind {
  std::string_view subscribe;
  std::string_view unsubscribe;
  std::vector<std::string> Client::*names;
  std::atomic<std::size_t> ClientRecord::*count;
  void (Topics::*add)(std::string_view, const Topics::Subscriber&);
  void (Topics::*remove)(std::string_view, std::uint64_t);
};

constexpr Kind channels{"subscribe",        "unsubscribe",
                        &Client::channels,  &ClientRecord::channels,
                        &Topics::subscribe, &Topics::unsubscribe};
constexpr Kind patterns{"psubscribe",
                        "punsubscribe",
                        &Client::patterns,
                        &ClientRecord::patterns,
                        &Topics::subscribe_pattern,
                        &Topics::unsubscribe_pattern};

/// Of one client, on channels and on patterns each.
constexpr std::size_t most_names = 100'000;

void tell(Context& context, std::string_view what, const std::string* name) {
  context.reply.push(3);
  context.reply.bulk(what);
  name == nullptr ? context.reply.null() : context.reply.bulk(*name);
  context.reply.integer(context.client.channels.size() + context.client.patterns.size());
}

/// What may wait for a subscriber is less than what may wait for the answer to a question.
void update_limit(Context& context) {
  Connection* connection = context.client.connection;
  if (connection == nullptr) return;
  const std::size_t usual = connection->options().flow.max_queued;
  const auto limit = static_cast<std::size_t>(context.service.settings().subscriber_limit);
  connection->limit_queue(context.client.subscribed() ? std::min(usual, limit) : usual);
}

void subscribe_to(Context& context, const Arguments& arguments, const Kind& kind) {
  Client& client = context.client;
  std::vector<std::string>& names = client.*kind.names;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string name(arguments[i]);
    if (names.size() == most_names) return context.reply.error("ERR too many subscriptions");
    const auto place = std::lower_bound(names.begin(), names.end(), name);
    if (place == names.end() || *place != name) {
      names.insert(place, name);
      (context.service.topics().*kind.add)(name, client.record);
    }
    tell(context, kind.subscribe, &name);
  }
  (client.record.get()->*kind.count).store(names.size(), std::memory_order_relaxed);
  update_limit(context);
}

void unsubscribe_from(Context& context, const Arguments& arguments, const Kind& kind) {
  Client& client = context.client;
  std::vector<std::string>& names = client.*kind.names;
  std::vector<std::string> leaving;
  for (std::size_t i = 1; i < arguments.size(); ++i) leaving.emplace_back(arguments[i]);
  if (arguments.size() == 1) leaving = names;
  for (const std::string& name : leaving) {
    const auto place = std::lower_bound(names.begin(), names.end(), name);
    if (place != names.end() && *place == name) {
      (context.service.topics().*kind.remove)(name, client.record->id);
      names.erase(place);
    }
    tell(context, kind.unsubscribe, &name);
  }
  if (leaving.empty()) tell(context, kind.unsubscribe, nullptr);
  (client.record.get()->*kind.count).store(names.size(), std::memory_order_relaxed);
  update_limit(context);
}

void subscribe(Context& context, const Arguments& arguments) {
  subscribe_to(context, arguments, channels);
}

void psubscribe(Context& context, const Arguments& arguments) {
  subscribe_to(context, arguments, patterns);
}

void unsubscribe(Context& context, const Arguments& arguments) {
  unsubscribe_from(context, arguments, channels);
}

void punsubscribe(Context& context, const Arguments& arguments) {
  unsubscribe_from(context, arguments, patterns);
}

void publish(Context& context, const Arguments& arguments) {
  context.reply.integer(context.service.topics().publish(arguments[1], arguments[2]));
}

void pubsub(Context& context, const Arguments& arguments) {
  const Topics& topics = context.service.topics();
  Reply& reply = context.reply;
  if (same_word(arguments[1], "channels") && arguments.size() <= 3) {
    const auto names = topics.channels(arguments.size() == 3 ? arguments[2] : "*");
    reply.array(names.size());
    for (const std::string& name : names) reply.bulk(name);
  } else if (same_word(arguments[1], "numsub")) {
    reply.array(2 * (arguments.size() - 2));  // no map, in either protocol
    for (std::size_t i = 2; i < arguments.size(); ++i) {
      reply.bulk(arguments[i]);
      reply.integer(topics.subscribers(arguments[i]));
    }
  } else if (same_word(arguments[1], "numpat") && arguments.size() == 2) {
    reply.integer(topics.patterns());
  } else if (same_word(arguments[1], "numpat")) {
    wrong_subcommand_arity(context, "pubsub", "numpat");
  } else if (same_word(arguments[1], "channels")) {
    reply.error("ERR unknown subcommand or wrong number of arguments for '" +
                std::string(arguments[1]) + "'. Try PUBSUB HELP.");
  } else {
    unknown_subcommand(context, arguments, "PUBSUB");
  }
}

constexpr std::uint32_t flags = publishes | while_subscribed;

constexpr Command pubsub_table[] = {
    {"psubscribe", -2, flags, 0, 0, 0, psubscribe,
     "Listens for messages published to channels that match one or more patterns."},
    {"publish", 3, publishes | fast, 0, 0, 0, publish, "Posts a message to a channel."},
    {"pubsub", -2, 0, 0, 0, 0, pubsub, "A container for Pub/Sub commands."},
    {"punsubscribe", -1, flags, 0, 0, 0, punsubscribe,
     "Stops listening to messages published to channels that match one or more patterns."},
    {"subscribe", -2, flags, 0, 0, 0, subscribe, "Listens for messages published to channels."},
    {"unsubscribe", -1, flags, 0, 0, 0, unsubscribe,
     "Stops listening to messages posted to channels."},
};

}  // namespace

std::span<const Command> pubsub_commands() { return pubsub_table; }

void Service::unsubscribe(Client& client) {
  for (const std::string& name : client.channels) topics_.unsubscribe(name, client.record->id);
  for (const std::string& name : client.patterns) {
    topics_.unsubscribe_pattern(name, client.record->id);
  }
  client.channels.clear();
  client.patterns.clear();
  client.record->channels.store(0, std::memory_order_relaxed);
  client.record->patterns.store(0, std::memory_order_relaxed);
}

}  // namespace weir::kv
