#include "web/client_wire.hpp"

#include <cerrno>
#include <utility>

#include "web/client_core.hpp"
#include "web/client_exchange.hpp"

namespace weir::http {

namespace {

/// What is read of a response that redirects, so that its connection can be used again; one with a
/// longer body is ended.
constexpr std::size_t most_dropped = 64 * 1024;

Endpoint endpoint_of(const Url& url) {
  return {.scheme = url.secure() ? "tls" : "tcp", .host = url.host, .port = url.port};
}

DialOptions dial_options(const ClientOptions& options, bool secure) {
  DialOptions dial{.socket = options.socket};
  if (secure) dial.filters.push_back(options.tls);
  return dial;
}

void copy(const Headers& from, std::vector<std::pair<std::string, std::string>>& to) {
  to.reserve(from.size());
  for (const Header& header : from) to.emplace_back(header.name, header.value);
}

}  // namespace

// --- what comes --------------------------------------------------------------------------------

void ResponseProtocol::expect(std::string_view method, std::uint64_t max_body) {
  limits_.body = max_body;
  began_ = in_body_ = until_close_ = false;
  parser_.expect(method);
}

Progress ResponseProtocol::on_input(std::string_view input, InputContext& context) {
  Progress progress;
  began_ = true;
  while (!context.halted) {
    const Parsed parsed = parser_.next(input.substr(progress.consumed), head_);
    progress.consumed += parsed.consumed;
    if (!take(parsed, progress)) break;
  }
  // A receiver that pauses in the last piece of a body must not miss that it was the last one: no
  // byte follows that would tell.
  if (context.halted && in_body_ && progress.failure == nullptr) {
    const Parsed parsed = parser_.next({}, head_);
    if (parsed.kind == Parsed::Kind::complete) static_cast<void>(take(parsed, progress));
  }
  progress.partial = in_body_ && !until_close_;
  return progress;
}

bool ResponseProtocol::take(const Parsed& parsed, Progress& progress) {
  switch (parsed.kind) {
    case Parsed::Kind::need_more:
      return false;
    case Parsed::Kind::head:
      if (head_.switches) {
        wire_.on_mistake("a change to a protocol that nobody asked for");
        progress.fail(CloseReason::malformed_frame, {});
        return false;
      }
      in_body_ = !head_.interim;
      until_close_ = head_.body == BodyKind::until_close;
      if (!head_.interim) wire_.on_head(head_);
      return true;
    case Parsed::Kind::body:
      if (wire_.on_piece(parsed.body)) return true;
      progress.fail(CloseReason::closed, {});
      return false;
    case Parsed::Kind::complete:
      if (std::exchange(in_body_, false)) wire_.on_complete(head_);
      return true;
    case Parsed::Kind::failed:
      break;
  }
  wire_.on_mistake(parser_.error().reason);
  in_body_ = false;
  progress.fail(CloseReason::malformed_frame, {});
  return false;
}

/// The end of such a body is that of the stream, and whether that was cut the connection says.
void ResponseProtocol::on_end(Session&) {
  if (!until_close_) wire_.on_peer_ended();
}

// --- the connection ----------------------------------------------------------------------------

ClientWire::ClientWire(ClientCore& core, ClientOrigin& origin)
    : core_(core),
      origin_(origin),
      dialer_(core.loop(), endpoint_of(origin.url),
              dial_options(core.options(), origin.url.secure()),
              core.options().resolve ? Dialer::Resolve(core.options().resolve) : Dialer::Resolve(),
              [this](Result<TransportPtr> result) { on_dialed(std::move(result)); }) {}

ClientWire::~ClientWire() = default;

void ClientWire::connect() { dialer_.dial(core_.options().deadlines.connect); }

void ClientWire::on_dialed(Result<TransportPtr> result) {
  if (result.ok()) {
    const TransportSecurity* security = result.value()->security();
    if (security != nullptr && !security->protocol.empty() && security->protocol != "http/1.1") {
      result = Error{"the server wants to speak " + security->protocol, EPROTO};
    }
  }
  if (!result.ok()) {
    state_ = State::over;
    return core_.on_not_connected(*this, result.error());
  }
  auto protocol = std::make_unique<ResponseProtocol>(*this, core_.options().limits);
  protocol_ = protocol.get();
  ConnectionOwner& owner = *this;
  connection_ =
      std::make_unique<Connection>(core_.context(), owner, result.take(), std::move(protocol));
  connection_->start();
  core_.on_connected(*this);
}

bool ClientWire::usable() const {
  return state_ == State::kept && connection_->reason() == CloseReason::none;
}

void ClientWire::keep() {
  state_ = State::kept;
  kept_since_ = core_.loop().now();
  const Duration most = core_.options().keep_alive;
  if (most > Duration::zero()) core_.loop().timers().arm(*this, later(kept_since_, most));
}

void ClientWire::on_timer() { abort(CloseReason::idle_timeout); }

void ClientWire::begin(ClientExchange& exchange) {
  Timer::cancel();
  state_ = State::busy;
  exchange_ = &exchange;
  exchange.wire = this;
  exchange.sent = true;
  exchange_over_ = false;
  dropped_ = 0;
  protocol_->expect(exchange.method, exchange.max_body);
  // Both go out together, at the end of the round.
  static_cast<void>(connection_->send(exchange.head.view()));
  if (exchange.body.chunk != nullptr) static_cast<void>(connection_->send_shared(exchange.body));
  if (exchange.paused) connection_->pause();
}

void ClientWire::pause(bool paused) {
  if (paused) return connection_->pause();
  connection_->resume();
}

void ClientWire::end_exchange() {
  exchange_over_ = false;
  if (state_ != State::busy) return;
  used_ = true;
  connection_->resume();
  if (!keep_alive_ || sending() || connection_->reason() != CloseReason::none) {
    return abort(CloseReason::closed);
  }
  state_ = State::kept;
}

void ClientWire::abort(CloseReason reason) {
  if (connection_ != nullptr) return connection_->abort(reason);
  dialer_.cancel();
}

void ClientWire::on_connection_closed(Connection&) {
  Timer::cancel();
  state_ = State::over;
  core_.on_closed(*this);
}

void ClientWire::on_peer_ended() { connection_->abort(CloseReason::peer_ended); }

// --- the exchange ------------------------------------------------------------------------------

void ClientWire::on_head(const ResponseHead& head) {
  keep_alive_ = head.keep_alive;
  if (exchange_ == nullptr) return;
  ClientResponse& response = exchange_->response;
  response.status = head.status;
  copy(head.headers, response.headers);
  response.url = exchange_->url.to_string();
}

bool ClientWire::on_piece(std::string_view piece) {
  if (exchange_ == nullptr) return false;
  if (core_.follows(*exchange_)) {
    dropped_ += piece.size();
    if (dropped_ <= most_dropped) return true;
    ClientExchange& exchange = *std::exchange(exchange_, nullptr);
    core_.on_complete(exchange);
    return false;
  }
  if (!exchange_->on_body) {
    exchange_->response.body.append(piece);
    return true;
  }
  return core_.give_piece(*exchange_, piece);
}

void ClientWire::on_complete(const ResponseHead& head) {
  exchange_over_ = true;
  core_.loop_end();
  if (exchange_ == nullptr) return;
  copy(head.trailers, exchange_->response.trailers);
  ClientExchange& exchange = *std::exchange(exchange_, nullptr);
  core_.on_complete(exchange);
}

void ClientWire::on_mistake(std::string_view what) {
  if (exchange_ == nullptr) {
    core_.count_unsolicited();
  } else {
    core_.on_mistake(*exchange_, what);
  }
  // Nothing that still comes is worth lingering for.
  abort(CloseReason::malformed_frame);
}

}  // namespace weir::http
