// RedisCore: its links, what is subscribed, and what is told of them. What goes through them is in
// redis_packets.cpp.
#include "bus/redis_bus.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "core/thrown.hpp"
#include "weir/framing/resp_writer.hpp"

namespace weir {

namespace {

std::uint64_t random_id() {
  std::random_device system;
  return std::uint64_t{system()} << 32 | system();
}

/// Channels of one SUBSCRIBE: its frame stays well below any limit.
constexpr std::size_t channels_at_once = 200;

}  // namespace

RedisCore::RedisCore(EventLoop& loop, RedisAddress address, BusOptions options, BusHooks hooks)
    : loop_(loop),
      address_(std::move(address)),
      options_(std::move(options)),
      hooks_(std::move(hooks)),
      id_(random_id()),
      log_(options_.limits),
      subscribing_(std::make_shared<RedisLink>(loop_, address_, options_, true)),
      publishing_(std::make_shared<RedisLink>(loop_, address_, options_, false)),
      streams_(options_, *this) {}

// --- any thread --------------------------------------------------------------------------------

Published RedisCore::publish(std::string_view topic, std::string_view message) {
  auto text = std::make_shared<const std::string>(message);
  bool displaced = false;
  bool wakes = false;
  {
    const std::lock_guard lock(mutex_);
    if (!topics_->fits(topic, message)) {
      ++rejected_;
      return Published::rejected;
    }
    ++published_;
    displaced = log_.append(topic, text, loop_.clock_now());
    topics_->deliver(topic, text);
    wakes = !std::exchange(flush_woken_, true);
  }
  if (wakes) {
    loop_.post([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->flush();
    });
  }
  if (displaced) return Published::displaced;
  return state() == BusState::connected ? Published::sent : Published::kept;
}

Result<Subscription> RedisCore::subscribe(std::string_view topic, Bus::MessageHandler handler,
                                          SubscribeOptions options) {
  LoopHandle where = options.loop == LoopHandle() ? LoopHandle(loop_) : options.loop;
  return topics_->add(topic, std::make_shared<Subscriber>(std::move(handler), std::move(options),
                                                          std::move(where), options_.log));
}

void RedisCore::on_topic_changed(const std::string& topic) {
  {
    const std::lock_guard lock(mutex_);
    changed_.insert(topic);
    if (std::exchange(changes_woken_, true)) return;
  }
  loop_.post([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->take_changes();
  });
}

BusStats RedisCore::stats() const {
  BusStats stats;
  topics_->count(stats);
  stats.connects = connects_.load(std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  stats.published = published_;
  stats.rejected = rejected_;
  stats.displaced = log_.displaced();
  stats.confirmed = log_.confirmed();
  stats.kept = log_.kept();
  stats.received = received_.received;
  stats.doubles = received_.doubles;
  stats.gaps = received_.gaps;
  stats.healed = received_.healed;
  stats.lost = received_.lost;
  stats.replayed = replayed_;
  return stats;
}

void RedisCore::listen() {
  topics_ = std::make_shared<Topics>(options_.limits,
                                     [weak = weak_from_this()](const std::string& topic) {
                                       if (const auto self = weak.lock()) {
                                         self->on_topic_changed(topic);
                                       }
                                     });
}

// --- the links ---------------------------------------------------------------------------------

void RedisCore::start() {
  subscribing_->set_listener(shared_from_this(), subscribing_ear_);
  publishing_->set_listener(shared_from_this(), publishing_ear_);
  subscribing_->start();
}

void RedisCore::stop() {
  stopped_ = true;
  topics_->close();
  tick_.cancel();
  subscribing_->stop();
  publishing_->stop();
}

void RedisCore::on_subscribing_ready() {
  take_changes();
  std::vector<std::string> channels{options_.prefix + "all", channel_to(id_)};
  for (auto& [topic, asked] : asked_) {
    asked.resumed = asked.resumed || asked.confirmed;
    asked.unconfirmed = 1;
    channels.push_back(channel_of(topic));
  }
  unconfirmed_ = channels.size();
  begun_ = true;
  say_topics("SUBSCRIBE", channels);
}

void RedisCore::on_subscribing_lost() {
  begun_ = false;
  subscribed_ = false;
  missed_ = true;
}

/// All that was subscribed at the beginning is confirmed.
void RedisCore::on_subscribed() {
  subscribed_ = true;
  publishing_->start();
  tell_connected();
}

void RedisCore::on_publishing_ready() {
  send_standings();
  flush();
  tell_connected();
}

void RedisCore::on_publishing_lost() {
  in_flight_ = in_flight_bytes_ = 0;
  const std::lock_guard lock(mutex_);
  log_.take_back();
}

void RedisCore::say_topics(std::string_view command, const std::vector<std::string>& channels) {
  for (std::size_t from = 0; from < channels.size(); from += channels_at_once) {
    const std::size_t count = std::min(channels_at_once, channels.size() - from);
    std::string text;
    RespWriter write(text);
    write.array(count + 1).bulk(command);
    for (std::size_t i = 0; i < count; ++i) write.bulk(channels[from + i]);
    if (!subscribing_->say(text)) return subscribing_->fail(Error{"too many topics at once", 0});
  }
}

void RedisCore::take_changes() {
  std::unordered_set<std::string> changed;
  {
    const std::lock_guard lock(mutex_);
    changes_woken_ = false;
    changed.swap(changed_);
  }
  if (stopped_) return;
  std::vector<std::string> wanted;
  std::vector<std::string> unwanted;
  for (const std::string& topic : changed) {
    const bool has = topics_->has(topic);
    const auto found = asked_.find(topic);
    if (has == (found != asked_.end())) continue;
    if (has) {
      asked_[topic] = {.since = loop_.now(), .unconfirmed = 1};
      wanted.push_back(channel_of(topic));
    } else {
      asked_.erase(found);
      streams_.forget(topic);
      unwanted.push_back(channel_of(topic));
    }
  }
  if (!begun_) return;  // all of them are said then
  say_topics("UNSUBSCRIBE", unwanted);
  say_topics("SUBSCRIBE", wanted);
}

void RedisCore::on_push(std::string_view payload) {
  RespReader read(payload);
  const auto head = read.next();
  if (!head || head->count != 3) return;  // an answer to PING
  const auto kind = read.next();
  const auto channel = read.next();
  const auto text = read.next();
  if (!kind || !channel || !text) return;
  if (kind->text == "subscribe") return on_confirmed(channel->text);
  if (kind->text != "message") return;
  if (const auto packet = BusPacket::parse(text->text)) on_packet(*packet);
}

void RedisCore::on_confirmed(std::string_view channel) {
  const std::string before = channel_of({});
  if (channel.starts_with(before)) {
    const auto found = asked_.find(channel.substr(before.size()));
    if (found != asked_.end() && found->second.unconfirmed != 0 &&
        --found->second.unconfirmed == 0) {
      found->second.confirmed = true;
      if (subscribed_) query(found->first);
    }
  }
  if (!subscribed_ && unconfirmed_ != 0 && --unconfirmed_ == 0) on_subscribed();
}

// --- what is told ------------------------------------------------------------------------------

void RedisCore::tell_connected() {
  if (!subscribed_ || !publishing_->ready()) return;
  for (const auto& [topic, asked] : asked_) query(topic);
  if (std::exchange(missed_, false)) streams_.expect_all(loop_.now());
  follow_streams();
  connects_.fetch_add(1, std::memory_order_relaxed);
  tell(BusState::connected, why_);
  why_ = {};
}

void RedisCore::tell_lost(const Error& why) {
  why_ = why;
  tell(state() == BusState::connecting ? BusState::connecting : BusState::lost, why);
}

void RedisCore::tell(BusState state, const Error& why) {
  const bool same = state_.exchange(state, std::memory_order_acq_rel) == state;
  if (same && why.message == told_why_) return;
  told_why_ = why.message;
  if (options_.log.enabled(LogLevel::info)) {
    options_.log.write(state == BusState::connected ? LogLevel::info : LogLevel::warning,
                       "bus " + address_.endpoint + ": " + std::string(to_string(state)) +
                           (why.message.empty() ? "" : ", after: " + why.message));
  }
  if (!hooks_.on_state) return;
  try {
    hooks_.on_state(state, why);
  } catch (...) {
    options_.log.write(LogLevel::error, "BusHooks::on_state threw: " + thrown_text());
  }
}

std::string RedisCore::channel_of(std::string_view topic) const {
  return options_.prefix + "t." + std::string(topic);
}

std::string RedisCore::channel_to(std::uint64_t id) const {
  return options_.prefix + "to." + bus_id_text(id);
}

// --- the bus -----------------------------------------------------------------------------------

RedisBus::RedisBus(std::unique_ptr<BusLoop> loop, RedisAddress address, BusOptions options,
                   BusHooks hooks)
    : loop_(std::move(loop)),
      core_(std::make_shared<RedisCore>(loop_->loop(), std::move(address), std::move(options),
                                        std::move(hooks))) {}

Status RedisBus::start() {
  core_->listen();
  loop_->loop().post([core = core_] { core->start(); });
  return loop_->start();
}

RedisBus::~RedisBus() {
  if (loop_->here()) {
    core_->stop();
  } else if (loop_->owned()) {
    loop_->finish([core = core_] { core->stop(); });
  } else {
    loop_->loop().post([core = core_] { core->stop(); });
  }
}

}  // namespace weir
