#include "chat/figures.hpp"

#include <string>

namespace weir::chat {

std::vector<Figure> figures(const HallStats& stats) {
  const auto people = [](const char* where, std::size_t count) {
    return Figure{"weir_chat_people",
                  "People in rooms, by where they are connected.",
                  false,
                  {{"where", where}},
                  static_cast<double>(count)};
  };
  const auto one = [](const char* name, const char* help, bool counter, auto value) {
    return Figure{name, help, counter, {}, static_cast<double>(value)};
  };
  return {one("weir_chat_rooms", "Rooms with people or messages.", false, stats.rooms),
          people("here", stats.people_here),
          people("other_processes", stats.people_elsewhere),
          one("weir_chat_messages_total", "Messages that were heard here.", true, stats.messages),
          one("weir_chat_messages_kept", "Messages that who comes is shown.", false, stats.kept),
          one("weir_chat_processes", "Other processes that were heard of lately.", false,
              stats.processes),
          one("weir_chat_bus_ok", "1 while other processes can be reached, or there are none.",
              false, stats.condition.bus.empty() ? 1 : 0),
          one("weir_chat_history_ok", "1 while messages are written, or need not be.", false,
              stats.condition.history.empty() ? 1 : 0)};
}

}  // namespace weir::chat
