// What the kernel says about a process and a thread: CPU time, memory, whether it is still there.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace weir::bench {

// CPU time of a whole process since its start, threads that have ended included.
struct ProcessCpu {
  // From the process's CPU clock: exact to the nanosecond at the moment of the call. The sum of
  // /proc/PID/task/*/schedstat loses the threads that ended, and what runs now since its last
  // tick; a server with a thread for each connection would look free.
  std::uint64_t nanoseconds = 0;
  // From /proc/PID/stat, in ticks of 10 ms: good for the split only.
  std::uint64_t user_ticks = 0;
  std::uint64_t system_ticks = 0;
};

// CPU time of one thread, and the time in which it was ready but not running (schedstat).
struct ThreadCpu {
  std::uint64_t ran_nanoseconds = 0;
  std::uint64_t waited_nanoseconds = 0;
};

struct Memory {
  // What the process has written: heap, stacks, data; swapped pages included.
  std::uint64_t user_bytes = 0;
  std::uint64_t resident_bytes = 0;
  // Memory that came in pages of 2 MiB, so that a difference says little.
  std::uint64_t huge_bytes = 0;
};

// False for a process that ended, even if its parent has not waited for it yet.
bool is_running(pid_t pid);

// Whether every thread of it waits for something. Of one that was just woken it is false.
bool is_asleep(pid_t pid);

// These throw Failure when there is no such process, or when it may not be read.
ProcessCpu read_process_cpu(pid_t pid);
ThreadCpu read_thread_cpu(pid_t thread);  // a thread of this process
Memory read_memory(pid_t pid);
// RssAnon, the heap and the stacks: as cheap as a look at a counter, so that one may look often.
std::uint64_t read_anonymous_bytes(pid_t pid);

// Who has which, where a bench pins: the server that is measured, and the load.
inline constexpr unsigned server_cpu = 0;
inline constexpr unsigned load_cpu = 1;

// Binds this thread, and what it starts from now on, to one CPU. Throws Failure.
void pin_to_cpu(unsigned cpu);

}  // namespace weir::bench
