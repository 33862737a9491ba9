#include "web/websocket_client_core.hpp"

#include <cerrno>
#include <limits>
#include <utility>

#include "core/thrown.hpp"
#include "web/websocket_client_protocol.hpp"
#include "weir/websocket/random.hpp"

namespace weir::websocket {

namespace {

/// A client reads on while it is slow to write: a server that waits for it to read, while it waits
/// for the server to read, would wait for ever. What it gives a connection it bounds itself.
ConnectionOptions connection_options(const ClientOptions& options) {
  ConnectionOptions made{.limits = {}, .flow = options.flow, .deadlines = options.deadlines};
  made.flow.high_watermark = std::numeric_limits<std::size_t>::max();
  made.flow.max_queued = std::numeric_limits<std::size_t>::max();
  made.deadlines.idle = Duration::zero();  // ping_every is that of a WebSocket
  return made;
}

DialOptions dial_options(const http::Url& url, const ClientOptions& options) {
  DialOptions dial{.socket = options.socket};
  if (url.secure()) dial.filters.push_back(options.tls);
  return dial;
}

Endpoint endpoint_of(const http::Url& url) {
  return {.scheme = url.secure() ? "tls" : "tcp", .host = url.host, .port = url.port};
}

}  // namespace

ClientCore::ClientCore(http::Url url, ClientOptions options, ClientHooks hooks,
                       std::unique_ptr<EventLoop> own_loop)
    : own_loop_(std::move(own_loop)),
      loop_(own_loop_ != nullptr ? *own_loop_ : *options.loop),
      url_(std::move(url)),
      options_(std::move(options)),
      hooks_(std::move(hooks)),
      connection_options_(connection_options(options_)),
      context_{.loop = loop_, .options = connection_options_, .log = options_.log},
      compressor_(std::make_shared<Compressor>(options_.compressor)),
      masks_(random_masks()),
      dialer_(loop_, endpoint_of(url_), dial_options(url_, options_),
              options_.resolve ? Dialer::Resolve(options_.resolve) : Dialer::Resolve(),
              [this](Result<TransportPtr> result) { on_dialed(std::move(result)); }),
      backoff_(options_.backoff) {}

ClientCore::~ClientCore() = default;

// --- connecting --------------------------------------------------------------------------------

void ClientCore::connect(StatusHandler told) {
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
  if (now != ClientState::connecting) begin_attempt();
}

void ClientCore::begin_attempt() {
  attempt_alarm_.cancel();
  refusal_ = {};
  const Duration most = options_.deadlines.connect;
  loop_.timers().arm(late_alarm_, later(loop_.clock_now(), most));
  dialer_.dial(most);
  set_state(ClientState::connecting);
}

void ClientCore::on_late() {
  const Error late{"no WebSocket at " + url_.origin() + " in time", ETIMEDOUT};
  if (connection_ != nullptr) {
    refusal_ = late;
    return connection_->abort(CloseReason::handler_timeout);
  }
  dialer_.cancel();
  come_back(late);
}

void ClientCore::on_dialed(Result<TransportPtr> result) {
  if (result.ok()) {
    const TransportSecurity* security = result.value()->security();
    if (security != nullptr && !security->protocol.empty() && security->protocol != "http/1.1") {
      result = Error{"the server wants to speak " + security->protocol, EPROTO};
    }
  }
  if (!result.ok()) return come_back(result.error());
  opened_ = pressured_ = false;
  auto protocol = std::make_unique<ClientProtocol>(*this);
  protocol_ = protocol.get();
  ConnectionOwner& owner = *this;
  connection_ = std::make_unique<Connection>(context_, owner, result.take(), std::move(protocol));
  connection_->start();
}

void ClientCore::on_opened(const Opened& opened) {
  late_alarm_.cancel();
  opened_ = true;
  opened_at_ = loop_.now();
  generation_.fetch_add(1);
  if (paused_) connection_->pause();
  set_state(ClientState::connected);
  guarded("on_open", [&] {
    if (hooks_.on_open) hooks_.on_open(opened);
  });
  tell_attempt({});
}

void ClientCore::on_connection_closed(Connection& connection) {
  const CloseReason reason = connection.reason();
  const Ended ended = protocol_->ended();
  protocol_ = nullptr;
  ended_ = std::move(connection_);
  loop_.defer(*this);
  queued_.store(0);
  const bool was_open = std::exchange(opened_, false);
  Error why{url_.origin() + ": the connection ended: " + std::string(to_string(reason)),
            ECONNRESET};
  if (!refusal_.message.empty()) why = std::exchange(refusal_, {});
  if (was_open) {
    if (loop_.now() - opened_at_ >= options_.backoff.steady) backoff_.reset();
    generation_.fetch_add(1);
  }
  // Before on_close, so that this sees the state that follows.
  if (state() != ClientState::closed) come_back(why);
  if (!was_open) return;
  guarded("on_close", [&] {
    if (hooks_.on_close) hooks_.on_close(ended);
  });
}

/// An attempt has failed, or a connection has ended: when to try again.
void ClientCore::come_back(const Error& why) {
  late_alarm_.cancel();
  tell_attempt(why);
  if (state() == ClientState::closed) return;
  if (closing_) return set_state(ClientState::closed);
  const std::size_t most = options_.backoff.attempts;
  if (most != 0 && backoff_.count() + 1 >= most) {
    backoff_.reset();
    return set_state(ClientState::idle, why);
  }
  loop_.timers().arm(attempt_alarm_, later(loop_.clock_now(), backoff_.next()));
  set_state(ClientState::waiting, why);
}

// --- messages ----------------------------------------------------------------------------------

void ClientCore::on_message(const Message& message) {
  if (state() == ClientState::closed || !hooks_.on_message) return;
  hooks_.on_message(message);
}

SendResult ClientCore::send(Opcode kind, std::string_view message) {
  if (connection_ == nullptr || !protocol_->may_send()) return SendResult::rejected;
  if (queued() + message.size() + max_frame_header > options_.flow.max_queued) {
    return SendResult::rejected;
  }
  protocol_->sends(kind == Opcode::text ? ClientProtocol::Sending::text
                                        : ClientProtocol::Sending::binary);
  if (connection_->send(message) == SendResult::rejected) return SendResult::rejected;
  queued_.store(connection_->sent() - connection_->written());
  pressured_ = pressured_ || queued() >= options_.flow.high_watermark;
  return pressured_ ? SendResult::pressured : SendResult::queued;
}

SendResult ClientCore::send_from_afar(Opcode kind, std::string_view message) {
  const std::uint64_t generation = generation_.load();
  if (state() != ClientState::connected) return SendResult::rejected;
  // A task and its block beside the bytes.
  const std::size_t size = message.size() + 128;
  const std::size_t waiting = queued_.load() + posted_.fetch_add(size) + size;
  if (waiting > options_.flow.max_queued) {
    posted_.fetch_sub(size);
    return SendResult::rejected;
  }
  const bool pressured = waiting >= options_.flow.high_watermark;
  loop_.post(
      [weak = weak_from_this(), kind, generation, size, pressured, text = std::string(message)] {
        const auto self = weak.lock();
        if (self == nullptr) return;
        self->posted_.fetch_sub(size);
        if (self->generation_.load() != generation) return;
        static_cast<void>(self->send(kind, text));
        self->pressured_ = self->pressured_ || pressured;
        self->on_written();  // it may have gone out at once
      });
  return pressured ? SendResult::pressured : SendResult::queued;
}

void ClientCore::on_written() {
  if (connection_ == nullptr) return;
  queued_.store(connection_->sent() - connection_->written());
  if (!pressured_ || queued() > options_.flow.low_watermark) return;
  pressured_ = false;
  // Not from here: nothing may be sent while bytes are written.
  loop_.post([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr || self->state() != ClientState::connected) return;
    self->guarded("on_drained", [&] {
      if (self->hooks_.on_drained) self->hooks_.on_drained();
    });
  });
}

