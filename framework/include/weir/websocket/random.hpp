// random: what a client must not let anybody foresee (RFC 6455, sections 4.1, 5.3 and 10.3), from
// the system's source of random bytes. Layer: websocket.
#pragma once

#include <string>

#include "weir/websocket/writer.hpp"

namespace weir::websocket {

/// Masks for a Writer: getrandom(2), a thousand of them at a time. For one thread; throws
/// std::system_error where the system has none to give.
[[nodiscard]] MaskSource random_masks();

/// A Sec-WebSocket-Key. Throws as random_masks() does.
[[nodiscard]] std::string random_key();

}  // namespace weir::websocket
