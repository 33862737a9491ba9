// A server that weir-bench starts itself and ends itself: nothing else is ever sent a signal.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "system/descriptor.hpp"
#include "system/endpoint.hpp"
#include "system/interrupts.hpp"

namespace weir::bench {

class Child {
 public:
  // Starts command[0] with the rest as its arguments, bound to `cpu` if there is one. Throws
  // Failure when it cannot be executed. The kernel kills it if weir-bench is killed.
  Child(std::vector<std::string> command, std::optional<unsigned> cpu);

  // SIGTERM, and SIGKILL if it is still there after 5 s.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Waits, for at most 10 s, for the line "listening on tcp://...", or of another scheme, on its
  // standard output, and answers that endpoint. What it prints later is read and dropped. Call it
  // once.
  Endpoint wait_listening(const Interrupts& interrupts, std::string_view scheme = "tcp://");

  pid_t pid() const { return pid_; }

  // A server that polls without waiting would take the CPU from its neighbours.
  void pause() const;
  void resume() const;

 private:
  void read_and_drop() const;
  [[noreturn]] void fail_early();

  std::string name_;
  pid_t pid_ = 0;
  Descriptor process_;  // a pidfd: readable when the process has ended
  Descriptor output_;
  Descriptor stop_reading_;
  std::thread reader_;
};

}  // namespace weir::bench
