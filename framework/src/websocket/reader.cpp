#include "weir/websocket/reader.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "websocket/frame_header.hpp"
#include "websocket/mask.hpp"
#include "websocket/zlib.hpp"

namespace weir::websocket {

namespace {

using Kind = Event::Kind;

constexpr std::size_t kept_scratch = 64 * 1024;
// A piece is about as long at most; a compressed one can be longer by what the last few bytes of it
// inflate to.
constexpr std::size_t piece_bytes = 64 * 1024;
constexpr std::size_t compressed_step = 256;
constexpr std::size_t compressed_block = 4 * 1024;
// Leaves room for sums of sizes.
constexpr std::size_t largest_limit = std::numeric_limits<std::size_t>::max() / 4;
constexpr int largest_window = 15;

Mistake wrong(const char* words) { return {close_code::protocol_error, words}; }

constexpr Mistake bad_text{close_code::bad_payload, "text that is not UTF-8"};

Mistake long_frame(std::size_t most) {
  return {close_code::too_big, "frame of more than ", most, " bytes"};
}

Mistake long_message(std::size_t most) {
  return {close_code::too_big, "message of more than ", most, " bytes"};
}

}  // namespace

Scratch::Scratch() = default;
Scratch::~Scratch() = default;

void Scratch::tidy() {
  bytes_.clear();
  if (bytes_.capacity() > kept_scratch) bytes_.release();
}

Reader::Reader(Role role, ReaderOptions options)
    : limits_(options.limits), deflation_(options.deflation), role_(role), pieces_(options.pieces) {
  limits_.message_bytes = std::min(limits_.message_bytes, largest_limit);
}

Reader::~Reader() = default;
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;

Event Reader::read(std::string_view input, Scratch& scratch) {
  scratch.tidy();
  if (answered_) message_.release();
  answered_ = false;
  if (ended_) return {.consumed = input.size(), .need = 1};
  std::size_t at = 0;
  for (;;) {
    if (!in_frame_) {
      const ParsedHeader header = parse_header(input.substr(at), role_, deflation_.has_value());
      if (header.mistake) return fail(header.mistake, input.size(), scratch);
      if (header.need != 0) return {.consumed = at, .need = header.need};
      if (header.control()) return read_control(header, input, at, scratch);
      if (const Mistake mistake = begin_frame(header)) return fail(mistake, input.size(), scratch);
      at += header.size;
    }
    Event event;
    if (const Mistake mistake = read_payload(input, at, scratch, event)) {
      return fail(mistake, input.size(), scratch);
    }
    event.consumed = at;
    event.need = 1;
    if (event.kind != Kind::need_more || in_frame_) return event;
  }
}

Event Reader::read_control(const ParsedHeader& header, std::string_view input, std::size_t at,
                           Scratch& scratch) {
  const std::size_t total = header.size + static_cast<std::size_t>(header.length);
  if (input.size() - at < total) return {.consumed = at, .need = total};
  if (++controls_ > limits_.control_frames) {
    return fail(
        {close_code::policy, "more than ", limits_.control_frames, " control frames in a row"},
        input.size(), scratch);
  }
  Event event{.consumed = at + total};
  event.payload = input.substr(at + header.size, total - header.size);
  if (role_ == Role::server) {
    char* to = scratch.bytes_.prepare(max_control_payload);
    apply_mask(to, event.payload.data(), event.payload.size(), header.key);
    event.payload = {to, event.payload.size()};
  }
  if (header.head.opcode == Opcode::close) {
    const Mistake mistake = read_close(event.payload, event);
    return mistake ? fail(mistake, input.size(), scratch) : event;
  }
  event.kind = header.head.opcode == Opcode::ping ? Kind::ping : Kind::pong;
  return event;
}

Mistake Reader::read_close(std::string_view payload, Event& event) {
  event.kind = Kind::close;
  event.code = close_code::none;  // RFC 6455 7.1.5
  if (!payload.empty()) {
    // RFC 6455 5.5.1: if there is a payload, its first two bytes are the code.
    if (payload.size() == 1) return wrong("close frame with half a code");
    event.code = static_cast<std::uint16_t>(static_cast<unsigned char>(payload[0]) << 8 |
                                            static_cast<unsigned char>(payload[1]));
    // RFC 6455 7.4.1 and 7.4.2.
    if (!may_send_close_code(event.code)) {
      return {close_code::protocol_error, "close frame with the code ", event.code};
    }
    event.payload = payload.substr(2);
    if (!is_utf8(event.payload)) {
      return {close_code::bad_payload, "reason of a close frame that is not UTF-8"};
    }
  }
  ended_ = true;
  message_.release();
  inflater_.reset();
  return {};
}

Mistake Reader::begin_frame(const ParsedHeader& header) {
  const FrameHead& head = header.head;
  // RFC 6455 5.4: a message is its first frame, which names the kind, and continuations.
  if (open_ && head.opcode != Opcode::continuation) {
    return wrong("new message before the last one has ended");
  }
  if (!open_ && head.opcode == Opcode::continuation) {
    return wrong("continuation of no message");
  }
  if (!open_) {
    open_ = true;
    kind_ = head.opcode;
    compressed_ = head.compressed;
    wire_ = 0;
    size_ = 0;
    fragments_ = 0;
  }
  if (Mistake mistake = check_size(header.length)) return mistake;
  if (++fragments_ > limits_.fragments) {
    return {close_code::policy, "message of more than ", limits_.fragments, " frames"};
  }
  controls_ = 0;
  wire_ += header.length;
  left_ = header.length;
  key_ = header.key;
  last_frame_ = head.last;
  in_frame_ = true;
  return {};
}

Mistake Reader::check_size(std::uint64_t length) const {
  // What does not compress grows a little: by one bit in eight where a sender is careless.
  const std::size_t most = limits_.message_bytes;
  const std::size_t on_wire = compressed_ ? most + most / 8 + 1024 : most;
  const std::size_t frame = limits_.frame_bytes == 0 ? on_wire : limits_.frame_bytes;
  if (length > frame) return long_frame(frame);
  if (length > on_wire - wire_) return long_message(most);
  return {};
}

Mistake Reader::read_payload(std::string_view input, std::size_t& at, Scratch& scratch,
                             Event& event) {
  std::string_view payload =
      input.substr(at, static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size() - at)));
  // All of it is here: the frames before it, if any, were empty.
  const bool at_once = last_frame_ && left_ == wire_ && payload.size() == left_;
  Buffer& to = at_once || pieces_ ? scratch.bytes_ : message_;
  const bool in_place = (at_once || pieces_) && !compressed_ && role_ == Role::client;
  Mistake mistake;
  if (in_place) {
    mistake = add_text(payload);
  } else if (compressed_) {
    mistake = inflate(payload, to, scratch);
  } else {
    mistake = unmask(payload, to);
  }
  if (mistake) return mistake;

  at += payload.size();
  left_ -= payload.size();
  key_ = advance(key_, payload.size());
  in_frame_ = left_ != 0;
  const bool ends = !in_frame_ && last_frame_;
  if (ends) mistake = end_message(to, scratch);
  if (mistake) return mistake;
  event.payload = in_place ? payload : to.view();
  if (ends || (pieces_ && !event.payload.empty())) {
    event.kind = kind_ == Opcode::text ? Kind::text : Kind::binary;
    event.last = ends;
    answered_ = &to == &message_;
  }
  return {};
}

