#include "websocket/zlib.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <new>

namespace weir::websocket {

namespace {

constexpr std::string_view tail{"\x00\x00\xff\xff", 4};
constexpr std::size_t largest_chunk = 16 * 1024;

// The program's own malloc, so that a count of memory counts this as well.
void* allocate(void* /*opaque*/, uInt items, uInt size) { return std::calloc(items, size); }
void deallocate(void* /*opaque*/, void* block) { std::free(block); }

/// Bytes that zlib reads; its pointer is not const, and it writes nothing there. Answers how many
/// of them went in: zlib counts in unsigned int.
std::size_t give_input(z_stream& stream, std::string_view bytes) {
  const std::size_t size = std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max());
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(size);
  return size;
}

/// Lends the stream room for its output; answers how much of it was used by `run`.
template <class Run>
std::size_t with_room(z_stream& stream, char* room, std::size_t size, Run run) {
  stream.next_out = reinterpret_cast<Bytef*>(room);
  stream.avail_out = static_cast<uInt>(size);
  run();
  return size - stream.avail_out;
}

}  // namespace

Deflater::Deflater(int level, int memory_level, int window_bits) : window_bits_(window_bits) {
  stream_.zalloc = allocate;
  stream_.zfree = deallocate;
  if (deflateInit2(&stream_, level, Z_DEFLATED, -window_bits, memory_level, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    throw std::bad_alloc();
  }
}

Deflater::~Deflater() { deflateEnd(&stream_); }

std::string_view Deflater::part(std::string_view piece) {
  output_.clear();
  std::size_t given = 0;
  do {
    const std::size_t size = give_input(stream_, piece.substr(given));
    given += size;
    // zlib wants to be called again until it leaves room, and more than six bytes of it each time.
    do {
      const std::size_t room = std::clamp<std::size_t>(stream_.avail_in / 2, 256, 1024 * 1024);
      const std::size_t used = with_room(stream_, output_.prepare(room), room,
                                         [this] { deflate(&stream_, Z_SYNC_FLUSH); });
      output_.commit(used);
    } while (stream_.avail_out == 0);
  } while (given < piece.size());
  return output_.view();
}

std::string_view Deflater::end(std::string_view piece) {
  const std::string_view bytes = part(piece);
  // A second flush with nothing in between writes nothing: then all that is left of an empty block
  // is its first byte (RFC 7692 7.2.3.6).
  if (bytes.empty()) return std::string_view("\0", 1);
  return bytes.substr(0, bytes.size() - tail.size());
}

void Deflater::reset() { deflateReset(&stream_); }

void Deflater::rest(std::size_t keep) {
  output_.clear();
  if (output_.capacity() > keep) output_.release();
}

Inflater::Inflater(int window_bits) {
  stream_.zalloc = allocate;
  stream_.zfree = deallocate;
  if (inflateInit2(&stream_, -window_bits) != Z_OK) throw std::bad_alloc();
}

Inflater::~Inflater() { inflateEnd(&stream_); }

Inflater::Outcome Inflater::inflate(std::string_view bytes, std::size_t most, Buffer& output) {
  std::size_t left = most;
  while (!bytes.empty()) {
    if (ended_) {
      // Blocks may follow the last one (RFC 7692 7.2.3.4), and they may use its window.
      inflateResetKeep(&stream_);
      ended_ = false;
    }
    const std::size_t size = give_input(stream_, bytes);
    int result = Z_OK;
    do {
      // Where there is no room left, one byte more tells whether there is more to come.
      char one_too_many = 0;
      const std::size_t wanted =
          std::clamp<std::size_t>(4 * std::size_t{stream_.avail_in}, 256, largest_chunk);
      const std::size_t room = std::min(wanted, left);
      char* to = room == 0 ? &one_too_many : output.prepare(room);
      const std::size_t used = with_room(stream_, to, std::max<std::size_t>(room, 1),
                                         [&] { result = ::inflate(&stream_, Z_SYNC_FLUSH); });
      if (used > left) return Outcome::too_big;
      output.commit(used);
      left -= used;
      // Z_BUF_ERROR: there was nothing to do, which is no error.
      if (result != Z_OK && result != Z_BUF_ERROR && result != Z_STREAM_END) {
        return Outcome::corrupt;
      }
    } while (stream_.avail_out == 0 && result != Z_STREAM_END);
    ended_ = result == Z_STREAM_END;
    bytes.remove_prefix(size - stream_.avail_in);
  }
  return Outcome::ok;
}

Inflater::Outcome Inflater::finish(std::size_t most, Buffer& output) {
  // What ends with its last block is whole without the tail.
  if (ended_) return Outcome::ok;
  const Outcome outcome = inflate(tail, most, output);
  if (outcome != Outcome::ok) return outcome;
  // zlib.h of data_type: 128 is set between two blocks, the low bits count what is left of a byte.
  constexpr int between_blocks = 128;
  return !ended_ && (stream_.data_type & ~64) == between_blocks ? Outcome::ok : Outcome::corrupt;
}

void Inflater::reset() {
  inflateReset(&stream_);
  ended_ = false;
}

}  // namespace weir::websocket
