#include "kv/command.hpp"

#include <algorithm>
#include <cstring>

namespace weir::kv {

CommandTable::Name CommandTable::name_of(std::string_view text) {
  Name name{0, 0};
  char bytes[sizeof name] = {};
  std::memcpy(bytes, text.data(), text.size());
  std::memcpy(&name, bytes, sizeof name);
  // Makes letters small, and no other byte a letter.
  constexpr std::uint64_t small = 0x2020202020202020;
  name.first |= small;
  name.second |= small;
  return name;
}

CommandTable::CommandTable() : table_(places) {
  for (const auto group : {connection_commands(), server_commands(), string_commands(),
                           number_commands(), range_commands(), key_commands(), scan_commands(),
                           expiry_commands(), hash_commands(), list_commands(), blocking_commands(),
                           transaction_commands(), pubsub_commands(), persistence_commands()}) {
    for (const Command& command : group) {
      const Name name = name_of(command.name);
      std::size_t place = place_of(name);
      while (table_[place].command != nullptr) place = (place + 1) % places;
      table_[place] = {name, &command};
      all_.push_back(&command);
    }
  }
  std::sort(all_.begin(), all_.end(),
            [](const Command* a, const Command* b) { return a->name < b->name; });
}

const Command* CommandTable::find(std::string_view text) const {
  if (text.empty() || text.size() > sizeof(Name)) return nullptr;
  const Name name = name_of(text);
  for (std::size_t place = place_of(name);; place = (place + 1) % places) {
    const Place& found = table_[place];
    if (found.command == nullptr) return nullptr;
    if (found.name == name)
      return found.command->name.size() == text.size() ? found.command : nullptr;
  }
}

}  // namespace weir::kv
