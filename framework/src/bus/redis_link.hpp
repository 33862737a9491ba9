// RedisLink: one connection to Redis that is greeted, watched and made anew. Layer: bus, private.
// Held by its bus, whose loop it lives on.
//
//     resting --wait--> greeting --AUTH, PING--> ready --no sign of life, an error--> resting
//
// Each connection is a Client of its own, which never comes back by itself: what an old connection
// had not sent must not go out before the new one has said its password.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "bus/redis_address.hpp"
#include "service/backoff_series.hpp"
#include "weir/bus/options.hpp"
#include "weir/framing/resp_reader.hpp"
#include "weir/io/event_loop.hpp"
#include "weir/service/client.hpp"

namespace weir {

class RedisLink final : public std::enable_shared_from_this<RedisLink> {
 public:
  class Listener {
   public:
    virtual void on_link_ready() = 0;
    /// It is not ready, or not any more; it tries again by itself.
    virtual void on_link_lost(const Error& why) = 0;
    /// What Redis says without being asked. Lent for the call.
    virtual void on_push(std::string_view payload) = 0;

   protected:
    ~Listener() = default;
  };
  using ReplyHandler = UniqueFunction<void(const RespItem& reply)>;

  /// `owner` keeps `listener`, and is held while it is called. `subscribes`: what comes are pushes,
  /// and PING is answered by one.
  RedisLink(EventLoop& loop, const RedisAddress& address, const BusOptions& options,
            bool subscribes);
  void set_listener(const std::shared_ptr<void>& owner, Listener& listener) {
    owner_ = owner;
    listener_ = &listener;
  }

  /// Connects, unless it has begun to already.
  void start();
  /// For good; nobody is told.
  void stop();
  [[nodiscard]] bool ready() const { return state_ == State::ready; }
  /// Ends the connection, tells the listener, and tries again later.
  void fail(const Error& why);

  /// Asks, when ready(). A reply that is an error, or none in time, ends the connection instead of
  /// calling the handler. False when the connection has enough to do.
  bool ask(std::string_view command, ReplyHandler handler);
  /// Says what is answered by pushes alone.
  bool say(std::string_view command);

 private:
  enum class State : std::uint8_t { idle, resting, greeting, ready, stopped };
  class Alarm final : public Timer {
   public:
    explicit Alarm(RedisLink& link) : link_(link) {}
    ~Alarm() override = default;

   private:
    void on_timer() override { link_.on_alarm(); }
    RedisLink& link_;
  };

  void connect();
  void greet();
  void on_alarm();
  void on_client_state(ClientState state, const Error& why);
  void arm(Duration delay);
  [[nodiscard]] ClientHooks hooks();

  EventLoop& loop_;
  const RedisAddress& address_;
  const BusOptions& options_;
  const bool subscribes_;
  std::weak_ptr<void> owner_;
  Listener* listener_ = nullptr;
  State state_ = State::idle;
  BackoffSeries backoff_;
  std::unique_ptr<Client> client_;
  std::uint64_t connection_ = 0;  // counts them: what an old one still says is not heard
  TimePoint ready_at_{};
  TimePoint alive_at_{};
  bool pinged_ = false;
  Alarm alarm_{*this};  // resting: try; greeting: too late; ready: a sign of life
};

}  // namespace weir
