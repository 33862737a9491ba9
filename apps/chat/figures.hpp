// What the inspector shows of a chat: rooms, people, messages, and whether all is well.
#pragma once

#include <vector>

#include "chat/hall.hpp"
#include "weir/inspector/figure.hpp"

namespace weir::chat {

[[nodiscard]] std::vector<Figure> figures(const HallStats& stats);

}  // namespace weir::chat