Mistake Reader::unmask(std::string_view& payload, Buffer& to) {
  if (pieces_) payload = payload.substr(0, piece_bytes);
  char* room = to.prepare(payload.size());
  apply_mask(room, payload.data(), payload.size(), key_);
  to.commit(payload.size());
  return add_text({room, payload.size()});
}

Mistake Reader::inflate(std::string_view& payload, Buffer& to, Scratch& scratch) {
  if (inflater_ == nullptr) {
    // Without takeover any window will do, and so the one that is idle.
    if (!deflation_->takeover(peer())) inflater_ = std::move(scratch.inflater_);
    if (inflater_ == nullptr) {
      inflater_ = std::make_unique<Inflater>(
          deflation_->takeover(peer()) ? deflation_->window_bits(peer()) : largest_window);
    }
  }
  const std::size_t step = pieces_ ? compressed_step : compressed_block;
  std::size_t done = 0;
  while (done < payload.size() && !(pieces_ && to.size() >= piece_bytes)) {
    std::array<char, compressed_block> block;
    const std::size_t size = std::min(payload.size() - done, step);
    apply_mask(block.data(), payload.data() + done, size, advance(key_, done));
    const std::size_t had = to.size();
    const Inflater::Outcome outcome =
        inflater_->inflate({block.data(), size}, limits_.message_bytes - size_, to);
    // What came before a mistake goes first, so that the same bytes fail in the same way however
    // they are cut.
    if (Mistake mistake = add_text(to.view().substr(had))) return mistake;
    if (outcome == Inflater::Outcome::too_big) return long_message(limits_.message_bytes);
    if (outcome != Inflater::Outcome::ok) {
      return {close_code::bad_payload, "message that does not inflate"};
    }
    size_ += to.size() - had;
    done += size;
  }
  payload = payload.substr(0, done);
  return {};
}

Mistake Reader::add_text(std::string_view added) {
  if (kind_ == Opcode::text && !utf8_.accept(added)) return bad_text;  // RFC 6455 8.1
  return {};
}

Mistake Reader::end_message(Buffer& to, Scratch& scratch) {
  // Of no bytes at all there is nothing to inflate. That is no message of RFC 7692, which writes an
  // empty one as 00, but it has one meaning and there are senders of it.
  if (compressed_ && wire_ != 0) {
    const std::size_t before = to.size();
    const Inflater::Outcome outcome = inflater_->finish(limits_.message_bytes - size_, to);
    if (Mistake mistake = add_text(to.view().substr(before))) return mistake;
    if (outcome == Inflater::Outcome::too_big) return long_message(limits_.message_bytes);
    if (outcome != Inflater::Outcome::ok) {
      return {close_code::bad_payload, "compressed message that is cut off"};
    }
    if (!deflation_->takeover(peer())) {
      inflater_->reset();
      scratch.inflater_ = std::move(inflater_);
    }
  }
  if (kind_ == Opcode::text && !utf8_.whole()) return bad_text;
  open_ = false;
  return {};
}

/// Its words go to the scratch, for few connections ever need a place for them.
Event Reader::fail(const Mistake& mistake, std::size_t consumed, Scratch& scratch) {
  ended_ = true;
  message_.release();
  inflater_.reset();
  scratch.bytes_.clear();
  scratch.bytes_.append(mistake.words());
  return {.kind = Kind::failed,
          .code = mistake.code,
          .consumed = consumed,
          .payload = scratch.bytes_.view()};
}

}  // namespace weir::websocket
