// Wires: what OpenSSL reads from and writes to, instead of a socket. Layer: tls, private.
//
//     bytes lent by the transport below --input--> SSL --output--> what it did not take yet
//
// Nothing is stored on the way in; on the way out a block is owned only while it has bytes.
#pragma once

#include <string>
#include <string_view>

#include "tls/openssl.hpp"
#include "weir/core/buffer.hpp"

namespace weir::tls {

struct Wires {
  /// More than a round of records and a handshake's answers can be. Beyond it writing fails.
  static constexpr std::size_t most_output = 512 * 1024;

  std::string_view input;
  Buffer output;
  /// Why the peer's certificate was refused, if it was.
  std::string refusal;
  /// Under which a client keeps its session; empty where it keeps none.
  std::string session_name;
};

[[nodiscard]] BioMethodPtr make_wire_method();

/// Connects `ssl` to `wires`, which outlive it, as does the method.
[[nodiscard]] bool connect_wires(SSL& ssl, const BIO_METHOD& method, Wires& wires);

/// Those that connect_wires() gave it.
[[nodiscard]] Wires& wires_of(const SSL& ssl);

}  // namespace weir::tls
