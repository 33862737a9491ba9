#include "weir/websocket/writer.hpp"

#include <optional>
#include <stdexcept>
#include <utility>

#include "websocket/zlib.hpp"

namespace weir::websocket {

namespace {

Status check(Opcode kind, std::string_view message) {
  if (kind == Opcode::text && !is_utf8(message)) {
    return Error{"text message that is not UTF-8"};  // RFC 6455 8.1
  }
  return {};
}

}  // namespace

Status append_message(Opcode kind, std::string_view message, const Compressor* compressor,
                      Buffer& output, int window_bits, const MaskKey* key) {
  if (Status status = check(kind, message); !status.ok()) return status;
  // zlib has no window of 8 bits to compress into, and an empty message has nothing to gain.
  const bool compresses = compressor != nullptr && window_bits > 8 && !message.empty() &&
                          message.size() >= compressor->options().threshold;
  if (!compresses) {
    append_frame({.opcode = kind}, message, key, output);
    return {};
  }
  std::unique_ptr<Deflater> deflater = compressor->take(window_bits);
  const std::string_view deflated = deflater->end(message);
  const bool smaller = deflated.size() < message.size();
  append_frame({.opcode = kind, .compressed = smaller}, smaller ? deflated : message, key, output);
  compressor->give(std::move(deflater));
  return {};
}

Writer::Writer(Role role, WriterOptions options) : options_(std::move(options)), role_(role) {
  if (role == Role::client && !options_.masks) {
    throw std::invalid_argument("weir::websocket::Writer: a client needs a source of masks");
  }
  if (options_.deflation) {
    takeover_ = options_.deflation->takeover(role);
    window_bits_ = options_.deflation->window_bits(role);
  }
}

Writer::~Writer() = default;
Writer::Writer(Writer&&) noexcept = default;
Writer& Writer::operator=(Writer&&) noexcept = default;

bool Writer::compresses() const {
  return options_.deflation && options_.compressor != nullptr && window_bits_ > 8;
}

Status Writer::message(Opcode kind, std::string_view message, Buffer& output) {
  if (open_) return Error{"a message between the fragments of another one"};  // RFC 6455 5.4
  const bool with_window = compresses() && takeover_ && !message.empty() &&
                           message.size() >= options_.compressor->options().threshold;
  if (!with_window) {
    const Compressor* compressor = compresses() && !takeover_ ? options_.compressor.get() : nullptr;
    const std::optional<MaskKey> key = next_key();
    return append_message(kind, message, compressor, output, window_bits_, key ? &*key : nullptr);
  }
  if (Status status = check(kind, message); !status.ok()) return status;
  if (deflater_ == nullptr) deflater_ = options_.compressor->take(window_bits_);
  // What has gone through the window must be sent as it came out, also when it has grown: the
  // peer's window has to see it as well.
  append({.opcode = kind, .compressed = true}, deflater_->end(message), output);
  deflater_->rest(0);
  return {};
}

Status Writer::fragment(Opcode kind, std::string_view part, bool last, Buffer& output) {
  if (open_ && kind != kind_) return Error{"a fragment of another kind than its message"};
  Utf8 utf8 = open_ ? utf8_ : Utf8();
  if (kind == Opcode::text && !(utf8.accept(part) && (utf8.whole() || !last))) {
    return Error{"text message that is not UTF-8"};
  }
  utf8_ = utf8;
  FrameHead head{.opcode = open_ ? Opcode::continuation : kind, .last = last};
  if (!open_) {
    compressed_ = compresses();
    // RFC 7692 6.1: RSV1 stands on the first frame alone.
    head.compressed = compressed_;
    if (compressed_ && deflater_ == nullptr) deflater_ = options_.compressor->take(window_bits_);
  }
  if (!compressed_) {
    append(head, part, output);
  } else {
    append(head, last ? deflater_->end(part) : deflater_->part(part), output);
    deflater_->rest(0);
    if (last && !takeover_) options_.compressor->give(std::move(deflater_));
  }
  kind_ = kind;
  open_ = !last;
  return {};
}

std::optional<MaskKey> Writer::next_key() const {
  if (role_ == Role::server) return std::nullopt;
  return options_.masks();
}

void Writer::append(FrameHead head, std::string_view payload, Buffer& output) const {
  const std::optional<MaskKey> key = next_key();
  append_frame(head, payload, key ? &*key : nullptr, output);
}

void Writer::ping(std::string_view payload, Buffer& output) const {
  const std::optional<MaskKey> key = next_key();
  append_control(Opcode::ping, payload, key ? &*key : nullptr, output);
}

void Writer::pong(std::string_view payload, Buffer& output) const {
  const std::optional<MaskKey> key = next_key();
  append_control(Opcode::pong, payload, key ? &*key : nullptr, output);
}

void Writer::close(std::uint16_t code, std::string_view reason, Buffer& output) const {
  const std::optional<MaskKey> key = next_key();
  append_close(code, reason, key ? &*key : nullptr, output);
}

}  // namespace weir::websocket
