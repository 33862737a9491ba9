/* The frames of all peers and floors, which weir calls length:4:
 *
 *     | length, 4 bytes, big-endian | payload, so many bytes |
 *
 * A payload is at most as long as weir's, unless told, may be. C, and used from C++ as well.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { frame_header = 4, max_frame = 1 << 20 };

/* What the header says, checked by nobody yet. */
static inline size_t frame_length(const unsigned char* header) {
  size_t length = 0;
  for (int i = 0; i < frame_header; ++i) length = length << 8 | header[i];
  return length;
}

/* Goes from frame to frame; `whole` are the bytes of those that are complete. False: the next one
 * is longer than it may be. */
static inline bool find_frames(const unsigned char* bytes, size_t size, size_t* whole) {
  *whole = 0;
  while (size - *whole >= frame_header) {
    const size_t length = frame_length(bytes + *whole);
    if (length > max_frame) return false;
    if (size - *whole - frame_header < length) return true;
    *whole += frame_header + length;
  }
  return true;
}
