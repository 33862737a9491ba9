#include "cost/hello.hpp"

#include <nlohmann/json.hpp>

#include "failure.hpp"
#include "system/run.hpp"
#include "system/scratch_folder.hpp"

namespace weir::bench {
namespace {

void compile(const Hello& hello, const ScratchFolder& folder, HelloReading& reading,
             const Interrupts& interrupts) {
  Command command = hello.compile;
  for (const auto& word : {std::string("-O2"), std::string("-DNDEBUG"), std::string("-c"),
                           hello.source, std::string("-o"), folder.file("hello.o")}) {
    command.push_back(word);
  }
  const auto ended = run_quietly(command, interrupts);
  if (ended.status == 0) {
    reading.seconds.push_back(ended.cpu_seconds);
  } else {
    reading.skipped = hello.source + " does not compile";
  }
}

void link(const Hello& hello, const ScratchFolder& folder, HelloReading& reading,
          const Interrupts& interrupts) {
  Command command{hello.compile.front(), "-s", folder.file("hello.o")};
  command.insert(command.end(), hello.link.begin(), hello.link.end());
  command.insert(command.end(), {"-o", folder.file("hello")});
  if (run_quietly(command, interrupts).status != 0) {
    reading.skipped = hello.source + " cannot be linked";
    return;
  }
  reading.bytes = static_cast<double>(std::filesystem::file_size(folder.file("hello")));
}

Hello read_hello(const nlohmann::json& json) {
  Hello hello;
  json.at("name").get_to(hello.name);
  hello.missing = json.value("missing", "");
  if (!hello.missing.empty()) return hello;
  json.at("source").get_to(hello.source);
  json.at("compile").get_to(hello.compile);
  json.at("link").get_to(hello.link);
  if (hello.compile.empty()) throw Failure("\"" + hello.name + "\" has no compiler");
  return hello;
}

}  // namespace

std::vector<Hello> hellos_from_json(std::string_view text) {
  std::vector<Hello> hellos;
  try {
    for (const auto& hello : nlohmann::json::parse(text)) hellos.push_back(read_hello(hello));
  } catch (const nlohmann::json::exception& error) {
    throw Failure(error.what());
  }
  return hellos;
}

std::vector<HelloReading> measure_hellos(const std::vector<Hello>& hellos, unsigned rounds,
                                         const Interrupts& interrupts) {
  const ScratchFolder folder;
  std::vector<HelloReading> readings;
  readings.reserve(hellos.size());
  for (const auto& hello : hellos) readings.push_back({hello.missing, {}, 0});
  for (unsigned round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < hellos.size(); ++i) {
      if (readings[i].skipped.empty()) compile(hellos[i], folder, readings[i], interrupts);
      if (readings[i].skipped.empty() && round == 0) {
        link(hellos[i], folder, readings[i], interrupts);
      }
    }
  }
  return readings;
}

}  // namespace weir::bench
