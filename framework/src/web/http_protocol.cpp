#include "web/http_protocol.hpp"

#include <ctime>
#include <utility>

#include "weir/session/connection.hpp"

namespace weir::http {

namespace {

constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

// --- requests ----------------------------------------------------------------------------------

Progress HttpProtocol::on_input(std::string_view input, InputContext& context) {
  if (next_ != nullptr) {
    exchange_.reset();
    return next_->on_input(input, context);
  }
  if (scratch_ == nullptr) scratch_ = &service_.scratch.here(context.loop);
  Progress progress;
  while (!context.halted && context.output.size() < context.output_limit) {
    if (!reading_ && progress.consumed == input.size()) break;
    const Parsed part = parser_.next(input.substr(progress.consumed), scratch_->head);
    progress.consumed += part.consumed;
    switch (part.kind) {
      case Parsed::Kind::need_more:
        await_more(context, progress);
        return progress;
      case Parsed::Kind::head:
        begin(context);
        break;
      case Parsed::Kind::body:
        if (take_body(part.body, context)) break;
        refuse({Status::request_timeout, "the body comes too slowly"}, context, progress);
        progress.failure->reason = CloseReason::frame_timeout;
        return progress;
      case Parsed::Kind::complete:
        call(context);
        // The rest of the input is no HTTP: it comes again.
        if (next_ != nullptr) return progress;
        break;
      case Parsed::Kind::failed:
        refuse(parser_.error(), context, progress);
        return progress;
    }
  }
  // What is left of the input comes again; a head that lies in it must not be asked for by then.
  if (reading_) await_more(context, progress);
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
  lent_ = {};
  continued_ = !scratch_->head.expects_continue;
  exchange(context).begin_request(scratch_->head);
}

bool HttpProtocol::take_body(std::string_view piece, InputContext& context) {
  continued_ = true;
  if (body_bytes_ == 0) body_since_ = context.loop.now();
  body_bytes_ += piece.size();
  const RequestHead& head = exchange_->head();
  if (head.body == BodyKind::length && piece.size() == head.content_length) {
    lent_ = piece;
    return true;
  }
  if (body_ == nullptr) body_ = std::make_unique<std::string>();
  body_->append(piece);
  const Duration took = context.loop.now() - body_since_;
  if (took <= service_.options.body_grace) return true;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(took).count();
  return body_bytes_ >= service_.options.min_body_rate * static_cast<std::uint64_t>(seconds);
}

/// The input ends in the middle of a request.
void HttpProtocol::await_more(InputContext& context, Progress& progress) {
  if (!reading_) return;
  exchange_->keep_head();
  if (!lent_.empty()) {
    body_ = std::make_unique<std::string>(lent_);
    lent_ = {};
  }
  progress.partial = true;
  if (!std::exchange(continued_, true)) context.output.append(go_on);
}

void HttpProtocol::call(InputContext& context) {
  reading_ = false;
  // Held here, for the handler may close, and what it closes may be this.
  const std::unique_ptr<std::string> gathered = std::move(body_);
  const std::string_view body = gathered != nullptr ? std::string_view(*gathered) : lent_;
  Exchange& present = *exchange_;
  const RequestHead& head = present.head();
  RouteMatch& match = present.match();
  service_.routes->find(context.loop, head.method, head.path, match);
  present.begin_call(body, handler_deadline(options_.deadlines, context.loop), context.frames > 1);
  if (match.kind == RouteMatch::Kind::no_method && head.method == "OPTIONS") {
    present.respond(Response{.status = Status::no_content}.with("Allow", match.allow));
  } else {
    // What no route is for has a key that none can have.
    service_.core->dispatch(match.kind == RouteMatch::Kind::route ? match.key : " ", present);
  }
  if (!present.settled()) present.keep_payload();
  present.handler_returned(1);
}

/// A request that is none: it is answered, and the connection ends.
void HttpProtocol::refuse(const ParseError& error, InputContext& context, Progress& progress) {
  reading_ = false;
  const std::string text = error.reason + "\n";
  const Header type{"Content-Type", plain_text};
  ResponseStart start{.status = error.status,
                      .content_length = text.size(),
                      .date = scratch_->date.at(std::time(nullptr)),
                      .keep_alive = false};
  if (write_head(start, {&type, 1}, context.output).ok()) context.output.append(text);
  progress.fail(CloseReason::malformed_frame, error.reason);
}

// --- responses ---------------------------------------------------------------------------------

void HttpProtocol::write_response(Exchange& exchange, const LentResponse& response) {
  Session& session = exchange.session();
  Connection& connection = *exchange.connection();
  const FileRange* file = response.file;
  Writing writing{ResponseStart::to(exchange.head()), response.headers, true};
  writing.start.status = response.status;
  writing.start.content_length = file != nullptr ? file->length : response.body.size();
  writing.start.date = scratch_->date.at(std::time(nullptr));
  writing.start.upgrade = response.upgrade;
  if (response.close || connection.draining()) writing.start.keep_alive = false;
  const BodyPlan plan = plan_of(writing.start);
  writing.with_body = plan.body != BodyKind::none && file == nullptr;
  writing_ = &writing;
  if (connection.reply(response.body) == SendResult::rejected && session.open()) {
    // The handler's headers, which were logged: nothing was written of them.
    writing.start.status = Status::internal_server_error;
    writing.start.content_length = 0;
    writing.start.keep_alive = false;
    writing.headers = {};
    writing.with_body = false;
    connection.reply({});
    writing_ = nullptr;
    return connection.close();
  }
  writing_ = nullptr;
  if (file != nullptr && plan.body != BodyKind::none) connection.send_file(*file);
  if (!plan.keep_alive) connection.close();
}

void HttpProtocol::write_upgrade(Exchange& exchange, std::string_view protocol,
                                 std::span<const Header> headers, std::unique_ptr<Protocol> next) {
  Session& session = exchange.session();
  Connection& connection = *exchange.connection();
  Writing writing{ResponseStart::to(exchange.head()), headers, false};
  writing.start.status = Status::switching_protocols;
  writing.start.content_length = std::nullopt;
  writing.start.date = scratch_->date.at(std::time(nullptr));
  writing.start.upgrade = protocol;
  writing_ = &writing;
  const SendResult sent = connection.reply({});
  writing_ = nullptr;
  if (sent == SendResult::rejected) return connection.close();
  next_ = std::move(next);
  try {
    next_->on_open(session);
  } catch (const std::exception& thrown) {
    connection.fail(CloseReason::handler_failed, thrown.what());
  }
}

bool HttpProtocol::says_goodbye() const { return next_ != nullptr && next_->says_goodbye(); }

void HttpProtocol::say_goodbye(CloseReason reason, Buffer& output) {
  next_->say_goodbye(reason, output);
}

void HttpProtocol::on_drained(Session& session) {
  if (next_ != nullptr) next_->on_drained(session);
}

void HttpProtocol::on_end(Session& session) {
  if (next_ != nullptr) next_->on_end(session);
}

void HttpProtocol::on_close(Session& session, CloseReason reason) {
  if (next_ != nullptr) next_->on_close(session, reason);
}

weir::Status HttpProtocol::encode(std::string_view message, Buffer& output) {
  if (writing_ == nullptr && next_ != nullptr) return next_->encode(message, output);
  if (writing_ == nullptr) return Error{"HTTP answers requests, it sends nothing unasked"};
  if (weir::Status written = write_head(writing_->start, writing_->headers, output);
      !written.ok()) {
    return written;
  }
  if (writing_->with_body) output.append(message);
  return {};
}

// --- the listener ------------------------------------------------------------------------------

namespace {

class HttpFactory final : public ProtocolFactory {
 public:
  HttpFactory(std::shared_ptr<Routes> routes, std::shared_ptr<RouterCore> core,
              const Options& options)
      : service_{std::move(routes), std::move(core), options} {}
  [[nodiscard]] std::unique_ptr<Protocol> make(const ConnectionOptions& options) override {
    return std::make_unique<HttpProtocol>(service_, options);
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
