#include "web/gzip.hpp"

#include <zlib.h>

#include <cstdint>
#include <limits>
#include <new>

namespace weir::http {

namespace {

// zlib's: 15 bits of window, and 16 for the header and the trailer of gzip.
constexpr int window_bits = 15 + 16;
constexpr int memory_level = 8;

}  // namespace

bool gzip(std::string_view bytes, int level, Buffer& output) {
  if (bytes.size() > std::numeric_limits<uInt>::max()) return false;
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, window_bits, memory_level, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    throw std::bad_alloc();
  }
  // zlib's interface knows no const.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(output.prepare(bytes.size()));
  stream.avail_out = static_cast<uInt>(bytes.size());
  const bool whole = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  const std::size_t size = bytes.size() - stream.avail_out;
  deflateEnd(&stream);
  if (!whole || size >= bytes.size()) return false;
  output.commit(size);
  return true;
}

}  // namespace weir::http
