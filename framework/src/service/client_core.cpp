// ClientCore: its connection, how it comes back, and the end. The way of the messages is in
// client_messages.cpp.
#include "service/client_core.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

namespace weir {

namespace {

/// A client reads on while it is slow to write: a server that waits for it to read, while it waits
/// for the server to read, would wait for ever. What it gives a connection it bounds itself.
ConnectionOptions connection_options(const ClientOptions& options) {
  ConnectionOptions made{options.limits, options.flow, options.deadlines};
  made.flow.high_watermark = std::numeric_limits<std::size_t>::max();
  made.flow.max_queued = std::numeric_limits<std::size_t>::max();
  return made;
}

DialOptions dial_options(const ClientOptions& options) {
  DialOptions dial{.socket = options.socket, .messages = options.messages};
  for (const TransportFilterPtr& filter : {options.proxy_protocol, options.tls}) {
    if (filter != nullptr) dial.filters.push_back(filter);
  }
  return dial;
}

}  // namespace

ClientCore::ClientCore(Endpoint endpoint, ClientOptions options, ClientHooks hooks,
                       std::unique_ptr<EventLoop> own_loop)
    : own_loop_(std::move(own_loop)),
      loop_(own_loop_ != nullptr ? *own_loop_ : *options.loop),
      endpoint_(std::move(endpoint)),
      options_(std::move(options)),
      hooks_(std::move(hooks)),
      connection_options_(connection_options(options_)),
      context_{.loop = loop_, .options = connection_options_, .log = options_.log},
      queue_(options_.queue),
      dialer_(loop_, endpoint_, dial_options(options_), std::move(hooks_.resolve),
              [this](Result<TransportPtr> result) { on_dialed(std::move(result)); }),
      backoff_(options_.backoff) {}

ClientCore::~ClientCore() = default;

// --- connecting --------------------------------------------------------------------------------

void ClientCore::connect(Duration deadline, StatusHandler told) {
  const ClientState now = state();
  if (closing_ || now == ClientState::closed) {
    if (told) told(Error{"the client is closed", ECANCELED});
    return;
  }
  if (now == ClientState::connected) {
    if (told) told({});
    return;
  }
  if (told) on_attempt_.push_back(std::move(told));
  if (now != ClientState::connecting) begin_attempt(deadline);
  loop_.defer(*this);
}

void ClientCore::begin_attempt(Duration deadline) {
  attempt_alarm_.cancel();
  set_state(ClientState::connecting);
  dialer_.dial(deadline);
}

void ClientCore::next_attempt() {
  begin_attempt(options_.deadlines.connect);
  dispatch();
}

void ClientCore::on_dialed(Result<TransportPtr> result) {
  if (!result.ok()) {
    counters_.failures.add();
    last_failure_ = result.error();
    tell_all(on_attempt_, result.error());
    come_back(result.error());
    return dispatch();
  }
  counters_.connects.add();
  last_failure_ = {};
  good_ = full_ = false;
  connected_at_ = loop_.now();
  ClientProtocol::Listener& listener = *this;
  ConnectionOwner& owner = *this;
  connection_ = std::make_unique<Connection>(
      context_, owner, result.take(),
      std::make_unique<ClientProtocol>(listener, factory_->make(connection_options_)));
  set_state(ClientState::connected);
  connection_->start();
  tell_all(on_attempt_, {});
  feed();
  dispatch();
}

/// A connection could not be had, or has ended: when to try again.
void ClientCore::come_back(const Error& why) {
  if (state() == ClientState::closed) return;
  if (closing_ && nothing_left()) return finish_close();
  const std::size_t most = options_.backoff.attempts;
  if (most != 0 && backoff_.count() + 1 >= most) return give_up(why);
  loop_.timers().arm(attempt_alarm_, later(loop_.clock_now(), backoff_.next()));
  set_state(ClientState::waiting, why);
}

void ClientCore::give_up(const Error& why) {
  backoff_.reset();
  if (closing_) return shut_down();
  lose_all("the client gave up: " + why.message, ENOTCONN);
  set_state(ClientState::idle, why);
}

/// A peer that will not answer is not worth what waits for it: the next connection gets that.
void ClientCore::on_peer_ended() {
  if (!options_.flow.keep_half_open) connection_->abort(CloseReason::peer_ended);
}

void ClientCore::on_connection_closed(Connection& connection) {
  const CloseReason reason = connection.reason();
  settle();
  const std::uint64_t written = connection.written();
  connection_.reset();  // which is `connection`
  counters_.disconnects.add();
  silence_alarm_.cancel();
  const Error why{
      "the connection to " + endpoint_.to_string() + " ended: " + std::string(to_string(reason)),
      ECONNRESET};
  take_back(why.message, written);
  if (state() != ClientState::closed) {
    last_failure_ = why;
    if (good_ || loop_.now() - connected_at_ >= options_.backoff.steady) backoff_.reset();
    come_back(why);
  }
  dispatch();
}

void ClientCore::on_silent() {
  if (connection_ == nullptr) return;
  brake_.write(options_.log, LogLevel::warning, loop_.now(),
               "connection to " + endpoint_.to_string() +
                   " is given up: calls timed out, and nothing came since");
  connection_->abort(CloseReason::handler_timeout);
}

// --- the end -----------------------------------------------------------------------------------

void ClientCore::close(Duration deadline, StatusHandler told) {
  if (state() == ClientState::closed) {
    if (told) told({});
    return;
  }
  if (told) on_end_.push_back(std::move(told));
  queue_.close();
  take_arrivals();
  const TimePoint end = later(loop_.clock_now(), deadline);
  if (!close_alarm_.armed() || end < close_alarm_.when()) loop_.timers().arm(close_alarm_, end);
  closing_ = true;
  if (state() == ClientState::idle && !nothing_left()) begin_attempt(options_.deadlines.connect);
  loop_.defer(*this);
}

/// Nothing is owed any more: the connection may end as it likes, its last bytes lie in the kernel.
void ClientCore::finish_close() {
  if (connection_ != nullptr) {
    connection_->close();
    return;
  }
  shut_down();
}

void ClientCore::shut_down() {
  if (state() == ClientState::closed) return;
  queue_.close();
  take_arrivals();
  closing_ = true;
  dialer_.cancel();
  for (Alarm* alarm : {&attempt_alarm_, &silence_alarm_, &close_alarm_}) alarm->cancel();
  settle();
  set_state(ClientState::closed);
  lose_all("the client was closed", ECANCELED);
  if (connection_ != nullptr) connection_->abort();
  tell_all(on_attempt_, Error{"the client was closed", ECANCELED});
  tell_all(on_end_, {});
  dispatch();
}

void ClientCore::tell_all(std::vector<StatusHandler>& handlers, const Status& status) {
  for (StatusHandler& each : std::exchange(handlers, {})) each(status);
}

void ClientCore::set_state(ClientState state, const Error& why) {
  state_.store(state, std::memory_order_release);
  if (hooks_.on_state) state_changes_.emplace_back(state, why);
}

ClientStats ClientCore::stats() const {
  ClientStats stats;
  stats.connects = counters_.connects.value();
  stats.failures = counters_.failures.value();
  stats.disconnects = counters_.disconnects.value();
  stats.delivered = counters_.delivered.value();
  stats.answered = counters_.answered.value();
  stats.lost = counters_.lost.value();
  stats.dropped = counters_.dropped.value();
  stats.expired = counters_.expired.value();
  stats.cancelled = counters_.cancelled.value();
  stats.rejected = queue_.rejected();
  stats.resent = counters_.resent.value();
  stats.late = counters_.late.value();
  stats.messages = counters_.messages.value();
  stats.queued_messages = queue_.messages();
  stats.queued_bytes = queue_.bytes();
  stats.in_flight = counters_.in_flight.value();
  return stats;
}

}  // namespace weir
