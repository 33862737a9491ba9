#include "weir/framing/length_prefix.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "framing/words.hpp"

namespace weir {

namespace {

constexpr std::size_t longest_varint = 10;  // 64 bits, seven a byte

std::uint64_t byte_at(std::string_view bytes, std::size_t index) {
  return static_cast<unsigned char>(bytes[index]);
}

/// Of 1 to 8 bytes.
std::uint64_t load_integer(std::string_view bytes, ByteOrder order) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::size_t index = order == ByteOrder::big ? i : bytes.size() - 1 - i;
    value = value << 8 | byte_at(bytes, index);
  }
  return value;
}

/// A length as it was read, or why there is none.
struct Prefix {
  std::uint64_t length = 0;
  std::size_t size = 0;  // 0: not all of it is there
  const char* mistake = nullptr;
};

Prefix load_varint(std::string_view input) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < std::min(input.size(), longest_varint); ++i) {
    const std::uint64_t byte = byte_at(input, i);
    // The tenth byte has room for bit 63 alone.
    if (i == longest_varint - 1 && byte > 1) return {.mistake = "varint of more than 64 bits"};
    value |= (byte & 0x7f) << (7 * i);
    if (byte >= 0x80) continue;
    if (byte == 0 && i > 0) return {.mistake = "varint that is longer than it need be"};
    return {.length = value, .size = i + 1};
  }
  return {};
}

}  // namespace

LengthPrefixFraming::LengthPrefixFraming(LengthPrefixOptions options)
    : limit_(options.max),
      bytes_(static_cast<std::uint8_t>(options.bytes)),
      order_(options.order),
      varint_(options.varint),
      counts_itself_(options.counts_itself),
      common_(options.bytes == 4 && options.order == ByteOrder::big && !options.varint &&
              !options.counts_itself) {
  constexpr std::array<std::size_t, 4> sizes{1, 2, 4, 8};
  if (!options.varint && std::find(sizes.begin(), sizes.end(), options.bytes) == sizes.end()) {
    throw std::invalid_argument("weir::length_prefix: a length of " +
                                framing_words::bytes(options.bytes) + ", it takes 1, 2, 4 or 8");
  }
  if (options.varint && options.counts_itself) {
    throw std::invalid_argument(
        "weir::length_prefix: a varint cannot count itself, its size would depend on its value");
  }
  max_ = std::min(limit_.max(), longest_sayable());
}

void LengthPrefixFraming::set_default_max(std::size_t max) {
  limit_.set_default(max);
  max_ = std::min(limit_.max(), longest_sayable());
}

std::size_t LengthPrefixFraming::longest_sayable() const {
  if (varint_ || bytes_ == 8) return FrameLimit::largest;
  const std::size_t most = (std::size_t{1} << (8 * bytes_)) - 1;
  return counts_itself_ ? most - bytes_ : most;
}

Decoded LengthPrefixFraming::decode_other(std::string_view input) const {
  Prefix prefix;
  if (varint_) {
    prefix = load_varint(input);
    if (prefix.mistake != nullptr) return Decoded::malformed(prefix.mistake);
    if (prefix.size == 0) return Decoded::need(input.size() + 1);
  } else {
    if (input.size() < bytes_) return Decoded::need(bytes_);
    prefix = {.length = load_integer(input.substr(0, bytes_), order_), .size = bytes_};
  }
  if (counts_itself_) {
    if (prefix.length < prefix.size) {
      return Decoded::malformed("length of " + std::to_string(prefix.length) +
                                ", which counts its own " + framing_words::bytes(prefix.size));
    }
    prefix.length -= prefix.size;
  }
  if (prefix.length > max_) return Decoded::too_large(prefix.length, max_);
  const auto length = static_cast<std::size_t>(prefix.length);
  const std::size_t total = prefix.size + length;
  if (input.size() < total) return Decoded::need(total);
  return Decoded::frame(input.substr(prefix.size, length), total);
}

Status LengthPrefixFraming::encode_other(std::string_view message, Buffer& output) const {
  std::array<char, longest_varint> prefix{};
  std::size_t size = 0;
  std::uint64_t length = message.size();
  if (varint_) {
    for (; length >= 0x80; length >>= 7) prefix[size++] = static_cast<char>(length | 0x80);
    prefix[size++] = static_cast<char>(length);
  } else {
    size = bytes_;
    if (counts_itself_) length += size;
    for (std::size_t i = 0; i < size; ++i, length >>= 8) {
      prefix[order_ == ByteOrder::little ? i : size - 1 - i] = static_cast<char>(length);
    }
  }
  output.append({prefix.data(), size});
  output.append(message);
  return {};
}

Status LengthPrefixFraming::refuse(std::string_view message) const {
  if (message.size() > limit_.max()) {
    return framing_words::over_limit(message.size(), limit_.max());
  }
  return Error{"message of " + framing_words::bytes(message.size()) + ", a length of " +
               framing_words::bytes(bytes_) + " says at most " + std::to_string(max_)};
}

}  // namespace weir
