// content_length: messages behind a head of fields, one of which is their length. Layer: framing.
// The base protocol of language servers and debug adapters (LSP 3.17, "Base Protocol").
//
//     Content-Length: 5 CR LF                                      exactly once
//     Content-Type: application/json; charset=utf-8 CR LF          none, or one
//     CR LF
//     h e l l o
//
// Strict where a lenient reader could be led to another end of the message than we: lines end with
// CRLF and nothing else, names are tokens with the colon right behind them (RFC 9110, section 5.1),
// nothing is folded, the head is ASCII. Of a value, blanks around it are no part. Fields that are
// not known are passed over. The content is bytes: that it is UTF-8 is the word of the head, which
// nobody checks here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "weir/framing/framing.hpp"
#include "weir/framing/limit.hpp"

namespace weir {

struct ContentLengthOptions {
  /// Bytes of a message without its head; 0 is the server's limit.
  std::size_t max = 0;
  /// Bytes of a head with the empty line that ends it: 40, which the longest of our own takes, or
  /// more.
  std::size_t max_head = 4096;
};

class ContentLengthFraming {
 public:
  /// Of one head; what a language client sends are two.
  static constexpr std::size_t max_fields = 16;

  /// Throws std::invalid_argument when `max_head` is too small for what encode() writes.
  explicit ContentLengthFraming(ContentLengthOptions options);

  void set_default_max(std::size_t max) { limit_.set_default(max); }

  /// A mistake in the head is found at its first byte, or at the end of its line. A length over the
  /// limit is too large as soon as its line has ended: nothing is asked for it. A head that goes on
  /// past max_head or max_fields is malformed. Looks at no byte twice.
  [[nodiscard]] Decoded decode(std::string_view input);

  /// Writes Content-Length alone. Refuses a message over the limit.
  Status encode(std::string_view message, Buffer& output) const;

 private:
  enum class Place : std::uint8_t { name, value, end_of_field, end_of_head, content };

  // How far the head was read. Positions count from the frame's first byte.
  struct Head {
    std::size_t scanned = 0;  // no byte before this one is looked at again
    std::size_t line = 0;     // where the line under way begins
    std::size_t length = 0;
    Place place = Place::name;  // of the byte at `scanned`
    std::uint8_t fields = 0;
    bool has_length = false;
    bool has_type = false;
  };

  // What is wrong, if anything is.
  std::optional<Decoded> read_head(std::string_view window);
  std::optional<Decoded> step(std::string_view window);
  std::optional<Decoded> take_field(std::string_view line);
  std::optional<Decoded> take_length(std::string_view value);

  FrameLimit limit_;
  std::size_t max_head_;
  Head head_;
};

[[nodiscard]] inline ContentLengthFraming content_length(ContentLengthOptions options = {}) {
  return ContentLengthFraming(options);
}

}  // namespace weir
