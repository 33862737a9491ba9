// Tool: counts one thing that a server does, from outside of it. Each tool is a file of its own:
//
//   callgrind.cpp    instructions in user space     valgrind --tool=callgrind
//   strace.cpp       system calls, by name          strace -c -f
//   allocations.cpp  allocations, by function       a library that is preloaded, preload/
//
// A tool counts the whole life of a process. Two lives that differ by a number of messages tell
// what a message costs: their beginnings and ends are the same. See cost.hpp.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "system/endpoint.hpp"
#include "system/interrupts.hpp"

namespace weir::bench {

using Command = std::vector<std::string>;

// Of one life, by name: {"recvfrom": 1000}. Where a tool knows no names there is one.
using Counts = std::map<std::string, std::uint64_t>;

// What happens to a server once it listens; it is ended after that.
using Visit = std::function<void(pid_t server, const Endpoint& endpoint)>;

class Tool {
 public:
  virtual ~Tool() = default;

  // Why nothing can be counted here, for a person to read; empty where it can.
  virtual std::string why_not() const = 0;

  // Whether a server that polls without waiting is counted the more the longer it polls.
  virtual bool counts_polling() const = 0;

  // Starts the server, visits it, ends it and answers what its life came to. Throws Failure.
  virtual Counts count(const Command& server, const Visit& visit, const Interrupts& interrupts) = 0;
};

std::unique_ptr<Tool> make_callgrind();
std::unique_ptr<Tool> make_strace(const Interrupts& interrupts);
std::unique_ptr<Tool> make_allocation_counter();

}  // namespace weir::bench
