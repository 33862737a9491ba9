#include "bus/redis_link.hpp"

#include <cerrno>
#include <utility>

#include "weir/framing/resp.hpp"
#include "weir/framing/resp_writer.hpp"

namespace weir {

namespace {

/// What stands around a message in its frame: names, numbers, the packet's head.
constexpr std::size_t overhead = 64 * 1024;

Error redis_error(const RespItem& reply) {
  return Error{"Redis says: " + std::string(reply.text), 0};
}

Error no_answer() { return Error{"Redis does not answer", ETIMEDOUT}; }

}  // namespace

RedisLink::RedisLink(EventLoop& loop, const RedisAddress& address, const BusOptions& options,
                     bool subscribes)
    : loop_(loop),
      address_(address),
      options_(options),
      subscribes_(subscribes),
      backoff_(options.backoff) {}

void RedisLink::start() {
  if (state_ == State::idle) connect();
}

void RedisLink::stop() {
  state_ = State::stopped;
  ++connection_;
  alarm_.cancel();
  client_.reset();
}

void RedisLink::arm(Duration delay) { loop_.timers().arm(alarm_, later(loop_.clock_now(), delay)); }

void RedisLink::connect() {
  state_ = State::greeting;
  ++connection_;
  pinged_ = false;
  const BusLimits& limits = options_.limits;
  ClientOptions options;
  options.loop = &loop_;
  options.limits.frame = limits.message + limits.topic + overhead;
  options.deadlines.connect = options_.connect;
  options.backoff.attempts = 1;
  // Each of these is bounded before it is said: messages in flight, replays, standings, topics.
  options.queue = {.messages = 2 * (limits.kept_messages + limits.topics) + 10'000,
                   .bytes = 64 * 1024 * 1024 + 4 * options.limits.frame};
  options.max_in_flight = options.queue.messages;
  options.call_deadline = options_.answer;
  options.tls = address_.tls ? options_.tls : nullptr;
  options.log = Log(LogLevel::off);  // the bus tells what became of it
  client_ =
      std::make_unique<Client>(address_.endpoint, resp_replies(), std::move(options), hooks());
  arm(options_.connect);
  client_->start();
}

ClientHooks RedisLink::hooks() {
  ClientHooks hooks;
  const auto current = [weak = weak_from_this(), mine = connection_]() {
    auto self = weak.lock();
    return self != nullptr && self->connection_ == mine ? self : nullptr;
  };
  hooks.on_state = [current](ClientState state, const Error& why) {
    if (const auto self = current()) self->on_client_state(state, why);
  };
  hooks.on_message = [current](std::string_view frame) {
    const auto self = current();
    if (self == nullptr) return;
    const auto owner = self->owner_.lock();
    if (owner == nullptr) return;
    self->alive_at_ = self->loop_.now();
    self->pinged_ = false;
    if (RespReader(frame).next().value_or(RespItem{}).type == RespType::error) {
      return self->fail(redis_error(*RespReader(frame).next()));
    }
    self->listener_->on_push(frame);
  };
  return hooks;
}

void RedisLink::on_client_state(ClientState state, const Error& why) {
  if (state == ClientState::connected) return greet();
  if (state == ClientState::idle || state == ClientState::closed) fail(why);
}

/// The password before all else; and a PING, for a Redis that takes connections may still load its
/// data, or want a password that nobody has.
void RedisLink::greet() {
  const auto ready = [this](const RespItem&) {
    const auto owner = owner_.lock();
    if (owner == nullptr) return;
    state_ = State::ready;
    ready_at_ = loop_.now();
    arm(options_.ping);
    listener_->on_link_ready();
  };
  std::string command;
  RespWriter write(command);
  if (!address_.password.empty()) {
    if (address_.user.empty()) {
      write.command({"AUTH", address_.password});
    } else {
      write.command({"AUTH", address_.user, address_.password});
    }
    if (!ask(command, [](const RespItem&) {})) return fail(Error{"no AUTH was sent", ENOBUFS});
    command.clear();
  }
  write.command({"PING"});
  if (!ask(command, ready)) fail(Error{"no PING was sent", ENOBUFS});
}

bool RedisLink::ask(std::string_view command, ReplyHandler handler) {
  const auto call = client_->call(
      command, CallOptions{},
      [weak = weak_from_this(), mine = connection_,
       handler = std::move(handler)](Result<std::string> reply) mutable {
        const auto self = weak.lock();
        if (self == nullptr || self->connection_ != mine) return;
        if (!reply.ok()) {
          const bool late = reply.error().code == ETIMEDOUT || reply.error().code == ETIME;
          return self->fail(late ? no_answer() : reply.error());
        }
        self->alive_at_ = self->loop_.now();
        self->pinged_ = false;
        const auto item = RespReader(reply.value()).next();
        if (!item) return self->fail(Error{"Redis says nothing", 0});
        if (item->type == RespType::error) return self->fail(redis_error(*item));
        handler(*item);
      });
  return call.ok();
}

bool RedisLink::say(std::string_view command) { return client_->post(command) == Posted::accepted; }

void RedisLink::fail(const Error& why) {
  if (state_ != State::greeting && state_ != State::ready) return;
  // One that was ready for a moment says nothing of the next: Redis may refuse what is said first.
  const bool steady = state_ == State::ready && loop_.now() - ready_at_ >= options_.backoff.steady;
  if (steady) backoff_.reset();
  state_ = State::resting;
  ++connection_;
  const Error reason{why.message, why.code};  // `why` may be the client's own
  client_.reset();
  arm(backoff_.next());
  if (const auto owner = owner_.lock()) listener_->on_link_lost(reason);
}

void RedisLink::on_alarm() {
  if (state_ == State::resting) return connect();
  if (state_ == State::greeting) return fail(no_answer());
  const Duration silent = loop_.now() - alive_at_;
  if (pinged_) return fail(no_answer());
  if (silent < options_.ping) return arm(options_.ping - silent);
  std::string ping;
  RespWriter(ping).command({"PING"});
  pinged_ = true;
  if (subscribes_) {
    say(ping);
    return arm(options_.answer);
  }
  ask(ping, [](const RespItem&) {});
  arm(options_.answer);
}

}  // namespace weir
