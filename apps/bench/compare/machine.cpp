#include "compare/machine.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "text.hpp"

namespace weir::bench {
namespace {

// The value behind "name :" in a file of such lines, or nothing.
std::string value_in(const char* file, std::string_view name) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(name)) continue;
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    const auto begin = line.find_first_not_of(" \t", colon + 1);
    return begin == std::string::npos ? std::string{} : line.substr(begin);
  }
  return {};
}

std::string first_line_of(const std::string& file) {
  std::string line;
  std::ifstream opened(file);
  std::getline(opened, line);
  return line;
}

// What a command prints first; empty where it prints nothing, or does not exist.
std::string said_by(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen((command + " 2>&1").c_str(), "r"),
                                                   &::pclose);
  std::array<char, 256> line{};
  if (pipe == nullptr || std::fgets(line.data(), line.size(), pipe.get()) == nullptr) return {};
  std::string text = line.data();
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

void add(std::vector<Fact>& facts, const char* name, std::string value) {
  if (!value.empty()) facts.emplace_back(name, std::move(value));
}

}  // namespace

std::vector<Fact> machine_facts() {
  std::vector<Fact> facts;
  add(facts, "processor", value_in("/proc/cpuinfo", "model name"));
  add(facts, "processors", std::to_string(std::thread::hardware_concurrency()));
  const auto pages = static_cast<double>(::sysconf(_SC_PHYS_PAGES));
  add(facts, "memory", bytes(pages * static_cast<double>(::sysconf(_SC_PAGESIZE))));
  add(facts, "governor", first_line_of("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"));
  const bool virtual_machine =
      value_in("/proc/cpuinfo", "flags").find(" hypervisor") != std::string::npos;
  add(facts, "virtual machine", virtual_machine ? "yes: other guests may take its time" : "no");
  utsname system{};
  if (::uname(&system) == 0)
    add(facts, "kernel", std::string(system.sysname) + " " + system.release);
  add(facts, "load average at the start", first_line_of("/proc/loadavg"));
  add(facts, "compiler", std::string("GCC ") + __VERSION__);
  for (const auto& [name, arguments] : {std::pair{"redis-server", "--version"},
                                        {"nginx", "-v"},
                                        {"haproxy", "-v"},
                                        {"h2o", "--version"},
                                        {"node", "--version"},
                                        {"go", "version"}}) {
    if (const auto path = Programs::installed(name)) {
      add(facts, name, said_by(*path + " " + arguments));
    }
  }
  return facts;
}

}  // namespace weir::bench
