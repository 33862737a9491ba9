// What an HTTP/1.1 peer may send before it is refused. Layer: http.
// Every number is finite by default; a parser keeps a pointer to its Limits, which outlive it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weir::http {

/// Bytes, unless said otherwise; each less than 4 GiB, but for the body. A line is counted without
/// the CRLF that ends it. Behind each: the status of a request that goes past it; a response that
/// does is refused with 502.
struct Limits {
  /// The request line, or the status line of a response. RFC 9112, section 3, asks for 8000 or
  /// more. 414
  std::size_t start_line = 8192;
  /// One header line, or one line of the trailers. 431
  std::size_t header_line = 8192;
  /// The whole head: from the first byte of the start line to the last of the empty line. 431
  std::size_t head = 32 * 1024;
  /// How many header lines; of the trailers the same. 431
  std::size_t headers = 100;
  /// The decoded body. A Content-Length over it is refused before any of the body is read. 413
  std::uint64_t body = 1024 * 1024;
  /// The line before a chunk: its size and its extensions. 400
  std::size_t chunk_line = 256;
  /// All chunk extensions of one message together (RFC 9112, section 7.1.1). 400
  std::size_t chunk_extensions = 4096;
  /// All trailer lines of one message, with the empty line that ends them. 431
  std::size_t trailers = 8192;
  /// How many empty lines may come before a request line (RFC 9112, section 2.2). 400
  std::size_t empty_lines = 4;
  /// How many interim responses, those of 1xx, may come before the final one.
  std::size_t interim_responses = 16;
};

}  // namespace weir::http
