// HttpProtocol, the way out: responses, whole and in pieces, and what a connection is upgraded to.
#include <ctime>
#include <utility>

#include "core/thrown.hpp"
#include "web/compression.hpp"
#include "web/http_protocol.hpp"
#include "weir/session/connection.hpp"

namespace weir::http {

void HttpProtocol::write_refusal(const ParseError& error, Buffer& output) {
  const std::string text = error.reason + "\n";
  const ResponseStart start{.status = error.status,
                            .content_length = text.size(),
                            .date = scratch_->date.at(std::time(nullptr)),
                            .content_type = plain_text,
                            .keep_alive = false};
  if (write_head(start, {}, output).ok()) output.append(text);
}

void HttpProtocol::go_on() {
  if (std::exchange(continued_, true) || exchange_->answered()) return;
  Writing writing{ResponseStart::to(exchange_->head()), {}, false};
  writing.start.status = Status::continue_100;
  writing_ = &writing;
  exchange_->connection()->reply({});
  writing_ = nullptr;
}

std::optional<BodyPlan> HttpProtocol::write_head_of(Exchange& exchange,
                                                    const LentResponse& response,
                                                    std::optional<std::uint64_t> length) {
  Session& session = exchange.session();
  Connection& connection = *exchange.connection();
  Writing writing{ResponseStart::to(exchange.head()), response.headers, false};
  writing.start.status = response.status;
  writing.start.content_length = length;
  writing.start.date = scratch_->date.at(std::time(nullptr));
  writing.start.content_type = response.content_type;
  writing.start.upgrade = response.upgrade;
  if (response.close || connection.draining() || body_pending()) writing.start.keep_alive = false;
  const BodyPlan plan = plan_of(writing.start);
  writing.with_body = plan.body != BodyKind::none;
  writing_ = &writing;
  const SendResult sent = connection.reply(response.body);
  writing_ = nullptr;
  if (!session.open()) return std::nullopt;
  if (sent != SendResult::rejected) return plan;
  // The handler's headers, which were logged: nothing was written of them.
  Writing failure{ResponseStart::to(exchange.head()), {}, false};
  failure.start.status = Status::internal_server_error;
  failure.start.date = scratch_->date.at(std::time(nullptr));
  failure.start.keep_alive = false;
  writing_ = &failure;
  connection.reply({});
  writing_ = nullptr;
  connection.close();
  return std::nullopt;
}

void HttpProtocol::write_response(Exchange& exchange, const LentResponse& response) {
  const CompressOptions& compress = service_.options.compress;
  if (response.body.size() >= compress.min_body) {
    Compression compression;
    LentResponse compressed = response;
    if (compression.apply(compress, exchange.head(), compressed)) {
      return write_whole(exchange, compressed);
    }
  }
  write_whole(exchange, response);
}

void HttpProtocol::write_whole(Exchange& exchange, const LentResponse& response) {
  Connection& connection = *exchange.connection();
  const FileRange* file = response.file;
  const std::uint64_t length = file != nullptr ? file->length : response.body.size();
  const std::optional<BodyPlan> plan = write_head_of(exchange, response, length);
  if (!plan) return;
  if (file != nullptr && plan->body != BodyKind::none) connection.send_file(*file);
  if (!plan->keep_alive) connection.close();
}

// --- in pieces -----------------------------------------------------------------------------------

void HttpProtocol::begin_stream(Exchange& exchange, const LentResponse& head,
                                StreamOptions options) {
  Connection& connection = *exchange.connection();
  LentResponse bare = head;
  bare.body = {};
  const std::optional<BodyPlan> plan = write_head_of(exchange, bare, options.length);
  if (!plan) return;
  stream_ = std::make_unique<Stream>(Stream{
      *plan, options.length.value_or(0), std::move(options.on_room), std::move(options.on_gone)});
  // The exchange is settled by this, and no other one begins before the end.
  connection.handler_began(reading_ ? 2 : 1, false);
  if (!head.body.empty()) connection.send(head.body);
}

weir::Status HttpProtocol::encode_piece(std::string_view piece, Buffer& output) {
  Stream& stream = *stream_;
  switch (stream.plan.body) {
    case BodyKind::none:
      break;
    case BodyKind::length:
      if (piece.size() > stream.left) return Error{"more than the length of the response"};
      stream.left -= piece.size();
      output.append(piece);
      break;
    case BodyKind::until_close:
      output.append(piece);
      break;
    case BodyKind::chunked:
      if (stream.trailers != nullptr) return write_last_chunk(*stream.trailers, output);
      write_chunk(piece, output);
      break;
  }
  return {};
}

void HttpProtocol::end_stream(std::span<const Header> trailers) {
  if (stream_ == nullptr) return;
  Connection& connection = *exchange_->connection();
  const BodyPlan plan = stream_->plan;
  const bool short_of = plan.body == BodyKind::length && stream_->left != 0;
  if (plan.body == BodyKind::chunked) {
    stream_->trailers = &trailers;
    if (connection.reply({}) == SendResult::rejected) {
      // Trailers that are none; they were logged.
      const std::span<const Header> no_trailers;
      stream_->trailers = &no_trailers;
      connection.reply({});
    }
  }
  stream_ = nullptr;
  if (!exchange_->session().open()) return;
  if (short_of) return connection.abort();
  if (!plan.keep_alive) connection.close();
  connection.handler_done();
}

weir::Status HttpProtocol::encode(std::string_view message, Buffer& output) {
  if (writing_ == nullptr && stream_ != nullptr) return encode_piece(message, output);
  if (writing_ == nullptr && next_ != nullptr) return next_->encode(message, output);
  if (writing_ == nullptr) return Error{"HTTP answers requests, it sends nothing unasked"};
  if (weir::Status written = write_head(writing_->start, writing_->headers, output);
      !written.ok()) {
    return written;
  }
  if (writing_->with_body) output.append(message);
  return {};
}

// --- an upgrade ----------------------------------------------------------------------------------

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
  connection.hand_over();
  try {
    next_->on_open(session);
  } catch (...) {
    connection.fail(CloseReason::handler_failed, thrown_text());
  }
}

// --- the connection's ----------------------------------------------------------------------------

bool HttpProtocol::says_goodbye(CloseReason reason) const {
  if (next_ != nullptr) return next_->says_goodbye(reason);
  // Not behind a response, or the beginning of one.
  const bool answered = stream_ != nullptr || (reading_ && exchange_->settled() && incoming_);
  return reason == CloseReason::frame_timeout && scratch_ != nullptr && !answered;
}

void HttpProtocol::say_goodbye(CloseReason reason, Buffer& output) {
  if (next_ != nullptr) return next_->say_goodbye(reason, output);
  write_refusal({Status::request_timeout, "the request came too slowly"}, output);
}

void HttpProtocol::on_drained(Session& session) {
  if (next_ != nullptr) return next_->on_drained(session);
  if (stream_ != nullptr && stream_->on_room) stream_->on_room();
}

void HttpProtocol::on_end(Session& session) {
  if (next_ != nullptr) next_->on_end(session);
}

void HttpProtocol::on_close(Session& session, CloseReason reason) {
  if (next_ != nullptr) next_->on_close(session, reason);
  if (const auto taker = std::exchange(incoming_, nullptr)) taker->end(false);
  if (const auto stream = std::exchange(stream_, nullptr); stream && stream->on_gone) {
    stream->on_gone();
  }
}

}  // namespace weir::http
