// deflate: permessage-deflate, what two ends agree on and what compresses (RFC 7692).
// Layer: websocket. Needs zlib when it is linked, not when it is included.
//
//     client                                      server
//     offer_deflate()     Sec-WebSocket-Extensions     accept_deflate()
//            ------------------------------------------->
//     confirm_deflate()   Sec-WebSocket-Extensions     DeflateAcceptance::response
//            <-------------------------------------------
//     Reader and Writer   Deflation                    Reader and Writer
//
// What it costs, with windows of 15 bits and zlib 1.2: a compressor 268 KB, an inflater 40 KB. With
// context takeover each connection keeps both for as long as it lives, without it none between two
// messages. Therefore without is the default, for both directions.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "weir/core/error.hpp"
#include "weir/websocket/frame.hpp"

namespace weir::websocket {

/// How permessage-deflate was agreed on (RFC 7692 7.1). The names are those of the parameters.
struct Deflation {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  /// Bits of the window, 8 to 15.
  int server_max_window_bits = 15;
  int client_max_window_bits = 15;

  /// Does `sender` keep its window from one message to the next?
  [[nodiscard]] bool takeover(Role sender) const {
    return !(sender == Role::server ? server_no_context_takeover : client_no_context_takeover);
  }
  [[nodiscard]] int window_bits(Role sender) const {
    return sender == Role::server ? server_max_window_bits : client_max_window_bits;
  }
  bool operator==(const Deflation&) const = default;
};

/// What this end asks for. For a server the most that it agrees to, for a client what it offers.
struct DeflateOptions {
  bool server_no_context_takeover = true;
  bool client_no_context_takeover = true;
  /// 9 to 15, for zlib compresses into no smaller window.
  int server_max_window_bits = 15;
  int client_max_window_bits = 15;
};

/// What a server answers to an offer.
struct DeflateAcceptance {
  Deflation deflation;
  /// The value of the response's Sec-WebSocket-Extensions.
  std::string response;
};

// The functions below throw std::invalid_argument for options with windows that are none of 9 to
// 15 bits. Several header fields of one name are to be joined with ", " (RFC 9110 5.3).

/// Server: accepts the first offer of permessage-deflate in `offers`, the value of
/// Sec-WebSocket-Extensions, that it can. An offer with a parameter that is unknown, twice there or
/// has no valid value is passed over (RFC 7692 7.1), and so is one that wants a server's window of
/// 8 bits. Nothing, when no offer is left: the connection goes without. An error for a value that
/// is no list of extensions at all: the request is malformed (RFC 6455 9.1).
[[nodiscard]] Result<std::optional<DeflateAcceptance>> accept_deflate(
    std::string_view offers, const DeflateOptions& options);

/// Client: the value of its Sec-WebSocket-Extensions.
[[nodiscard]] std::string offer_deflate(const DeflateOptions& options);

/// Client: what the server made of offer_deflate(options). Empty, when the server has not taken it.
/// An error for a response that does not answer the offer: the connection has failed
/// (RFC 6455 9.1, RFC 7692 7.1). Without options nothing was offered, so nothing may be accepted.
[[nodiscard]] Result<std::optional<Deflation>> confirm_deflate(
    std::string_view response, const std::optional<DeflateOptions>& options);

struct CompressorOptions {
  /// zlib's: 1 is fast, 9 is small.
  int level = 6;
  /// zlib's: 1 to 9. A compressor needs 2^(window_bits + 2) + 2^(memory_level + 9) bytes.
  int memory_level = 8;
  /// 9 to 15.
  int window_bits = 15;
  /// A shorter message goes uncompressed.
  std::size_t threshold = 256;
};

class Deflater;

/// Lends zlib's state to what compresses messages that stand alone, and keeps one between two of
/// them. One for a listener, shared by its connections; its functions may be called from several
/// threads at once: who comes second gets a state of its own.
class Compressor {
 public:
  /// Throws std::invalid_argument for values that are out of their ranges.
  explicit Compressor(CompressorOptions options = {});
  ~Compressor();
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  [[nodiscard]] const CompressorOptions& options() const { return options_; }

  // For writers.

  /// A compressor with an empty window of `window_bits`, or of the options where those are fewer.
  [[nodiscard]] std::unique_ptr<Deflater> take(int window_bits) const;
  void give(std::unique_ptr<Deflater> deflater) const;

 private:
  CompressorOptions options_;
  mutable std::atomic<Deflater*> spare_{nullptr};
};

}  // namespace weir::websocket
