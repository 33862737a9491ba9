// fork, exec, a pipe for its output, a pidfd for its end.
#include "system/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <utility>

#include "failure.hpp"

namespace weir::bench {
namespace {

constexpr std::chrono::seconds start_deadline{10};
constexpr int end_deadline_milliseconds = 5000;

struct Pipe {
  Descriptor read;
  Descriptor write;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) fail_with_errno("pipe2");
  return {.read = Descriptor{ends[0]}, .write = Descriptor{ends[1]}};
}

// Not pidfd_open(): its header in glibc 2.36 forgets extern "C".
Descriptor open_process(pid_t pid) {
  return Descriptor{static_cast<int>(syscall(SYS_pidfd_open, pid, 0))};
}

// Between fork and exec: async-signal-safe calls only. What went wrong goes up the `error` pipe,
// which closes by itself when all went well.
[[noreturn]] void become(char* const* arguments, const Pipe& output, const Pipe& error,
                         const cpu_set_t* cpus, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  Interrupts::unblock();
  const bool pinned = cpus == nullptr || sched_setaffinity(0, sizeof *cpus, cpus) == 0;
  if (pinned && dup2(output.write.get(), STDOUT_FILENO) >= 0) execvp(arguments[0], arguments);
  const int reason = errno;
  if (::write(error.write.get(), &reason, sizeof reason) < 0) _exit(126);
  _exit(127);
}

// The endpoint in "listening on tcp://..." once its whole line is there.
std::optional<std::string_view> announced(std::string_view said, std::string_view scheme) {
  static constexpr std::string_view words = "listening on ";
  const auto at = said.find(std::string(words).append(scheme));
  if (at == std::string_view::npos) return std::nullopt;
  const auto endpoint = said.substr(at + words.size());
  const auto end = endpoint.find_first_of(" \r\n");
  if (end == std::string_view::npos) return std::nullopt;
  return endpoint.substr(0, end);
}

}  // namespace

Child::Child(std::vector<std::string> command, std::optional<unsigned> cpu)
    : name_(command.front()), stop_reading_(eventfd(0, EFD_CLOEXEC)) {
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (auto& argument : command) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  if (cpu) CPU_SET(*cpu, &cpus);

  auto output = make_pipe();
  auto error = make_pipe();
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ < 0) fail_with_errno("fork");
  if (pid_ == 0) become(arguments.data(), output, error, cpu ? &cpus : nullptr, parent);
  error.write.close();
  int reason = 0;
  if (::read(error.read.get(), &reason, sizeof reason) > 0) {
    waitpid(pid_, nullptr, 0);
    throw Failure("cannot start '" + name_ + "': " + error_text(reason));
  }
  process_ = open_process(pid_);
  output_ = std::move(output.read);
}

Child::~Child() {
  resume();
  kill(pid_, SIGTERM);
  pollfd ended{.fd = process_.get(), .events = POLLIN, .revents = 0};
  if (poll(&ended, 1, end_deadline_milliseconds) <= 0) kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  eventfd_write(stop_reading_.get(), 1);
  if (reader_.joinable()) reader_.join();
}

Endpoint Child::wait_listening(const Interrupts& interrupts, std::string_view scheme) {
  const auto deadline = std::chrono::steady_clock::now() + start_deadline;
  std::string said;
  std::array<char, 4096> buffer{};
  for (;;) {
    const auto left = deadline - std::chrono::steady_clock::now();
    if (!interrupts.wait_readable(output_.get(), left)) {
      throw Failure("'" + name_ + "' did not say 'listening on " + std::string(scheme) +
                    "...' within 10 s");
    }
    const auto came = ::read(output_.get(), buffer.data(), buffer.size());
    if (came <= 0) fail_early();
    said.append(buffer.data(), static_cast<std::size_t>(came));
    if (const auto endpoint = announced(said, scheme)) {
      reader_ = std::thread{[this] { read_and_drop(); }};
      return parse_endpoint(*endpoint, scheme);
    }
  }
}

void Child::pause() const { kill(pid_, SIGSTOP); }

void Child::resume() const { kill(pid_, SIGCONT); }

// A server that logs must not stop at a full pipe in the middle of a round.
void Child::read_and_drop() const {
  std::array<char, 4096> buffer{};
  pollfd watched[] = {{.fd = output_.get(), .events = POLLIN, .revents = 0},
                      {.fd = stop_reading_.get(), .events = POLLIN, .revents = 0}};
  while (poll(watched, 2, -1) > 0 || errno == EINTR) {
    if (watched[1].revents != 0) return;
    if (::read(output_.get(), buffer.data(), buffer.size()) <= 0) return;
  }
}

void Child::fail_early() {
  pollfd ended{.fd = process_.get(), .events = POLLIN, .revents = 0};
  if (poll(&ended, 1, end_deadline_milliseconds) <= 0) {
    throw Failure("'" + name_ + "' closed its standard output before it listened");
  }
  siginfo_t info{};
  waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
  const bool exited = info.si_code == CLD_EXITED;
  throw Failure("'" + name_ + "' ended before it listened, " +
                (exited ? "with exit status " : "by signal ") + std::to_string(info.si_status));
}

}  // namespace weir::bench
