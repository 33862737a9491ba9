#include "web/websocket_client_protocol.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>
#include <vector>

#include "web/websocket_client_core.hpp"
#include "weir/http/request_writer.hpp"
#include "weir/websocket/handshake.hpp"
#include "weir/websocket/random.hpp"

namespace weir::websocket {

namespace {

/// The values of all fields of that name, as one list (RFC 9110, section 5.3).
std::string joined(const http::Headers& headers, std::string_view name) {
  std::string list;
  for (const http::Header& each : headers) {
    if (!http::same_name(each.name, name)) continue;
    if (!list.empty()) list += ", ";
    list += each.value;
  }
  return list;
}

std::string join(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

constexpr std::array<std::string_view, 4> own_fields{"Sec-WebSocket-Key", "Sec-WebSocket-Version",
                                                     "Sec-WebSocket-Protocol",
                                                     "Sec-WebSocket-Extensions"};

}  // namespace

Status write_request(const http::Url& url, const ClientOptions& options, std::string_view key,
                     Buffer& output) {
  std::vector<http::Header> fields{{"Sec-WebSocket-Version", "13"}, {"Sec-WebSocket-Key", key}};
  const std::string protocols = join(options.protocols);
  if (!protocols.empty()) fields.push_back({"Sec-WebSocket-Protocol", protocols});
  std::string offer;
  if (options.deflate) {
    offer = offer_deflate(*options.deflate);
    fields.push_back({"Sec-WebSocket-Extensions", offer});
  }
  for (const auto& header : options.headers) {
    const bool own = std::ranges::any_of(
        own_fields, [&](std::string_view field) { return http::same_name(field, header.first); });
    if (own) return Error{"header " + header.first + " is written by weir", EINVAL};
    fields.push_back({header.first, header.second});
  }
  const std::string host = url.authority();
  return http::write_head({.target = url.target, .host = host, .upgrade = "websocket"}, fields,
                          output);
}

ClientProtocol::ClientProtocol(ClientCore& core)
    : core_(core),
      key_(random_key()),
      parser_(core.options().response),
      writer_(Role::client, {.masks = core.masks()}),
      heard_at_(core.loop().now()) {}

void ClientProtocol::on_open(Session&) {
  parser_.expect("GET");
  static_cast<void>(core_.connection().send({}));
}

void ClientProtocol::on_close(Session&, CloseReason) {
  Timer::cancel();
  closing_.ended();
}

/// A server that ends the stream without a goodbye has nothing more to say, and reads nothing.
void ClientProtocol::on_end(Session&) { core_.connection().abort(CloseReason::peer_ended); }

Ended ClientProtocol::ended() const { return {closing_.code(), reason_, closing_.clean()}; }

// --- in ----------------------------------------------------------------------------------------

bool ClientProtocol::take_handshake(std::string_view input, Progress& progress) {
  for (;;) {
    const http::Parsed parsed = parser_.next(input.substr(progress.consumed), head_);
    progress.consumed += parsed.consumed;
    switch (parsed.kind) {
      case http::Parsed::Kind::need_more:
        return false;
      case http::Parsed::Kind::head:
        if (head_.interim) break;
        if (Status checked = check(head_); !checked.ok()) {
          core_.on_refused(checked.error());
          core_.connection().abort(CloseReason::malformed_frame);
          return false;
        }
        break;
      case http::Parsed::Kind::complete:
        if (!head_.switches) break;
        open_ = true;
        return true;
      default:
        core_.on_refused({parser_.error().reason, EPROTO});
        core_.connection().abort(CloseReason::malformed_frame);
        return false;
    }
  }
}

Status ClientProtocol::check(const http::ResponseHead& head) {
  if (!head.switches) {
    const std::string code = std::to_string(http::code_of(head.status));
    return Error{"the server answered " + code + ", not 101", EPROTO};
  }
  const std::string upgrade = joined(head.headers, "Upgrade");
  const std::string connection = joined(head.headers, "Connection");
  const std::string accept = joined(head.headers, "Sec-WebSocket-Accept");
  protocol_ = joined(head.headers, "Sec-WebSocket-Protocol");
  const Status checked = check_response({.status = static_cast<int>(http::code_of(head.status)),
                                         .upgrade = upgrade,
                                         .connection = connection,
                                         .accept = accept,
                                         .protocol = protocol_},
                                        key_, core_.options().protocols);
  if (!checked.ok()) return Error{checked.error().message, EPROTO};
  auto confirmed =
      confirm_deflate(joined(head.headers, "Sec-WebSocket-Extensions"), core_.options().deflate);
  if (!confirmed.ok()) return Error{confirmed.error().message, EPROTO};
  deflation_ = confirmed.take();
  reader_ = Reader(Role::client, {.limits = core_.options().limits, .deflation = deflation_});
  writer_ =
      Writer(Role::client,
             {.masks = core_.masks(), .deflation = deflation_, .compressor = core_.compressor()});
  return {};
}

Progress ClientProtocol::on_input(std::string_view input, InputContext& context) {
  Progress progress;
  heard_at_ = context.loop.now();
  asked_ = false;
  if (!open_) {
    if (!take_handshake(input, progress)) return progress;
    await_ping();
    core_.on_opened({protocol_, deflation_});
  }
  while (!context.halted) {
    const Event event = reader_.read(input.substr(progress.consumed), core_.scratch());
    progress.consumed += event.consumed;
    switch (event.kind) {
      case Event::Kind::need_more:
        progress.need = event.need;
        progress.partial = !reader_.between_messages();
        return progress;
      case Event::Kind::text:
      case Event::Kind::binary:
        core_.on_message({event.kind == Event::Kind::binary, event.payload});
        break;
      case Event::Kind::ping: {
        // Of pings that come faster than pongs go, some are passed over (RFC 6455, section 5.5.3).
        const std::size_t waiting = core_.queued() + context.output.size();
        if (closing_.may_send() && waiting < core_.options().flow.max_queued) {
          writer_.pong(event.payload, context.output);
        }
        break;
      }
      case Event::Kind::pong:
        break;
      case Event::Kind::close:
        reason_ = event.payload;
        end(closing_.received(event.code), context.output);
        await_end();
        break;
      case Event::Kind::failed:
        reason_ = event.payload;
        end(closing_.failed(event.code, event.payload), context.output);
        progress.fail(CloseReason::malformed_frame, event.payload);
        return progress;
    }
  }
  progress.partial = !reader_.between_messages();
  return progress;
}

// --- out ---------------------------------------------------------------------------------------

Status ClientProtocol::encode(std::string_view message, Buffer& output) {
  if (!open_) return write_request(core_.url(), core_.options(), key_, output);
  switch (sending_) {
    case Sending::text:
    case Sending::binary:
      if (!closing_.may_send()) return Error{"a close frame went out before"};
      return writer_.message(sending_ == Sending::text ? Opcode::text : Opcode::binary, message,
                             output);
    case Sending::ping:
      writer_.ping(message, output);
      return {};
    case Sending::close:
      break;
  }
  // The first two bytes are the code.
  const auto code = static_cast<std::uint16_t>(static_cast<unsigned char>(message[0]) << 8 |
                                               static_cast<unsigned char>(message[1]));
  end(closing_.close(code, message.substr(2)), output);
  return {};
}

void ClientProtocol::on_written(std::uint64_t) { core_.on_written(); }

void ClientProtocol::close(std::uint16_t code, std::string_view reason) {
  if (!may_send()) return;
  std::string message{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
  message += reason;
  sends(Sending::close);
  static_cast<void>(core_.connection().send(message));
  await_end();
}

/// The connection ends for another reason than a close frame.
void ClientProtocol::say_goodbye(CloseReason reason, Buffer& output) {
  const bool failed = reason == CloseReason::handler_failed;
  end(closing_.close(failed ? close_code::internal_error : close_code::policy), output);
}

void ClientProtocol::end(const Closing::Step& step, Buffer& output) {
  if (step.send) writer_.close(step.code, step.reason, output);
}

// --- time --------------------------------------------------------------------------------------

void ClientProtocol::await_end() {
  core_.loop().timers().arm(*this, later(core_.loop().clock_now(), core_.options().close_deadline));
}

void ClientProtocol::await_ping() {
  const Duration every = core_.options().ping_every;
  if (every > Duration::zero()) core_.loop().timers().arm(*this, later(heard_at_, every));
}

void ClientProtocol::on_timer() {
  if (!closing_.may_send()) return core_.connection().abort(CloseReason::closed);
  reader_.forget_controls();
  if (later(heard_at_, core_.options().ping_every) > core_.loop().now()) return await_ping();
  if (asked_) return core_.connection().abort(CloseReason::idle_timeout);
  asked_ = true;
  heard_at_ = core_.loop().now();
  await_ping();
  sends(Sending::ping);
  static_cast<void>(core_.connection().send({}));
}

}  // namespace weir::websocket
