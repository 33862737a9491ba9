#include "unit/kv/kept.hpp"

#include <map>

#include "kv/snapshot.hpp"

namespace weir::kv::test {

std::string all_of(Service& service) {
  std::map<std::string, std::string> all;
  for (std::size_t i = 0; i < service.store().shards(); ++i) {
    service.store().at(i).keys().each([&](const Entry& entry) {
      std::string value;
      if (entry.type() == Type::string) {
        value = entry.value();
        if (entry.has_expiry()) value += "@" + std::to_string(entry.expires() - Bench::start);
      } else {
        append_commands(entry, value);
      }
      all[std::string(entry.key())] = value;
    });
  }
  std::string text;
  for (const auto& [key, value] : all) text += (text.empty() ? "" : " ") + key + "=" + value;
  return text;
}

std::string found(const Folder& folder) {
  Journal none;
  Bench bench(1, none);
  const auto done = replay(bench.service, folder.log(), Log(LogLevel::off));
  return done.ok() ? all_of(bench.service) : "!" + done.error().message;
}

}  // namespace weir::kv::test
