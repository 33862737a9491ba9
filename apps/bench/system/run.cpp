#include "system/run.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <sstream>

#include "failure.hpp"
#include "system/descriptor.hpp"

namespace weir::bench {
namespace {

constexpr std::chrono::hours without_end{24};

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// A child's descriptors 0 to 2, no signal blocked, and a process group of its own: what it starts
// can be ended with it.
class Spawn {
 public:
  Spawn() {
    posix_spawn_file_actions_init(&files_);
    posix_spawnattr_init(&attributes_);
    posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&files_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  }
  ~Spawn() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }
  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;

  // 0 when it cannot be started.
  pid_t start(std::vector<std::string> command) const {
    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (auto& argument : command) arguments.push_back(argument.data());
    arguments.push_back(nullptr);
    pid_t pid = 0;
    const int error =
        posix_spawnp(&pid, arguments[0], &files_, &attributes_, arguments.data(), environ);
    return error == 0 ? pid : 0;
  }

 private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

Ended run_quietly(const std::vector<std::string>& command, const Interrupts& interrupts) {
  const pid_t pid = Spawn{}.start(command);
  if (pid == 0) return {.status = 127};
  const Descriptor process{static_cast<int>(syscall(SYS_pidfd_open, pid, 0))};
  try {
    interrupts.wait_readable(process.get(), without_end);
  } catch (const Interrupted&) {
    kill(-pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    throw;
  }
  int status = 0;
  rusage usage{};
  if (wait4(pid, &status, 0, &usage) != pid) fail_with_errno("wait4");
  return {.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          .cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime)};
}

std::optional<std::string> find_program(const std::string& program, const std::string& more) {
  const char* path = std::getenv("PATH");
  std::istringstream folders{std::string(path == nullptr ? "/usr/bin:/bin" : path) + ":" + more};
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string found = (std::filesystem::path{folder} / program).string();
    if (access(found.c_str(), X_OK) == 0) return found;
  }
  return std::nullopt;
}

std::filesystem::path programs_directory() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path();
}

}  // namespace weir::bench
