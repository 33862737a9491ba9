// RedisBus: the bus of many processes, through the publish/subscribe of one Redis. Layer: bus,
// private.
//
//     publish() -> PublishLog --PUBLISH--> publishing link           one connection each,
//     Streams <- packets <---------------- subscribing link          made anew when they end
//
//     channels:  PREFIX t.TOPIC     messages and standings
//                PREFIX all         queries
//                PREFIX to.ID       what is for one bus: standings, replays, requests
//
// At first the publishing link begins when the other one is subscribed: who says where it stands
// can be asked for what is missing. Threads: publish() and subscribe() from any; RedisCore's rest
// on its loop.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "bus/bus_loop.hpp"
#include "bus/bus_wire.hpp"
#include "bus/publish_log.hpp"
#include "bus/redis_link.hpp"
#include "bus/streams.hpp"
#include "bus/topics.hpp"

namespace weir {

class RedisCore final : public std::enable_shared_from_this<RedisCore>, private Streams::Listener {
 public:
  RedisCore(EventLoop& loop, RedisAddress address, BusOptions options, BusHooks hooks);
  ~RedisCore() = default;
  RedisCore(const RedisCore&) = delete;
  RedisCore& operator=(const RedisCore&) = delete;

  // On any thread
  Published publish(std::string_view topic, std::string_view message);
  Result<Subscription> subscribe(std::string_view topic, Bus::MessageHandler handler,
                                 SubscribeOptions options);
  [[nodiscard]] BusState state() const { return state_.load(std::memory_order_acquire); }
  [[nodiscard]] BusStats stats() const;

  /// Once, before the others and before start().
  void listen();

  // On the loop
  void start();
  void stop();

 private:
  /// One of the links speaks.
  class Ear final : public RedisLink::Listener {
   public:
    Ear(RedisCore& core, void (RedisCore::*ready)(), void (RedisCore::*lost)())
        : core_(core), ready_(ready), lost_(lost) {}
    void on_link_ready() override { (core_.*ready_)(); }
    void on_link_lost(const Error& why) override {
      (core_.*lost_)();
      core_.tell_lost(why);
    }
    void on_push(std::string_view payload) override { core_.on_push(payload); }

   private:
    RedisCore& core_;
    void (RedisCore::*ready_)();
    void (RedisCore::*lost_)();
  };
  class Tick final : public Timer {
   public:
    explicit Tick(RedisCore& core) : core_(core) {}
    ~Tick() override = default;

   private:
    void on_timer() override { core_.on_tick(); }
    RedisCore& core_;
  };
  /// A topic with subscribers here.
  struct Asked {
    TimePoint since{};
    bool confirmed = false;       // it was, on this connection or an earlier one
    bool resumed = false;         // on an earlier one
    std::size_t unconfirmed = 0;  // SUBSCRIBEs
  };

  // redis_bus.cpp: the links, and what is subscribed
  void on_topic_changed(const std::string& topic);
  void take_changes();
  void on_subscribing_ready();
  void on_subscribing_lost();
  void on_publishing_ready();
  void on_publishing_lost();
  void say_topics(std::string_view command, const std::vector<std::string>& channels);
  void on_push(std::string_view payload);
  void on_confirmed(std::string_view channel);
  void on_subscribed();
  void tell_lost(const Error& why);
  void tell_connected();
  void tell(BusState state, const Error& why);
  void on_tick();
  [[nodiscard]] std::string channel_of(std::string_view topic) const;
  [[nodiscard]] std::string channel_to(std::uint64_t id) const;

  // redis_packets.cpp: what goes through them
  void flush();
  void send(std::string_view channel, const BusPacket& packet);
  void send_standings();
  void query(std::string_view topic);
  void on_packet(const BusPacket& packet);
  void answer_query(const BusPacket& packet);
  void answer_request(const BusPacket& packet);
  void send_again(const std::string& channel, const BusPacket& request);
  void on_message(std::string_view topic, const SharedText& text) override;
  void on_lost(std::string_view topic, std::uint64_t messages) override;
  void on_missing(std::string_view topic, std::uint64_t from, std::uint64_t run,
                  std::uint64_t first, std::uint64_t last) override;
  void follow_streams();
  [[nodiscard]] std::uint64_t since_of(std::string_view topic) const;

  EventLoop& loop_;
  const RedisAddress address_;
  const BusOptions options_;
  BusHooks hooks_;
  const std::uint64_t id_;
  std::shared_ptr<Topics> topics_;
  std::atomic<BusState> state_{BusState::connecting};
  std::atomic<std::uint64_t> connects_{0};

  mutable std::mutex mutex_;  // of what follows; held over Topics', for one order of both
  PublishLog log_;
  std::uint64_t published_ = 0;
  std::uint64_t rejected_ = 0;
  std::unordered_set<std::string>
      changed_;  // topics that got their first subscriber or lost their last
  bool flush_woken_ = false;
  bool changes_woken_ = false;
  Streams::Counters received_;  // of streams_, for other threads
  std::uint64_t replayed_ = 0;

  // On the loop
  bool stopped_ = false;
  const std::shared_ptr<RedisLink> subscribing_;
  const std::shared_ptr<RedisLink> publishing_;
  Ear subscribing_ear_{*this, &RedisCore::on_subscribing_ready, &RedisCore::on_subscribing_lost};
  Ear publishing_ear_{*this, &RedisCore::on_publishing_ready, &RedisCore::on_publishing_lost};
  ByText<Asked> asked_;
  std::size_t unconfirmed_ = 0;  // channels, until all of the beginning are confirmed
  bool begun_ = false;           // SUBSCRIBE was said of all topics
  bool subscribed_ = false;
  bool missed_ = false;  // the subscription was lost since the bus was connected
  std::size_t in_flight_ = 0;
  std::size_t in_flight_bytes_ = 0;
  Error why_;  // the bus is not connected
  std::string told_why_;
  Streams streams_;
  Tick tick_{*this};
};

class RedisBus final : public Bus {
 public:
  RedisBus(std::unique_ptr<BusLoop> loop, RedisAddress address, BusOptions options, BusHooks hooks);
  ~RedisBus() override;
  /// An error when the system has no thread for it.
  Status start();

  Published publish(std::string_view topic, std::string_view message) override {
    return core_->publish(topic, message);
  }
  Result<Subscription> subscribe(std::string_view topic, MessageHandler handler,
                                 SubscribeOptions options) override {
    return core_->subscribe(topic, std::move(handler), std::move(options));
  }
  [[nodiscard]] BusState state() const override { return core_->state(); }
  [[nodiscard]] BusStats stats() const override { return core_->stats(); }

 private:
  std::unique_ptr<BusLoop> loop_;
  std::shared_ptr<RedisCore> core_;
};

}  // namespace weir
