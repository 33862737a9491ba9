#include <algorithm>
#include <stdexcept>

#include "websocket/zlib.hpp"
#include "weir/websocket/deflate.hpp"

namespace weir::websocket {

namespace {
// What a compressor that waits keeps of the block that its last message was compressed into.
constexpr std::size_t kept_output = 64 * 1024;
}  // namespace

Compressor::Compressor(CompressorOptions options) : options_(options) {
  if (options.level < 1 || options.level > 9 || options.memory_level < 1 ||
      options.memory_level > 9 || options.window_bits < 9 || options.window_bits > 15) {
    throw std::invalid_argument(
        "weir::websocket::Compressor: level and memory_level are 1 to 9, window_bits 9 to 15");
  }
}

Compressor::~Compressor() { delete spare_.load(); }

std::unique_ptr<Deflater> Compressor::take(int window_bits) const {
  const int bits = std::min(window_bits, options_.window_bits);
  if (bits == options_.window_bits) {
    if (Deflater* spare = spare_.exchange(nullptr)) return std::unique_ptr<Deflater>(spare);
  }
  return std::make_unique<Deflater>(options_.level, options_.memory_level, bits);
}

void Compressor::give(std::unique_ptr<Deflater> deflater) const {
  if (deflater->window_bits() != options_.window_bits) return;
  deflater->reset();
  deflater->rest(kept_output);
  delete spare_.exchange(deflater.release());
}

}  // namespace weir::websocket
