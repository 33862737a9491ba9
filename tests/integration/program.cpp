#include "integration/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include "integration/deadline.hpp"

namespace weir::integration {

namespace {

constexpr rlim_t soft_limit = 256;  // of descriptors

[[noreturn]] void throw_errno(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

struct Pipe {
  Descriptor read;
  Descriptor write;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("pipe2");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

/// In the child, between fork() and exec(): system calls only.
[[noreturn]] void become(const Launch& launch, char* const* arguments, int out, int err) {
  // Its own group, so that what it starts can be ended with it.
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int null = ::open("/dev/null", O_RDONLY);
  if (null < 0 || ::dup2(null, STDIN_FILENO) < 0 || ::dup2(out, STDOUT_FILENO) < 0 ||
      ::dup2(err, STDERR_FILENO) < 0) {
    ::_exit(126);
  }
  ::close(null);
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  // No gaps below: the program's own descriptors come behind these.
  if (launch.open_before != 0) ::close_range(STDERR_FILENO + 1, ~0U, 0);
  for (std::size_t i = 0; i < launch.open_before; ++i) {
    if (::dup(STDIN_FILENO) < 0) ::_exit(126);
  }
  // A program that needs more has to raise the soft limit itself.
  limit.rlim_cur = std::min<rlim_t>(soft_limit + launch.open_before, limit.rlim_max);
  if (launch.descriptors.has_value()) limit.rlim_cur = limit.rlim_max = *launch.descriptors;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) ::_exit(126);
  for (const int descriptor : launch.closed) ::close(descriptor);
  ::execv(arguments[0], arguments);
  ::_exit(127);
}

}  // namespace

Program::Program(const Launch& launch) : name_(launch.command.front()) {
  std::vector<std::string> words = launch.wrapper;
  words.insert(words.end(), launch.command.begin(), launch.command.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  Pipe out = make_pipe();
  Pipe err = make_pipe();
  pid_ = ::fork();
  if (pid_ < 0) throw_errno("fork");
  if (pid_ == 0) become(launch, arguments.data(), out.write.get(), err.write.get());
  // Also here: the group exists, whoever is first.
  ::setpgid(pid_, pid_);
  process_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  if (!process_.valid()) throw_errno("pidfd_open");
  out_.pipe = std::move(out.read);
  err_.pipe = std::move(err.read);
  for (const Stream* stream : {&out_, &err_}) ::fcntl(stream->pipe.get(), F_SETFL, O_NONBLOCK);
}

Program::~Program() {
  if (exit_.has_value()) return;
  ::kill(-pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
}

void Program::signal(int number) const {
  if (!exit_.has_value()) ::kill(pid_, number);
}

void Program::Stream::read() {
  if (ended) return;
  std::array<char, 4096> bytes{};
  for (;;) {
    const ssize_t count = ::read(pipe.get(), bytes.data(), bytes.size());
    if (count > 0) {
      text.append(bytes.data(), static_cast<std::size_t>(count));
    } else if (count == 0) {
      ended = true;
      return;
    } else if (errno != EINTR) {
      return;
    }
  }
}

void Program::fail(std::string_view what) const {
  std::string message = name_ + ": waited for " + std::string(what) + ", its standard error is:\n";
  throw std::runtime_error(message + err_.text);
}

template <class Done>
void Program::read_until(Done done, std::string_view what) {
  const Deadline deadline;
  for (;;) {
    out_.read();
    err_.read();
    if (done()) return;
    if (deadline.passed()) fail(what);
    // poll() leaves negative descriptors out.
    std::array<pollfd, 3> polled{{{out_.ended ? -1 : out_.pipe.get(), POLLIN, 0},
                                  {err_.ended ? -1 : err_.pipe.get(), POLLIN, 0},
                                  {exit_.has_value() ? -1 : process_.get(), POLLIN, 0}}};
    ::poll(polled.data(), polled.size(), deadline.poll_timeout());
    if (exit_.has_value() || (polled[2].revents & POLLIN) == 0) continue;
    int status = 0;
    if (::waitpid(pid_, &status, 0) != pid_) throw_errno("waitpid");
    exit_ = WIFEXITED(status) ? Exit{WEXITSTATUS(status), 0} : Exit{-1, WTERMSIG(status)};
  }
}

std::string Program::read_line() {
  std::size_t end = std::string::npos;
  const auto done = [&] {
    end = out_.text.find('\n', lines_read_);
    return end != std::string::npos || out_.ended;
  };
  read_until(done, "a line on its standard output");
  if (end == std::string::npos) fail("a line, and its standard output ended");
  std::string line = out_.text.substr(lines_read_, end - lines_read_);
  lines_read_ = end + 1;
  return line;
}

std::string Program::wait_for_error(std::string_view part) {
  std::string line;
  const auto done = [&] {
    const std::size_t at = err_.text.find(part);
    const std::size_t end = at == std::string::npos ? at : err_.text.find('\n', at);
    if (end == std::string::npos) return err_.ended;
    const std::size_t before = err_.text.rfind('\n', at);
    const std::size_t begin = before == std::string::npos ? 0 : before + 1;
    line = err_.text.substr(begin, end - begin);
    return true;
  };
  const std::string what = "'" + std::string(part) + "' on its standard error";
  read_until(done, what);
  if (line.empty()) fail(what + ", which ended");
  return line;
}

Exit Program::wait() {
  read_until([this] { return exit_.has_value() && out_.ended && err_.ended; }, "its end");
  return *exit_;
}

Exit Program::terminate() {
  signal(SIGTERM);
  return wait();
}

void Program::stop_reading() {
  for (Stream* stream : {&out_, &err_}) {
    stream->pipe.close();
    stream->ended = true;
  }
}

std::size_t Program::peak_memory() const {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  for (std::string word; status >> word;) {
    std::size_t kib = 0;
    if (word == "VmHWM:" && status >> kib) return kib * 1024;
  }
  throw std::runtime_error(name_ + ": /proc says nothing of its peak memory");
}

std::string Program::descriptor_target(int number) const {
  const std::string path = "/proc/" + std::to_string(pid_) + "/fd/" + std::to_string(number);
  std::array<char, 256> target{};
  const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
  return length < 0 ? "" : std::string(target.data(), static_cast<std::size_t>(length));
}

std::size_t Program::sockets() const {
  std::size_t count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator("/proc/" + std::to_string(pid_) + "/fd")) {
    // One that is closed meanwhile has no target.
    std::error_code gone;
    if (std::filesystem::read_symlink(entry.path(), gone).string().starts_with("socket:")) ++count;
  }
  return count;
}

std::size_t count_lines(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (line.find(part) != std::string_view::npos) ++count;
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return count;
}

}  // namespace weir::integration
