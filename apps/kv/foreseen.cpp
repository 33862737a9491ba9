#include "kv/foreseen.hpp"

namespace weir::kv {

void Foreseen::look(RespCommandReader& reader, std::string_view input, const CommandTable& commands,
                    Store& store) {
  commands_.clear();
  hashes_.clear();
  reader.read_ahead(input, most_commands, [&](const Arguments& arguments) {
    const Command* command = arguments.size() == 0 ? nullptr : commands.find(arguments[0]);
    if (command == nullptr) return;
    commands_.add(arguments[0], command);
    command->each_key(arguments.size(), [&](std::size_t i) {
      if (!hashes_.full()) hashes_.add(arguments[i], store.key(arguments[i]).hash);
    });
  });
  if (hashes_.values().size() > 1) store.prefetch(hashes_.values());
}

}  // namespace weir::kv
