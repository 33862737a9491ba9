// Deflater and Inflater: zlib's raw streams, as RFC 7692 7.2 uses them. Layer: websocket, sources
// only. Each is owned by one writer or reader at a time; not thread-safe.
#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "weir/core/buffer.hpp"

namespace weir::websocket {

class Deflater {
 public:
  /// `window_bits` 9 to 15. Throws std::bad_alloc.
  Deflater(int level, int memory_level, int window_bits);
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  [[nodiscard]] int window_bits() const { return window_bits_; }

  /// A part of a message that ends on a byte, with the empty block 00 00 ff ff at its end. A view
  /// into this object, valid until the next call. `piece` may be empty.
  [[nodiscard]] std::string_view part(std::string_view piece);
  /// The last part, or all of a message: without the 00 00 ff ff (RFC 7692 7.2.1).
  [[nodiscard]] std::string_view end(std::string_view piece);

  /// Forgets the window.
  void reset();
  /// Gives the block of the last part back when it is larger than `keep`.
  void rest(std::size_t keep);

 private:
  z_stream stream_{};
  Buffer output_;
  int window_bits_;
};

class Inflater {
 public:
  enum class Outcome : std::uint8_t { ok, too_big, corrupt };

  /// `window_bits` 8 to 15; one of 15 bits reads what any window made. Throws std::bad_alloc.
  explicit Inflater(int window_bits);
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Appends what `bytes` inflate to, at most `most` bytes; too_big when there are more, and
  /// corrupt behind what came before the mistake.
  [[nodiscard]] Outcome inflate(std::string_view bytes, std::size_t most, Buffer& output);
  /// The same of the 00 00 ff ff that the sender has left out; corrupt when the message ends inside
  /// of a block. The next bytes are those of the next message.
  [[nodiscard]] Outcome finish(std::size_t most, Buffer& output);

  /// Forgets the window.
  void reset();

 private:
  z_stream stream_{};
  bool ended_ = false;  // a block said that it is the last one, and nothing came behind it
};

}  // namespace weir::websocket
