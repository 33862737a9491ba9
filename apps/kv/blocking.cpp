// BLPOP and BRPOP: a client that waits for an element, and who serves it.
//
//     the client's loop                      the loop of who pushes, with the shard's lock
//     BLPOP k: nothing there
//       waits in the shard's queue of k
//       reads no further command             RPUSH k x
//                                              claims the first that waits, pops, posts
//     sends the element, reads on  <-----------
//     or the time is over: claims it itself
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kv/command.hpp"
#include "kv/context.hpp"
#include "kv/held_reply.hpp"
#include "kv/numbers.hpp"
#include "kv/objects.hpp"
#include "kv/waiting.hpp"
#include "weir/framing/resp_writer.hpp"
#include "weir/io/event_loop.hpp"
#include "weir/session/connection.hpp"

namespace weir::kv {

namespace {

using End = List::End;

class WaitingClient final : public PopWaiter,
                            private Timer,
                            public std::enable_shared_from_this<WaitingClient> {
 public:
  WaitingClient(Service& service, Client& client, End end, std::vector<std::string> keys)
      : service_(service),
        client_(&client),
        loop_(client.record->session.loop()),
        end_(end),
        keys_(std::move(keys)) {}

  [[nodiscard]] const std::vector<std::string>& keys() const { return keys_; }
  void wait_until(EventLoop& loop, TimePoint when) { loop.timers().arm(*this, when); }

  [[nodiscard]] bool from_front() const override { return end_ == End::front; }
  void serve(std::string_view key, std::string_view element) override {
    std::string reply;
    RespWriter(reply).array(2).bulk(key).bulk(element);
    loop_.post([self = shared_from_this(), reply = std::move(reply)] { self->answer(reply); });
  }
  /// The client has gone. On its loop.
  void leave() {
    Timer::cancel();
    client_ = nullptr;
    if (claim()) forget();
  }

 private:
  void on_timer() override {
    if (!claim()) return;  // what serves it is on its way
    const auto self = shared_from_this();
    forget();
    std::string reply;
    if (client_->protocol == 3) {
      RespWriter(reply).null();
    } else {
      RespWriter(reply).null_array();
    }
    answer(reply);
  }
  void forget() {
    Store& store = service_.store();
    for (const std::string& text : keys_) {
      const Key key = store.key(text);
      ShardLocks locks(store);
      locks.want(store.place(key));
      locks.acquire();
      store.shard(key).waiters().forget(text, *this);
    }
  }
  /// On the client's loop.
  void answer(std::string_view reply) {
    if (client_ == nullptr) return;
    Timer::cancel();
    Client& client = *std::exchange(client_, nullptr);
    client.waiter.reset();
    client.record->blocked.store(false, std::memory_order_relaxed);
    // Who gets an element sees what the push and the pop have changed.
    if (service_.journal().holds_replies()) {
      hold_until_kept(service_.journal(), true, client);
    }
    client.connection->send(reply);
    client.connection->handler_done();
  }

  Service& service_;
  Client* client_;  // nullptr when it has been answered, or has gone; its loop alone looks
  LoopHandle loop_;
  End end_;
  std::vector<std::string> keys_;
};

/// Seconds; nothing after an error.
std::optional<Duration> parse_timeout(Context& context, std::string_view text) {
  constexpr long double longest = 1e9L;  // about 30 years
  const auto seconds = parse_real(text);
  if (!seconds) {
    context.reply.error("ERR timeout is not a float or out of range");
  } else if (*seconds < 0) {
    context.reply.error("ERR timeout is negative");
  } else if (*seconds > longest) {
    context.reply.error("ERR timeout is out of range");
  } else {
    return Duration(static_cast<std::int64_t>(std::ceil(*seconds * 1000)) * 1'000'000);
  }
  return std::nullopt;
}

/// Answers what is there already. False: there is nothing.
bool pop_now(Context& context, const Arguments& arguments, End end) {
  for (std::size_t i = 1; i + 1 < arguments.size(); ++i) {
    const Key key = context.key(arguments[i]);
    Entry* entry = context.find(key);
    if (entry == nullptr) continue;
    if (!context.is(entry, Type::list)) return true;
    context.reply.array(2);
    context.reply.bulk(key.text);
    context.reply.bulk(value_of<List>(entry)->pop(end));
    value_changed(context, key, entry);
    context.journal_as(end == End::front ? "LPOP" : "RPOP", key.text);
    return true;
  }
  return false;
}

void pop_or_wait(Context& context, const Arguments& arguments, End end) {
  const auto timeout = parse_timeout(context, arguments[arguments.size() - 1]);
  if (!timeout || pop_now(context, arguments, end)) return;
  Client& client = context.client;
  if (context.in_transaction || client.connection == nullptr) return context.reply.null_array();
  std::vector<std::string> keys;
  for (std::size_t i = 1; i + 1 < arguments.size(); ++i) keys.emplace_back(arguments[i]);
  auto waiter = std::make_shared<WaitingClient>(context.service, client, end, std::move(keys));
  for (const std::string& text : waiter->keys()) {
    context.shard(context.key(text)).waiters().wait(text, waiter);
  }
  if (*timeout != Duration::zero()) {
    waiter->wait_until(context.loop, later(context.loop.now(), *timeout));
  }
  client.waiter = std::move(waiter);
  client.record->blocked.store(true, std::memory_order_relaxed);
  client.connection->handler_began(1, false);
}

void blpop(Context& context, const Arguments& arguments) {
  pop_or_wait(context, arguments, End::front);
}

void brpop(Context& context, const Arguments& arguments) {
  pop_or_wait(context, arguments, End::back);
}

constexpr Command blocking_table[] = {
    {"blpop", -3, writes | blocks, 1, -2, 1, blpop,
     "Removes and returns the first element in a list. Blocks until an element is available "
     "otherwise."},
    {"brpop", -3, writes | blocks, 1, -2, 1, brpop,
     "Removes and returns the last element in a list. Blocks until an element is available "
     "otherwise."},
};

}  // namespace

std::span<const Command> blocking_commands() { return blocking_table; }

void stop_waiting(Client& client) {
  if (client.waiter == nullptr) return;
  const auto waiter = std::exchange(client.waiter, nullptr);
  static_cast<WaitingClient&>(*waiter).leave();
}

void Service::serve_ready(Context& context) {
  std::vector<std::size_t>& ready = context.ready();
  while (!ready.empty()) {
    Shard& shard = store_.at(ready.back());
    ready.pop_back();
    for (const std::string& text : shard.waiters().take_ready()) {
      const Key key = store_.key(text);
      for (;;) {
        Entry* entry = context.find(key);
        if (entry == nullptr || entry->type() != Type::list) break;
        const std::shared_ptr<PopWaiter> waiter = shard.waiters().first_waiting(text);
        if (waiter == nullptr) break;
        if (!waiter->claim()) continue;
        const bool front = waiter->from_front();
        const std::string element = value_of<List>(entry)->pop(front ? End::front : End::back);
        value_changed(context, key, entry);
        if (journal_.keeps()) {
          std::string command;
          RespWriter(command).command({front ? "LPOP" : "RPOP", key.text});
          journal_.append(command);
          context.journaled = true;
        }
        waiter->serve(text, element);
      }
    }
  }
}

}  // namespace weir::kv
