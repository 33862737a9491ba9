// length_prefix: messages that begin with their own length. Layer: framing.
//
//     00 00 00 05  h e l l o        length_prefix(4): four bytes, most significant first
//     05 00        h e l l o        {.bytes = 2, .order = ByteOrder::little}
//     05           h e l l o        {.varint = true}: LEB128, as protobuf writes it
//     00 07        h e l l o        {.bytes = 2, .counts_itself = true}
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "weir/framing/framing.hpp"
#include "weir/framing/limit.hpp"

namespace weir {

enum class ByteOrder : std::uint8_t { big, little };

struct LengthPrefixOptions {
  /// How long the length is: 1, 2, 4 or 8 bytes. Without meaning for a varint.
  std::size_t bytes = 4;
  ByteOrder order = ByteOrder::big;
  /// Seven bits a byte, least significant first, the high bit on all bytes but the last; 1 to 10
  /// bytes (protobuf.dev, "Base 128 Varints"). Stricter than protobuf in one thing: a length that
  /// is longer than it need be is malformed, so that a message has one frame and no other.
  bool varint = false;
  /// The length counts its own bytes. Not with a varint, whose size would depend on itself.
  bool counts_itself = false;
  /// Bytes of a message without its length; 0 is the server's limit.
  std::size_t max = 0;
};

class LengthPrefixFraming {
 public:
  /// Throws std::invalid_argument for a byte count that is none of the above, and for a varint
  /// that counts itself.
  explicit LengthPrefixFraming(LengthPrefixOptions options);

  void set_default_max(std::size_t max);

  /// A length over the limit is too large as soon as it is there: nothing is asked for it.
  [[nodiscard]] Decoded decode(std::string_view input) const {
    if (!common_) return decode_other(input);
    if (input.size() < 4) return Decoded::need(4);
    const std::size_t length = load(input.data());
    if (length > max_) return Decoded::too_large(length, max_);
    if (input.size() - 4 < length) return Decoded::need(4 + length);
    return Decoded::frame(input.substr(4, length), 4 + length);
  }

  /// Refuses a message over the limit, and one whose size the length cannot say.
  Status encode(std::string_view message, Buffer& output) const {
    if (message.size() > max_) return refuse(message);
    if (!common_) return encode_other(message, output);
    store(output.prepare(4 + message.size()), message.size());
    output.commit(4);
    output.append(message);
    return {};
  }

 private:
  // Four bytes, most significant first. The compiler makes one load and one swap of it.
  static std::size_t load(const char* from) {
    const auto at = [from](int i) { return std::uint32_t{static_cast<unsigned char>(from[i])}; };
    return at(0) << 24 | at(1) << 16 | at(2) << 8 | at(3);
  }
  static void store(char* to, std::size_t length) {
    to[0] = static_cast<char>(length >> 24);
    to[1] = static_cast<char>(length >> 16);
    to[2] = static_cast<char>(length >> 8);
    to[3] = static_cast<char>(length);
  }

  [[nodiscard]] Decoded decode_other(std::string_view input) const;
  Status encode_other(std::string_view message, Buffer& output) const;
  Status refuse(std::string_view message) const;
  [[nodiscard]] std::size_t longest_sayable() const;

  FrameLimit limit_;
  std::size_t max_ = 0;  // of a payload: the limit, or less where the length cannot say as much
  std::uint8_t bytes_;
  ByteOrder order_;
  bool varint_;
  bool counts_itself_;
  bool common_;  // four bytes, big-endian, which do not count themselves: the way without a call
};

[[nodiscard]] inline LengthPrefixFraming length_prefix(LengthPrefixOptions options = {}) {
  return LengthPrefixFraming(options);
}
[[nodiscard]] inline LengthPrefixFraming length_prefix(std::size_t bytes) {
  return LengthPrefixFraming({.bytes = bytes});
}

}  // namespace weir
