// Framing: where a message begins and ends in a stream that knows no such thing.
// Layer: framing, which sees core alone: no socket, no connection, no clock.
//
// A framing is a small value, copied for each connection, with two functions:
//
//     Decoded decode(std::string_view input);
//     Status  encode(std::string_view message, Buffer& output);
//
// decode() gets all bytes that were not consumed yet and looks at the first frame alone. It is
// called again with the same bytes and more behind them until it answers a frame or an error, so
// it may keep in a member how far it has looked; a frame or an error ends that, and the member
// starts anew. It must check a length against its maximum before it asks for that many bytes.
//
// encode() appends the frame of `message` to `output`. An error says why the message has no frame
// in this framing; what it appended before is dropped. What encode() takes, decode() gives back:
// a message that would be read as another one, or as two, is an error, and so is one over the
// maximum.
//
// A framing that has a `void set_default_max(std::size_t)` is told the server's frame limit once,
// before the first byte. A maximum counts the payload, not what frames it.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "weir/core/buffer.hpp"
#include "weir/core/error.hpp"

namespace weir {

/// The frame limit where nobody has set one.
inline constexpr std::size_t default_max_frame = 1024 * 1024;

/// What decode() answers. "Not enough yet" is a value, a mistake ends the stream.
class Decoded {
 public:
  enum class Kind : std::uint8_t { frame, need_more, too_large, malformed };

  /// A whole frame: `payload` is a view into the input; the first `consumed` bytes of the input,
  /// 1 or more, belong to it and are gone when it has been answered.
  [[nodiscard]] static Decoded frame(std::string_view payload, std::size_t consumed) {
    return {Kind::frame, payload, consumed};
  }
  /// Not enough yet. `total` is how long the input must be before asking again is worth it: more
  /// than it is now. One more byte than there is, when nobody can say.
  [[nodiscard]] static Decoded need(std::size_t total) { return {Kind::need_more, {}, total}; }
  /// The frame is longer than it may be. Names both in the error.
  [[nodiscard]] static Decoded too_large(std::uint64_t size, std::size_t maximum);
  /// The same of a frame whose end nobody has seen: it is not within the maximum.
  [[nodiscard]] static Decoded endless(std::size_t maximum);
  /// The bytes are no frame: `mistake` says what is wrong in a few words.
  [[nodiscard]] static Decoded malformed(std::string mistake);

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] std::string_view payload() const { return payload_; }
  /// Of a frame.
  [[nodiscard]] std::size_t consumed() const { return count_; }
  /// Of need_more.
  [[nodiscard]] std::size_t total() const { return count_; }
  /// Of too_large and malformed.
  [[nodiscard]] const std::string& mistake() const { return *mistake_; }

 private:
  Decoded(Kind kind, std::string_view payload, std::size_t count)
      : payload_(payload), count_(count), kind_(kind) {}

  std::string_view payload_;
  std::size_t count_;
  std::unique_ptr<std::string> mistake_;  // an error alone pays for its words
  Kind kind_;
};

template <class F>
concept Framing = std::copy_constructible<F> &&
    requires(F framing, std::string_view bytes, Buffer& output) {
  { framing.decode(bytes) } -> std::same_as<Decoded>;
  { framing.encode(bytes, output) } -> std::same_as<Status>;
};

/// A framing that takes the server's frame limit.
template <class F>
concept LimitedFraming = Framing<F> && requires(F framing) {
  framing.set_default_max(1);
};

/// A framing whose payloads are values of one type. decode() has made the value when it answers a
/// frame: message() is that of the last one, until decode() is called again; who takes it away
/// leaves something else behind. payload_of() is the way back, for encode(): an error says why the
/// value has no payload.
template <class F>
concept MessageFraming = Framing<F> && requires(F framing, const typename F::Message& message) {
  { framing.message() } -> std::same_as<typename F::Message&>;
  { F::payload_of(message) } -> std::same_as<Result<std::string>>;
};

/// What a person needs who looks at a stream that does not fit: the first bytes of `input`, 16 at
/// most and escaped as in C, and which protocol they look like, if any:
/// `it begins "GET / HTTP/1.1\r\n"...; an HTTP request?`.
[[nodiscard]] std::string describe_input(std::string_view input);

}  // namespace weir
