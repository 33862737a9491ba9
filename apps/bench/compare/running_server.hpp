// RunningServer: a contestant's process while it is measured.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>

#include "compare/contestant.hpp"
#include "system/child.hpp"
#include "system/endpoint.hpp"
#include "system/interrupts.hpp"

namespace weir::bench {

class RunningServer {
 public:
  // Returns once it takes connections. Throws Failure when it does not within 10 s. `behind` is the
  // port of the server behind it, if any.
  RunningServer(const Contestant& contestant, std::optional<unsigned> cpu,
                const Interrupts& interrupts, std::uint16_t behind = 0);

  const Command& command() const { return command_; }
  const Endpoint& endpoint() const { return endpoint_; }
  pid_t pid() const { return child_->pid(); }

  // So that it takes nothing from the one that is measured.
  void pause() const { child_->pause(); }
  void resume() const { child_->resume(); }

 private:
  Command command_;
  std::unique_ptr<Child> child_;
  Endpoint endpoint_;
};

}  // namespace weir::bench
