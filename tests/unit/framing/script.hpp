// Runs a framing over a script of bytes, cut into reads in every way that matters, and checks that
// the cuts make no difference. A test then says three things: the framing, the bytes, the frames.
//
//     expect_frames(lines(), "GET a\r\nGET b\n", {"GET a", "GET b"});
//     expect_error(fixed(4), ...);
//
// The ways: all in one read; one cut at every byte; two cuts at every pair of bytes (of a short
// script); byte by byte. Each of them twice: asking after every read, and asking only when there
// is as much as the framing said it needs. Every call sees a block of exactly the bytes it is
// given, at a new address, so that a sanitizer finds who reads past them or keeps a pointer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/framing/framing.hpp"

namespace weir::test {

/// What a framing made of a script.
struct Outcome {
  std::vector<std::string> frames;
  /// How it ended: need_more, too_large or malformed.
  Decoded::Kind end = Decoded::Kind::need_more;
  std::string mistake;
  /// The bytes that belong to no frame yet.
  std::string rest;
  /// The most bytes that decode() said it needs, of all runs.
  std::size_t asked = 0;
};

using Decode = std::function<Decoded(std::string_view)>;
using NewDecode = std::function<Decode()>;

namespace detail {
Outcome run_whole(const NewDecode& new_decode, std::string_view script);
Outcome expect(const NewDecode& new_decode, std::string_view script, const Outcome& expected);

template <Framing F>
NewDecode decoders_of(F framing) {
  return [framing] {
    return [copy = framing](std::string_view input) mutable { return copy.decode(input); };
  };
}
}  // namespace detail

/// `script` is these frames, and `rest` is the beginning of another one.
template <Framing F>
Outcome expect_frames(const F& framing, std::string_view script, std::vector<std::string> frames,
                      std::string_view rest = {}) {
  return detail::expect(detail::decoders_of(framing), script,
                        {.frames = std::move(frames), .mistake = {}, .rest = std::string(rest)});
}

/// `script` is these frames, and then a mistake with these words.
template <Framing F>
Outcome expect_error(const F& framing, std::string_view script, std::vector<std::string> frames,
                     Decoded::Kind kind, std::string mistake) {
  return detail::expect(
      detail::decoders_of(framing), script,
      {.frames = std::move(frames), .end = kind, .mistake = std::move(mistake), .rest = {}});
}

/// `script` is whatever the framing makes of it in one read, right or wrong.
template <Framing F>
Outcome expect_same_in_any_cut(const F& framing, std::string_view script) {
  const NewDecode new_decode = detail::decoders_of(framing);
  return detail::expect(new_decode, script, detail::run_whole(new_decode, script));
}

/// The bytes that `framing` makes of `messages`, none of which it may refuse.
std::string encode_all(const std::function<Status(std::string_view, Buffer&)>& encode,
                       const std::vector<std::string>& messages);

/// Encodes `messages` one after the other and expects to get them back, however they are cut.
template <Framing F>
void expect_round_trip(const F& framing, const std::vector<std::string>& messages) {
  const auto encode = [&](std::string_view message, Buffer& output) {
    return framing.encode(message, output);
  };
  expect_frames(framing, encode_all(encode, messages), messages);
}

/// The mistake that `framing` finds in `message`, or "" when it finds none.
template <Framing F>
std::string refusal(const F& framing, std::string_view message) {
  Buffer output;
  const Status status = framing.encode(message, output);
  return status.ok() ? "" : status.error().message;
}

/// `count` messages of 0 to `longest` bytes, each one of `alphabet`, or any byte when it is empty.
/// The same ones for the same `seed`, everywhere.
std::vector<std::string> random_messages(std::uint32_t seed, std::size_t count, std::size_t longest,
                                         std::string_view alphabet = {});

}  // namespace weir::test
