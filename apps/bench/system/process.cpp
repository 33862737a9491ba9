// Reads /proc and the CPU clocks; keeps nothing open and nothing cached.
#include "system/process.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "failure.hpp"

namespace weir::bench {
namespace {

std::string path_of(pid_t pid, const char* file) {
  return "/proc/" + std::to_string(pid) + "/" + file;
}

// /proc/PID/stat from its third field on; the second, the name, may hold spaces and parentheses.
struct Stat {
  char state = 'X';
  std::uint64_t user_ticks = 0;
  std::uint64_t system_ticks = 0;
};

char state_in(const std::string& line) {
  const auto name_end = line.rfind(')');
  return name_end + 2 < line.size() ? line[name_end + 2] : 'X';
}

Stat read_stat(pid_t pid) {
  std::ifstream file{path_of(pid, "stat")};
  std::string line;
  Stat stat;
  if (!std::getline(file, line)) return stat;
  std::istringstream fields{line.substr(line.rfind(')') + 1)};
  std::string skipped;
  fields >> stat.state;
  for (int field = 4; field < 14; ++field) fields >> skipped;
  fields >> stat.user_ticks >> stat.system_ticks;
  return stat;
}

Memory read_statm(pid_t pid) {
  std::ifstream file{path_of(pid, "statm")};
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  std::uint64_t shared = 0;
  if (!(file >> size >> resident >> shared)) {
    throw Failure("cannot read the memory of process " + std::to_string(pid));
  }
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  return {
      .user_bytes = (resident - shared) * page, .resident_bytes = resident * page, .huge_bytes = 0};
}

}  // namespace

bool is_running(pid_t pid) {
  const char state = read_stat(pid).state;
  return state != 'Z' && state != 'X';
}

bool is_asleep(pid_t pid) {
  const std::filesystem::directory_iterator threads{path_of(pid, "task")};
  return std::ranges::all_of(threads, [](const auto& thread) {
    std::ifstream file{thread.path() / "stat"};
    std::string line;
    return std::getline(file, line) && state_in(line) == 'S';
  });
}

ProcessCpu read_process_cpu(pid_t pid) {
  clockid_t clock{};
  timespec time{};
  if (!is_running(pid) || clock_getcpuclockid(pid, &clock) != 0 ||
      clock_gettime(clock, &time) != 0) {
    throw Failure("cannot read the CPU time of process " + std::to_string(pid));
  }
  const auto stat = read_stat(pid);
  return {.nanoseconds = static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U +
                         static_cast<std::uint64_t>(time.tv_nsec),
          .user_ticks = stat.user_ticks,
          .system_ticks = stat.system_ticks};
}

ThreadCpu read_thread_cpu(pid_t thread) {
  std::ifstream file{path_of(getpid(), "task/") + std::to_string(thread) + "/schedstat"};
  ThreadCpu cpu;
  if (!(file >> cpu.ran_nanoseconds >> cpu.waited_nanoseconds)) {
    throw Failure("cannot read the schedstat of thread " + std::to_string(thread));
  }
  return cpu;
}

// smaps_rollup may be closed to others than the owner; statm says nearly the same.
Memory read_memory(pid_t pid) {
  std::ifstream file{path_of(pid, "smaps_rollup")};
  std::string line;
  if (!std::getline(file, line)) return read_statm(pid);
  Memory memory;
  while (std::getline(file, line)) {
    std::istringstream fields{line};
    std::string name;
    std::uint64_t kilobytes = 0;
    fields >> name >> kilobytes;
    const auto bytes = kilobytes * 1024;
    if (name == "Private_Dirty:" || name == "Swap:") memory.user_bytes += bytes;
    if (name == "Rss:") memory.resident_bytes = bytes;
    if (name == "AnonHugePages:") memory.huge_bytes = bytes;
  }
  return memory;
}

std::uint64_t read_anonymous_bytes(pid_t pid) {
  std::ifstream file{path_of(pid, "status")};
  std::string name;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields{line};
    std::uint64_t kilobytes = 0;
    if (fields >> name >> kilobytes && name == "RssAnon:") return kilobytes * 1024;
  }
  throw Failure("cannot read the memory of process " + std::to_string(pid));
}

void pin_to_cpu(unsigned cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) {
    fail_with_errno("cannot run on CPU " + std::to_string(cpu));
  }
}

}  // namespace weir::bench
