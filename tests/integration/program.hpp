// Program: another process, from its start to its exit status, with what it said meanwhile.
// Everything waits at most for the safety limit and then throws an exception that quotes the
// process's standard error.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/io/descriptor.hpp"

namespace weir::integration {

struct Launch {
  std::vector<std::string> command{};        // the program's path first
  std::vector<std::string> wrapper{};        // a program that runs `command`, as env does
  std::optional<std::size_t> descriptors{};  // RLIMIT_NOFILE; else 256, which it may raise
  std::size_t open_before = 0;               // descriptors that it inherits beside the usual three
  std::vector<int> closed{};                 // of 0, 1 and 2: closed when it starts
};

struct Exit {
  int status = -1;  // what it answered, -1 when a signal ended it
  int signal = 0;
};

/// Ended by its id, with SIGKILL, when it is destroyed or the test process ends.
class Program {
 public:
  explicit Program(const Launch& launch);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  void signal(int number) const;

  /// The next line on standard output, without its end.
  [[nodiscard]] std::string read_line();
  /// The first line on standard error that has `part` in it.
  std::string wait_for_error(std::string_view part);
  /// Until it has ended and said everything. May be called again.
  Exit wait();
  /// SIGTERM, then wait().
  Exit terminate();

  /// Nobody reads its standard output or standard error any more.
  void stop_reading();

  /// What it has said so far, as far as it was read; all of it after wait().
  [[nodiscard]] const std::string& out() const { return out_.text; }
  [[nodiscard]] const std::string& err() const { return err_.text; }

  /// VmHWM: the most memory it ever had, in bytes.
  [[nodiscard]] std::size_t peak_memory() const;
  /// What descriptor `number` of it is, as /proc says.
  [[nodiscard]] std::string descriptor_target(int number) const;
  /// The sockets that it has open.
  [[nodiscard]] std::size_t sockets() const;

 private:
  struct Stream {
    Descriptor pipe;
    std::string text;
    bool ended = false;
    void read();
  };

  [[noreturn]] void fail(std::string_view what) const;
  template <class Done>
  void read_until(Done done, std::string_view what);

  std::string name_;
  pid_t pid_ = -1;
  Descriptor process_;  // a pidfd: readable when the process has ended
  Stream out_;
  Stream err_;
  std::size_t lines_read_ = 0;  // bytes of out_ that read_line() has answered
  std::optional<Exit> exit_;
};

/// The lines of `text` that have `part` in them.
[[nodiscard]] std::size_t count_lines(std::string_view text, std::string_view part = "");

}  // namespace weir::integration
