#include "web/http_protocol.hpp"

#include <algorithm>
#include <utility>

#include "weir/session/connection.hpp"

namespace weir::http {

// --- requests ----------------------------------------------------------------------------------

Progress HttpProtocol::on_input(std::string_view input, InputContext& context) {
  if (next_ != nullptr) return next_->on_input(input, context);
  if (scratch_ == nullptr) scratch_ = &service_.scratch.here(context.loop);
  if (reading_) body_begins(context.loop);
  Progress progress;
  while (!context.halted && context.output.size() < context.output_limit) {
    if (!reading_ && progress.consumed == input.size()) break;
    const Parsed part = parser_.next(input.substr(progress.consumed), scratch_->head);
    progress.consumed += part.consumed;
    switch (part.kind) {
      case Parsed::Kind::need_more:
        if (reading_ && too_slow(context.loop.now())) {
          refuse({Status::request_timeout, "the body comes too slowly"}, context, progress);
          progress.failure->reason = CloseReason::frame_timeout;
          progress.consumed = input.size();
          return progress;
        }
        await_more(progress);
        return progress;
      case Parsed::Kind::head:
        begin(context);
        break;
      case Parsed::Kind::body:
        take_body(part.body, context);
        break;
      case Parsed::Kind::complete:
        complete(context);
        // The rest of the input is no HTTP: it comes again.
        if (next_ != nullptr) return progress;
        break;
      case Parsed::Kind::failed:
        refuse(parser_.error(), context, progress);
        // The words say what it was: that it looks like HTTP would be no news.
        progress.consumed = input.size();
        return progress;
    }
  }
  // What is left of the input comes again; a head that lies in it must not be asked for by then.
  if (reading_) await_more(progress);
  return progress;
}

/// One that nobody else refers to.
Exchange& HttpProtocol::exchange(InputContext& context) {
  if (exchange_ == nullptr || !exchange_->unshared()) {
    exchange_.reset(new Exchange(context.session, context.loop, *this));
  }
  return *exchange_;
}

void HttpProtocol::begin(InputContext& context) {
  ++context.frames;
  reading_ = true;
  body_bytes_ = 0;
  body_since_ = {};
  lent_ = {};
  continued_ = !scratch_->head.expects_continue;
  Exchange& present = exchange(context);
  present.begin_request(scratch_->head);
  const RequestHead& head = present.head();
  RouteMatch& match = present.match();
  service_.routes->find(context.loop, head.method, head.path, match);
  if (!match.streams) return parser_.limit_body(service_.options.limits.body);
  parser_.limit_body(service_.options.streamed_body);
  incoming_ = std::make_shared<IncomingBody>(context.session, context.loop, [this] { go_on(); });
  dispatch(context, {});
  if (incoming_ != nullptr && !incoming_->reading() && !present.settled()) incoming_->pause();
}

void HttpProtocol::take_body(std::string_view piece, InputContext& context) {
  continued_ = true;
  body_begins(context.loop);
  body_bytes_ += piece.size();
  const RequestHead& head = exchange_->head();
  if (incoming_ != nullptr) {
    // Held here, for what takes the piece may end the connection.
    const std::shared_ptr<IncomingBody> taker = incoming_;
    taker->give(piece);
  } else if (head.body == BodyKind::length && piece.size() == head.content_length) {
    lent_ = piece;
  } else {
    if (body_ == nullptr) body_ = std::make_unique<std::string>();
    body_->append(piece);
  }
}

void HttpProtocol::body_begins(const EventLoop& loop) {
  if (body_since_ == TimePoint()) body_since_ = loop.now();
}

bool HttpProtocol::too_slow(TimePoint now) const {
  if (body_since_ == TimePoint()) return false;
  Duration took = now - body_since_;
  if (incoming_ != nullptr) took -= incoming_->rested();
  if (took <= service_.options.body_grace) return false;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(took).count();
  return body_bytes_ < service_.options.min_body_rate * static_cast<std::uint64_t>(seconds);
}

/// The input ends in the middle of a request.
void HttpProtocol::await_more(Progress& progress) {
  if (!reading_) return;
  exchange_->keep_head();
  if (!lent_.empty()) {
    body_ = std::make_unique<std::string>(lent_);
    lent_ = {};
  }
  progress.partial = true;
  if (incoming_ == nullptr) go_on();
}

/// The body is there whole.
void HttpProtocol::complete(InputContext& context) {
  reading_ = false;
  if (const auto taker = std::exchange(incoming_, nullptr)) {
    // What is behind this request waits for its response.
    context.connection.handlers_at_once(1);
    exchange_->set_deadline(handler_deadline(options_.deadlines, context.loop));
    return taker->end(true);
  }
  // Held here, for the handler may close, and what it closes may be this.
  const std::unique_ptr<std::string> gathered = std::move(body_);
  dispatch(context, gathered != nullptr ? std::string_view(*gathered) : lent_);
}

void HttpProtocol::dispatch(InputContext& context, std::string_view body) {
  Exchange& present = *exchange_;
  const RouteMatch& match = present.match();
  // How long the body takes is the client's; the handler's time begins when it is there.
  const TimePoint deadline =
      incoming_ != nullptr ? TimerQueue::never : handler_deadline(options_.deadlines, context.loop);
  present.begin_call(body, deadline, context.frames > 1);
  const bool unrouted_options =
      match.kind != RouteMatch::Kind::route && present.head().method == "OPTIONS";
  if (unrouted_options && match.kind == RouteMatch::Kind::no_method) {
    present.respond(Response{.status = Status::no_content}.with("Allow", match.allow));
  } else if (unrouted_options && present.head().form == TargetForm::asterisk) {
    present.respond(Response{.status = Status::no_content});  // of the server (RFC 9110, 9.3.7)
  } else {
    // What no route is for has a key that none can have.
    service_.core->dispatch(match.kind == RouteMatch::Kind::route ? match.key : " ", present);
  }
  if (!present.settled()) present.keep_payload();
  present.handler_returned(reading_ ? 2 : 1);
}

/// A request that is none: it is answered, and the connection ends.
void HttpProtocol::refuse(const ParseError& error, InputContext& context, Progress& progress) {
  const auto taker = std::exchange(incoming_, nullptr);
  // Not behind a response, or in the middle of one.
  if (taker == nullptr || !exchange_->answered()) write_refusal(error, context.output);
  reading_ = false;
  progress.fail(CloseReason::malformed_frame, error.reason);
  if (taker != nullptr) taker->end(false);
}

// --- the listener ------------------------------------------------------------------------------

namespace {

class HttpFactory final : public ProtocolFactory {
 public:
  HttpFactory(std::shared_ptr<Routes> routes, std::shared_ptr<RouterCore> core,
              const Options& options)
      : service_{std::move(routes), std::move(core), options, options.limits} {
    service_.limits.body = std::max(options.limits.body, options.streamed_body);
  }
  [[nodiscard]] std::unique_ptr<Protocol> make(const ConnectionOptions& options) override {
    return std::make_unique<HttpProtocol>(service_, options);
  }
  [[nodiscard]] std::vector<std::string> route_names() const override {
    return service_.routes->names();
  }

 private:
  HttpService service_;
};

}  // namespace

std::unique_ptr<ProtocolFactory> serve(std::shared_ptr<Routes> routes,
                                       std::shared_ptr<RouterCore> core, const Options& options) {
  return std::make_unique<HttpFactory>(std::move(routes), std::move(core), options);
}

}  // namespace weir::http