void ClientCore::pause(bool paused) {
  paused_ = paused;
  if (!opened_) return;
  if (paused) return connection_->pause();
  connection_->resume();
}

// --- the end -----------------------------------------------------------------------------------

void ClientCore::close(std::uint16_t code, std::string_view reason) {
  if (closing_ || state() == ClientState::closed) return;
  closing_ = true;
  attempt_alarm_.cancel();
  if (opened_) {
    // The server's goodbye is to be read.
    if (paused_) connection_->resume();
    const bool allowed = code == close_code::none || may_send_close_code(code);
    return protocol_->close(allowed ? code : close_code::normal, reason);
  }
  dialer_.cancel();
  const Error why{"the client was closed", ECANCELED};
  if (connection_ == nullptr) return come_back(why);
  refusal_ = why;
  connection_->abort(CloseReason::closed);
}

void ClientCore::shut_down() {
  if (state() == ClientState::closed && connection_ == nullptr) return;
  closing_ = true;
  dialer_.cancel();
  attempt_alarm_.cancel();
  late_alarm_.cancel();
  // Its owner is gone, or about to be: nobody is told of what follows.
  hooks_silent_ = true;
  set_state(ClientState::closed);
  tell_attempt(Error{"the client was closed", ECANCELED});
  if (connection_ != nullptr) connection_->abort();
}

void ClientCore::release() {
  connection_.reset();
  ended_.reset();
}

void ClientCore::tell_attempt(const Status& status) {
  for (StatusHandler& each : std::exchange(on_attempt_, {})) each(status);
}

void ClientCore::set_state(ClientState state, const Error& why) {
  state_.store(state);
  guarded("on_state", [&] {
    if (hooks_.on_state) hooks_.on_state(state, why);
  });
}

/// Calls a hook; what it throws is logged.
template <class Call>
void ClientCore::guarded(std::string_view where, Call call) {
  if (hooks_silent_) return;
  try {
    call();
  } catch (...) {
    brake_.write(options_.log, LogLevel::error, loop_.now(),
                 "WebSocket client of " + url_.origin() + ": " + std::string(where) +
                     " threw: " + thrown_text());
  }
}

}  // namespace weir::websocket
