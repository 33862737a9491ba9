// Reader: the bytes of a peer, made messages and control frames (RFC 6455 5 to 8, RFC 7692).
// Layer: websocket. Owned by one connection, called by one thread at a time; knows no socket.
//
//     input:   [ frame ][ frame ][ fra            the caller keeps what was not consumed
//                  |        |       |
//     one frame, all there:         |             a view: into the input where it has no mask,
//         answered at once          |             else into the Scratch
//                                   v
//     anything else:          message_            the bytes that have come so far; the block grows
//                                                 with them and is freed when it was answered
//
// A control frame is consumed when all of it is there, the payload of any other one as it comes: so
// the caller never has to keep more than 139 bytes, and a mistake is found where it is. A
// connection between two messages owns no memory but, with context takeover, that of its inflater.
// In the middle of a compressed message it has one in any case.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "weir/core/buffer.hpp"
#include "weir/websocket/deflate.hpp"
#include "weir/websocket/frame.hpp"
#include "weir/websocket/utf8.hpp"

namespace weir::websocket {

class Inflater;
struct ParsedHeader;
struct Mistake;

/// What a peer may cost. Over a limit the reader fails, with 1009 for sizes and 1008 for counts.
struct ReadLimits {
  /// A message, inflated and over all its frames.
  std::size_t message_bytes = 1024 * 1024;
  /// The payload of one frame, as it is on the wire; 0 is what a message may have.
  std::size_t frame_bytes = 0;
  /// Frames of one message.
  std::size_t fragments = 16 * 1024;
  /// Control frames without a frame of data between them, see Reader::forget_controls().
  std::size_t control_frames = 1000;
};

struct ReaderOptions {
  ReadLimits limits{};
  /// Messages are answered in pieces, as they come, and not assembled.
  bool pieces = false;
  /// What the handshake agreed on, if anything.
  std::optional<Deflation> deflation{};
};

/// What one read() has found.
struct Event {
  enum class Kind : std::uint8_t { need_more, text, binary, ping, pong, close, failed };

  Kind kind = Kind::need_more;
  /// Of text and binary: the message ends with this payload. Always, unless there are pieces.
  bool last = true;
  /// Of close: the peer's code, 1005 when it gave none. Of failed: the code to close with.
  std::uint16_t code = 0;
  /// Of the input; these bytes are gone. Any number with any kind, also 0.
  std::size_t consumed = 0;
  /// Of need_more: how long what is left of the input must be before asking again is worth it.
  std::size_t need = 0;
  /// Of a message or a piece, which may then be cut inside of a character; of ping and pong; of
  /// close the reason, in UTF-8; of failed a sentence that says what is wrong, short enough for a
  /// close frame. Valid until the next use of the reader, of the scratch or of the input.
  std::string_view payload{};
};

/// What the readers of one thread share while one of them is being asked: room for a payload and an
/// idle inflater. Holds at most 64 KiB and 40 KB between two messages of any size, as soon as
/// read() has been called once more. Must outlive the readers' use of it, not the readers.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

 private:
  friend class Reader;
  void tidy();

  Buffer bytes_;
  std::unique_ptr<Inflater> inflater_;
};

class Reader {
 public:
  /// `role` is that of this end: a server reads what clients write.
  explicit Reader(Role role, ReaderOptions options = {});
  ~Reader();
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;

  /// Looks at `input`, all bytes that were not consumed before and what came behind them, up to the
  /// first thing that is worth an answer. To be called again until it answers need_more. After a
  /// close or a failure it consumes whatever comes and answers need_more (RFC 6455 1.4, 7.1.7).
  /// Throws std::bad_alloc.
  [[nodiscard]] Event read(std::string_view input, Scratch& scratch);

  /// Begins to count control frames anew. For who has a clock: called now and then, it lets a
  /// connection that only answers pings live on, and a flood of them not.
  void forget_controls() { controls_ = 0; }

  /// No message is under way: the stream may end here. Not so in the middle of a header, which is
  /// with the caller.
  [[nodiscard]] bool between_messages() const { return !in_frame_ && !open_; }
  /// Close or failed was answered.
  [[nodiscard]] bool ended() const { return ended_; }
  /// Bytes of memory that the message under way has taken.
  [[nodiscard]] std::size_t held() const { return message_.capacity(); }

 private:
  [[nodiscard]] Event read_control(const ParsedHeader& header, std::string_view input,
                                   std::size_t at, Scratch& scratch);
  [[nodiscard]] Mistake read_close(std::string_view payload, Event& event);
  [[nodiscard]] Mistake begin_frame(const ParsedHeader& header);
  [[nodiscard]] Mistake check_size(std::uint64_t length) const;
  [[nodiscard]] Mistake read_payload(std::string_view input, std::size_t& at, Scratch& scratch,
                                     Event& event);
  [[nodiscard]] Mistake unmask(std::string_view& payload, Buffer& to);
  [[nodiscard]] Mistake inflate(std::string_view& payload, Buffer& to, Scratch& scratch);
  [[nodiscard]] Mistake add_text(std::string_view added);
  [[nodiscard]] Mistake end_message(Buffer& to, Scratch& scratch);
  [[nodiscard]] Event fail(const Mistake& mistake, std::size_t consumed, Scratch& scratch);
  [[nodiscard]] Role peer() const { return role_ == Role::server ? Role::client : Role::server; }

  Buffer message_;
  std::unique_ptr<Inflater> inflater_;
  ReadLimits limits_;
  std::optional<Deflation> deflation_;

  // Of the message under way.
  std::uint64_t wire_ = 0;  // payloads that its headers announced
  std::size_t size_ = 0;    // bytes of it that came, inflated
  std::size_t fragments_ = 0;
  // Of the frame under way.
  std::uint64_t left_ = 0;
  std::size_t controls_ = 0;
  MaskKey key_{};
  Utf8 utf8_;

  Role role_;
  Opcode kind_ = Opcode::text;
  bool pieces_;
  bool open_ = false;  // a message is under way
  bool compressed_ = false;
  bool in_frame_ = false;
  bool last_frame_ = false;
  bool answered_ = false;  // message_ is what the last event showed
  bool ended_ = false;
};

}  // namespace weir::websocket
