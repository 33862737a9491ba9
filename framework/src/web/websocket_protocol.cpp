#include "web/websocket_protocol.hpp"

#include <cstring>
#include <string>
#include <utility>

#include "session/session_state.hpp"
#include "weir/core/record.hpp"
#include "weir/session/connection.hpp"
#include "weir/websocket/writer.hpp"

namespace weir::http {

using websocket::Event;
namespace close_code = websocket::close_code;

namespace {

/// Replies to one message, before they are frames.
constexpr std::size_t most_record = 0xFFFFFFFF;

/// Above this, the records' block is given back.
constexpr std::size_t records_to_keep = 64 * 1024;

std::uint16_t code_of(CloseReason reason) {
  switch (reason) {
    case CloseReason::drained:
      return close_code::going_away;
    case CloseReason::handler_failed:
    case CloseReason::handler_timeout:
    case CloseReason::unencodable_reply:
      return close_code::internal_error;
    case CloseReason::idle_timeout:
    case CloseReason::frame_timeout:
      return close_code::policy;
    default:
      return close_code::normal;
  }
}

}  // namespace

Decoded LentFraming::decode(std::string_view input) const {
  Lent lent{};
  std::memcpy(&lent, input.data(), sizeof lent);
  return Decoded::frame({lent.data, lent.size}, sizeof lent);
}

WebSocketProtocol::WebSocketProtocol(std::shared_ptr<WebSocketService> service,
                                     const ConnectionOptions& options, EventLoop& loop,
                                     const Session& session,
                                     const std::optional<websocket::Deflation>& deflation)
    : service_(std::move(service)),
      inner_(service_->inner->make(options)),
      loop_(loop),
      session_(session),
      reader_(websocket::Role::server,
              {.limits = service_->options.limits, .deflation = deflation}),
      scratch_(&service_->scratch.here(loop)),
      heard_at_(loop.now()) {
  if (deflation) window_bits_ = deflation->window_bits(websocket::Role::server);
  static_cast<void>(inner_->use_messages(most_record));
}

void WebSocketProtocol::on_open(Session& session) {
  inner_->on_open(session);
  await_ping();
}

void WebSocketProtocol::on_close(Session& session, CloseReason reason) {
  Timer::cancel();
  closing_.ended();
  inner_->on_close(session, reason);
}

// --- in ----------------------------------------------------------------------------------------

Progress WebSocketProtocol::on_input(std::string_view input, InputContext& context) {
  Progress progress;
  heard_at_ = context.loop.now();
  asked_ = false;
  while (!context.halted && context.output.size() < context.output_limit) {
    const Event event = reader_.read(input.substr(progress.consumed), scratch_->reader);
    progress.consumed += event.consumed;
    switch (event.kind) {
      case Event::Kind::need_more:
        progress.need = event.need;
        progress.partial = !reader_.between_messages();
        return progress;
      case Event::Kind::text:
      case Event::Kind::binary:
        if (!deliver(event, context, progress)) return progress;
        break;
      case Event::Kind::ping:
        if (closing_.may_send()) {
          append_control(websocket::Opcode::pong, event.payload, nullptr, context.output);
        }
        break;
      case Event::Kind::pong:
        break;
      case Event::Kind::close:
        end(closing_.received(event.code), context.output);
        progress.fail(CloseReason::peer_ended, {});
        return progress;
      case Event::Kind::failed:
        end(closing_.failed(event.code, event.payload), context.output);
        progress.fail(CloseReason::malformed_frame, event.payload);
        return progress;
    }
  }
  progress.partial = !reader_.between_messages();
  return progress;
}

bool WebSocketProtocol::deliver(const Event& message, InputContext& context, Progress& progress) {
  const bool binary = message.kind == Event::Kind::binary;
  if (binary != service_->options.binary) {
    const std::string_view why =
        binary ? "binary messages are not taken here" : "text messages are not taken here";
    end(closing_.failed(close_code::unacceptable_type, why), context.output);
    progress.fail(CloseReason::malformed_frame, why);
    return false;
  }
  const LentFraming::Lent lent{message.payload.data(), message.payload.size()};
  // Taken, for a handler may call in here again.
  Buffer records = std::exchange(scratch_->records, Buffer());
  records.clear();
  InputContext inner{
      context.session, context.connection,          context.loop, records, context.frames,
      context.halted,  static_cast<std::size_t>(-1)};
  const Progress inside =
      inner_->on_input({reinterpret_cast<const char*>(&lent), sizeof lent}, inner);
  for (std::string_view rest = records.view(); !rest.empty();) {
    const weir::Status written = append(LentFraming::message_of(take_record(rest)), context.output);
    if (!written.ok()) {
      progress.fail(CloseReason::unencodable_reply, written.error().message);
      return false;
    }
  }
  records.clear();
  if (records.capacity() <= records_to_keep) scratch_->records = std::move(records);
  if (inside.failure == nullptr) return true;
  progress.fail(inside.failure->reason, inside.failure->mistake);
  return false;
}

// --- out ---------------------------------------------------------------------------------------

weir::Status WebSocketProtocol::append(std::string_view message, Buffer& output) const {
  const auto kind = service_->options.binary ? websocket::Opcode::binary : websocket::Opcode::text;
  const auto* compressor = window_bits_ != 0 ? service_->compressor.get() : nullptr;
  return append_message(kind, message, compressor, output, window_bits_ != 0 ? window_bits_ : 15);
}

weir::Status WebSocketProtocol::encode(std::string_view message, Buffer& output) {
  if (!closing_.may_send()) return Error{"a close frame went out before"};
  return append(message, output);
}

void WebSocketProtocol::say_goodbye(CloseReason reason, Buffer& output) {
  end(closing_.close(code_of(reason)), output);
}

void WebSocketProtocol::end(const websocket::Closing::Step& step, Buffer& output) {
  if (step.send) websocket::append_close(step.code, step.reason, nullptr, output);
}

// --- time --------------------------------------------------------------------------------------

void WebSocketProtocol::await_ping() {
  if (service_->options.ping_every <= Duration::zero()) return;
  loop_.timers().arm(*this, later(heard_at_, service_->options.ping_every));
}

void WebSocketProtocol::on_timer() {
  reader_.forget_controls();
  if (later(heard_at_, service_->options.ping_every) > loop_.now()) return await_ping();
  Connection& connection = *session_.state()->connection;
  if (asked_) return connection.fail(CloseReason::idle_timeout, {});
  asked_ = true;
  heard_at_ = loop_.now();
  await_ping();
  if (closing_.may_send()) connection.send_shared(service_->ping);
}

}  // namespace weir::http
