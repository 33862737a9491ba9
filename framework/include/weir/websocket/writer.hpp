// Writer: messages and control frames, made bytes (RFC 6455 5, RFC 7692 7.2.1). Layer: websocket.
//
//     append_message()   const all the way: what a server writes where nothing depends on the
//                        connection. A broadcast is encoded once, by any thread.
//     Writer             one connection: masks, context takeover, messages in fragments.
//
// Each appends whole frames, or nothing and says why. What they write, a Reader of the other role
// takes, as long as its limits allow.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "weir/core/buffer.hpp"
#include "weir/core/error.hpp"
#include "weir/websocket/deflate.hpp"
#include "weir/websocket/frame.hpp"
#include "weir/websocket/utf8.hpp"

namespace weir::websocket {

/// Appends `message` as one frame. `kind` is text or binary; a text must be UTF-8.
/// With a `compressor` it is compressed where that makes it smaller, in a window of `window_bits`
/// and without context takeover: for peers that have agreed on permessage-deflate, and on a window
/// that is not smaller.
[[nodiscard]] Status append_message(Opcode kind, std::string_view message,
                                    const Compressor* compressor, Buffer& output,
                                    int window_bits = 15, const MaskKey* key = nullptr);

/// A fresh key for each frame, which nobody may foresee: from the system's source of random bytes
/// (RFC 6455 5.3, 10.3).
using MaskSource = std::function<MaskKey()>;

struct WriterOptions {
  /// Of a client, which cannot do without.
  MaskSource masks{};
  /// What the handshake agreed on, if anything.
  std::optional<Deflation> deflation{};
  /// What compresses, and how. Without it nothing is compressed, whatever was agreed on.
  std::shared_ptr<const Compressor> compressor{};
};

/// Owned by one connection, called by one thread at a time. With context takeover it owns a
/// compressor's state from the first compressed message on.
class Writer {
 public:
  /// `role` is that of this end. Throws std::invalid_argument for a client without masks.
  explicit Writer(Role role, WriterOptions options = {});
  ~Writer();
  Writer(Writer&&) noexcept;
  Writer& operator=(Writer&&) noexcept;

  /// Appends `message`. `kind` is text or binary. An error for a text that is not UTF-8, and
  /// between the fragments of another message.
  [[nodiscard]] Status message(Opcode kind, std::string_view message, Buffer& output);

  /// Appends a part of a message, of any size, as a frame that can be read when it arrives. The
  /// first one says what `kind` the message is; the next ones name it again. An error for text that
  /// is not UTF-8, and for another kind; the message goes on then.
  [[nodiscard]] Status fragment(Opcode kind, std::string_view part, bool last, Buffer& output);
  [[nodiscard]] bool in_message() const { return open_; }

  // May stand between fragments. See append_control() and append_close().
  void ping(std::string_view payload, Buffer& output) const;
  void pong(std::string_view payload, Buffer& output) const;
  void close(std::uint16_t code, std::string_view reason, Buffer& output) const;

 private:
  [[nodiscard]] std::optional<MaskKey> next_key() const;
  [[nodiscard]] bool compresses() const;
  void append(FrameHead head, std::string_view payload, Buffer& output) const;

  WriterOptions options_;
  std::unique_ptr<Deflater> deflater_;
  Role role_;
  Opcode kind_ = Opcode::text;
  Utf8 utf8_;
  bool takeover_ = false;
  int window_bits_ = 15;
  // Of the message that is written in fragments.
  bool open_ = false;
  bool compressed_ = false;
};

}  // namespace weir::websocket
