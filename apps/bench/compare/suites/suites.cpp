#include "compare/suites/suites.hpp"

#include <utility>

#include "text.hpp"

namespace weir::bench {

Contestant weir_echo(const Programs& programs, const std::string& backend, Command more) {
  Command arguments = {"--listen", "tcp://127.0.0.1:0", "--backend", backend, "--max-connections",
                       "20000",    "--log-level",       "error"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return programs.of_build("weir " + backend, "weir-echo", std::move(arguments));
}

void check_select(Contestant& contestant, unsigned connections) {
  constexpr unsigned most = 1000;  // descriptors below FD_SETSIZE, less a few of its own
  if (connections > most) contestant.missing = "select() serves descriptors below 1,024 only";
}

std::string size_name(std::size_t size) {
  constexpr std::size_t kib = 1024;
  if (size >= kib * kib) return std::to_string(size / kib / kib) + " MiB";
  if (size >= kib) return std::to_string(size / kib) + " KiB";
  return std::to_string(size) + " B";
}

std::string connections_name(unsigned connections) {
  return grouped(connections) + (connections == 1 ? " connection" : " connections");
}

LoadOptions load_of(const SuiteSettings& settings) {
  LoadOptions load;
  load.seconds = settings.seconds;
  load.warmup = settings.warmup;
  return load;
}

}  // namespace weir::bench
