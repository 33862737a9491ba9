// deadline: the time that requests of a route may take. Layer: routing.
#pragma once

#include "weir/core/time.hpp"
#include "weir/routing/layer.hpp"

namespace weir {

/// A request that is out `most` after it came here fails with timed_out; the handler deadline of
/// the server's options and those of other layers hold as well: the nearest counts. The time is the
/// round's (EventLoop::now()). A handler that does not return cannot be interrupted: its answer is
/// late. Throws std::invalid_argument unless `most` is positive.
[[nodiscard]] LayerPtr deadline(Duration most);

}  // namespace weir
