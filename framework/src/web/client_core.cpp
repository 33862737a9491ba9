#include "web/client_core.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

#include "core/thrown.hpp"

namespace weir::http {

namespace {

/// A client reads on while it is slow to write, for the server may answer before it has read all.
/// What it sends is bounded by ClientOptions::awaited_bytes.
ConnectionOptions connection_options(const ClientOptions& options) {
  ConnectionOptions made{.limits = {}, .flow = {}, .deadlines = options.deadlines};
  made.flow.high_watermark = std::numeric_limits<std::size_t>::max();
  made.flow.max_queued = std::numeric_limits<std::size_t>::max();
  made.deadlines.idle = Duration::zero();  // keep_alive is that of a client
  made.deadlines.linger = Duration(1);     // nobody waits for what a server says afterwards
  return made;
}

SharedBytes share(std::string_view bytes) {
  if (bytes.empty()) return {};
  auto chunk = std::make_shared<Chunk>(bytes.size());
  chunk->append(bytes);
  const std::size_t size = chunk->size();
  return {std::move(chunk), 0, size};
}

}  // namespace

ClientCore::ClientCore(ClientOptions options, std::unique_ptr<EventLoop> own_loop)
    : own_loop_(std::move(own_loop)),
      loop_(own_loop_ != nullptr ? *own_loop_ : *options.loop),
      options_(std::move(options)),
      connection_options_(connection_options(options_)),
      context_{.loop = loop_, .options = connection_options_, .log = options_.log} {}

ClientCore::~ClientCore() = default;

// --- in ----------------------------------------------------------------------------------------

Result<RequestId> ClientCore::enter(ClientRequest&& request, ResponseHandler& handler, bool here) {
  auto url = Url::parse(request.url);
  if (!url.ok()) return Error{url.error().message, EINVAL};
  if (url.value().scheme != "http" && url.value().scheme != "https") {
    return Error{"an HTTP client does not speak " + url.value().scheme + "://", EINVAL};
  }
  if (url.value().secure() && options_.tls == nullptr) {
    return Error{"https:// needs ClientOptions::tls", EINVAL};
  }
  auto exchange = std::make_unique<ClientExchange>(*this);
  exchange->url = url.take();
  exchange->method = std::move(request.method);
  exchange->headers = std::move(request.headers);
  exchange->body = share(request.body);
  exchange->charged = request.body.size();
  if (auto written = exchange->write_head(); !written.ok()) {
    return Error{written.error().message, EINVAL};
  }
  if (closed_) return Error{"the client was closed", ECANCELED};
  const bool many = awaited_.fetch_add(1) >= options_.awaited;
  const bool large =
      awaited_bytes_.fetch_add(exchange->charged) + exchange->charged > options_.awaited_bytes;
  if (many || large) {
    awaited_.fetch_sub(1);
    awaited_bytes_.fetch_sub(exchange->charged);
    rejected_.fetch_add(1);
    return Error{many ? "too many responses are awaited" : "too many bytes of bodies wait",
                 ENOBUFS};
  }
  exchange->id = {next_number_.fetch_add(1)};
  exchange->max_body = request.max_body.value_or(options_.limits.body);
  exchange->expires = later(
      loop_.clock_now(), std::max(request.deadline.value_or(options_.deadline), Duration::zero()));
  exchange->on_body = std::move(request.on_body);
  exchange->handler = std::move(handler);
  const RequestId id = exchange->id;
  if (here) {
    admit(std::move(exchange));
  } else {
    loop_.post([weak = weak_from_this(), arrived = std::move(exchange)]() mutable {
      if (const auto self = weak.lock()) self->admit(std::move(arrived));
    });
  }
  return id;
}

void ClientCore::admit(std::unique_ptr<ClientExchange> exchange) {
  ClientExchange& admitted = *exchange;
  exchanges_.emplace(admitted.id.number, std::move(exchange));
  loop_end();
  if (closed_) return fail(admitted, {"the client was closed; it was not sent", ECANCELED});
  if (admitted.expires != TimePoint::max()) loop_.timers().arm(admitted, admitted.expires);
  join(admitted, false);
}

ClientOrigin& ClientCore::origin_of(const Url& url) {
  auto& origin = origins_[url.origin()];
  if (origin == nullptr) origin = std::make_unique<ClientOrigin>(ClientOrigin{.url = url});
  return *origin;
}

void ClientCore::join(ClientExchange& exchange, bool first) {
  ClientOrigin& origin = origin_of(exchange.url);
  exchange.origin = &origin;
  exchange.wire = nullptr;
  if (first) {
    origin.waiting.push_front(&exchange);
  } else {
    origin.waiting.push_back(&exchange);
  }
  loop_end();
}

/// Neither waits nor has a wire: that ends, for nobody wants what still comes on it.
void ClientCore::leave(ClientExchange& exchange) {
  if (exchange.wire != nullptr) {
    ClientWire& wire = *std::exchange(exchange.wire, nullptr);
    if (wire.exchange() == &exchange) {
      wire.forget_exchange();
      wire.abort(CloseReason::aborted);
    }
  } else if (exchange.origin != nullptr) {
    std::erase(exchange.origin->waiting, &exchange);
  }
  exchange.origin = nullptr;
}

// --- the end of an exchange --------------------------------------------------------------------

bool ClientCore::follows(const ClientExchange& exchange) const {
  return options_.redirects != 0 && is_redirect(exchange.response.status) &&
         !exchange.response.header("Location").empty();
}

void ClientCore::on_complete(ClientExchange& exchange) {
  exchange.wire = nullptr;
  exchange.origin = nullptr;
  if (!follows(exchange)) return finish(exchange);
  if (auto status = redirect(exchange, options_); !status.ok()) {
    return fail(exchange, status.error());
  }
  counters_.redirects.add();
  exchange.fresh = exchange.retried = false;
  join(exchange, false);
}

void ClientCore::on_mistake(ClientExchange& exchange, std::string_view what) {
  fail(exchange, {exchange.url.origin() + ": " + std::string(what), EPROTO});
}

bool ClientCore::give_piece(ClientExchange& exchange, std::string_view piece) {
  const std::uint64_t number = exchange.id.number;
  // The receiver may end the client, and must outlive that.
  const bool outer = std::exchange(dispatching_, true);
  bool thrown = false;
  try {
    exchange.on_body({exchange.id, exchange.response, piece});
  } catch (...) {
    log_thrown("on_body");
    thrown = true;
  }
  dispatching_ = outer;
  if (!exchanges_.contains(number)) return false;
  if (thrown) fail(exchange, {"the receiver of the body threw", ECANCELED});
  return !thrown;
}

void ClientCore::on_expired(ClientExchange& exchange) {
  counters_.expired.add();
  const bool sent = exchange.sent;
  fail(exchange, {exchange.url.origin() + (sent ? ": the deadline passed; it may have been executed"
                                                : ": the deadline passed; it was not sent"),
                  sent ? ETIMEDOUT : ETIME});
}

void ClientCore::cancel(RequestId id) {
  const auto found = exchanges_.find(id.number);
  if (found == exchanges_.end()) return;
  const bool sent = found->second->sent;
  fail(*found->second, {sent ? "the request was cancelled; it may have been executed"
                             : "the request was cancelled; it was not sent",
                        ECANCELED});
}

void ClientCore::pause(RequestId id, bool paused) {
  const auto found = exchanges_.find(id.number);
  if (found == exchanges_.end()) return;
  found->second->paused = paused;
  if (found->second->wire != nullptr) found->second->wire->pause(paused);
}

void ClientCore::fail(ClientExchange& exchange, Error error) {
  leave(exchange);
  exchange.failure = std::move(error);
  finish(exchange);
}

void ClientCore::finish(ClientExchange& exchange) {
  exchange.cancel();
  if (exchange.failure) {
    counters_.failed.add();
  } else {
    counters_.answered.add();
  }
  awaited_.fetch_sub(1);
  awaited_bytes_.fetch_sub(exchange.charged);
  const auto found = exchanges_.find(exchange.id.number);
  finished_.push_back(std::move(found->second));
  exchanges_.erase(found);
  loop_end();
}

void ClientCore::run_deferred() {
  settle_wires();
  if (!closed_) serve_waiting();
  dispatch();
  buried_.clear();
}

/// Tells what has happened, in order. What comes about meanwhile is told next time, so that a
/// handler that fails and asks again cannot hold the loop; unless there is no next time.
void ClientCore::dispatch() {
  if (dispatching_) return;
  dispatching_ = true;
  do {
    for (auto& exchange : std::exchange(finished_, {})) tell(*exchange);
  } while (closed_ && !finished_.empty());
  dispatching_ = false;
  if (!finished_.empty()) loop_end();
}

void ClientCore::tell(ClientExchange& exchange) {
  if (!exchange.handler) return;
  try {
    if (exchange.failure) {
      exchange.handler(std::move(*exchange.failure));
    } else {
      exchange.handler(std::move(exchange.response));
    }
  } catch (...) {
    log_thrown("a handler");
  }
}

void ClientCore::shut_down() {
  if (closed_.exchange(true)) return;
  while (!exchanges_.empty()) {
    ClientExchange& exchange = *exchanges_.begin()->second;
    fail(exchange, {exchange.sent ? "the client was closed; it may have been executed"
                                  : "the client was closed; it was not sent",
                    ECANCELED});
  }
  for (auto& [name, origin] : origins_) {
    for (auto& wire : origin->wires) wire->abort(CloseReason::aborted);
  }
  dispatch();
}

void ClientCore::release() {
  dispatch();
  origins_.clear();
  buried_.clear();
}

/// Only while an exception is being handled.
void ClientCore::log_thrown(std::string_view where) {
  brake_.write(options_.log, LogLevel::error, loop_.now(),
               "HTTP client: " + std::string(where) + " threw: " + thrown_text());
}

ClientStats ClientCore::stats() const {
  return {.answered = counters_.answered.value(),
          .failed = counters_.failed.value(),
          .expired = counters_.expired.value(),
          .rejected = rejected_.load(),
          .redirects = counters_.redirects.value(),
          .retries = counters_.retries.value(),
          .connects = counters_.connects.value(),
          .connect_failures = counters_.connect_failures.value(),
          .unsolicited = counters_.unsolicited.value(),
          .awaited = awaited_.load(),
          .connections = counters_.connections.value(),
          .kept = counters_.kept.value()};
}

}  // namespace weir::http
