// What the inspector shows of a relay: its upstreams.
#pragma once

#include <vector>

#include "weir/inspector/figure.hpp"
#include "weir/service/relay.hpp"

namespace weir::proxy {

[[nodiscard]] std::vector<Figure> figures(const RelayStats& stats);

}  // namespace weir::proxy
