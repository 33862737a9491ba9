// System calls. The tracer is a child of its server (-D), so that the server is ours to end.
#include "cost/strace.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <charconv>
#include <fstream>
#include <sstream>

#include "cost/memory_file.hpp"
#include "failure.hpp"
#include "system/child.hpp"
#include "system/run.hpp"

namespace weir::bench {
namespace {

pid_t tracer_of(pid_t pid) {
  std::ifstream status{"/proc/" + std::to_string(pid) + "/status"};
  for (std::string word; status >> word;) {
    if (word != "TracerPid:") continue;
    pid_t tracer = 0;
    if (status >> tracer && tracer > 0) return tracer;
    break;
  }
  throw Failure("strace does not watch its program");
}

class Strace : public Tool {
 public:
  // The tracer becomes ours when its server ends, and to wait for it is to have its table.
  explicit Strace(const Interrupts& interrupts) {
    if (!is_installed("strace")) {
      why_not_ = "strace is not installed";
      return;
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    const Command nothing{"strace", "-qq", "-o", "/dev/null", "true"};
    if (run_quietly(nothing, interrupts).status != 0)
      why_not_ = "strace may not watch a program here";
  }
  ~Strace() override { prctl(PR_SET_CHILD_SUBREAPER, 0); }
  Strace(const Strace&) = delete;
  Strace& operator=(const Strace&) = delete;

  std::string why_not() const override { return why_not_; }

  bool counts_polling() const override { return true; }

  Counts count(const Command& server, const Visit& visit, const Interrupts& interrupts) override {
    const MemoryFile table{"strace"};
    Command command{"strace", "-D", "-f", "-qq", "-c", "-o", table.path()};
    command.insert(command.end(), server.begin(), server.end());
    const TracerEnd end;
    {
      Child child{command, std::nullopt};
      const auto endpoint = child.wait_listening(interrupts);
      end.of(tracer_of(child.pid()));
      visit(child.pid(), endpoint);
    }
    end.wait();
    return calls_in(table.text());
  }

 private:
  // Waits for the tracer on every way out, after the server has ended.
  class TracerEnd {
   public:
    TracerEnd() = default;
    ~TracerEnd() { wait(); }
    TracerEnd(const TracerEnd&) = delete;
    TracerEnd& operator=(const TracerEnd&) = delete;

    void of(pid_t tracer) const { tracer_ = tracer; }
    void wait() const {
      if (tracer_ > 0) waitpid(std::exchange(tracer_, 0), nullptr, 0);
    }

   private:
    mutable pid_t tracer_ = 0;
  };

  std::string why_not_;
};

}  // namespace

// % time     seconds  usecs/call     calls    errors syscall
// ------ ----------- ----------- --------- --------- ----------------
//  30.50    0.000326           7        44           mmap
//  30.50    0.000326           3        89        77 openat
// ------ ----------- ----------- --------- --------- ----------------
// 100.00    0.001069           4       133        77 total
Counts calls_in(std::string_view table) {
  Counts counts;
  std::istringstream lines{std::string{table}};
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.starts_with("% time") || line.starts_with("------")) continue;
    std::istringstream words{line};
    double share = 0;
    double seconds = 0;
    std::uint64_t each = 0;
    std::uint64_t calls = 0;
    if (!(words >> share >> seconds >> each >> calls)) {
      throw Failure("strace wrote '" + line + "', which is no line of its table");
    }
    const auto name = line.substr(line.find_last_of(' ') + 1);
    if (name != "total") counts[name] += calls;
  }
  if (counts.empty()) throw Failure("strace left no table");
  return counts;
}

std::unique_ptr<Tool> make_strace(const Interrupts& interrupts) {
  return std::make_unique<Strace>(interrupts);
}

}  // namespace weir::bench
