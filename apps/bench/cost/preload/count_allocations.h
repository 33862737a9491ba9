/* What the preloaded library and weir-bench share: a page of counters. Written by the server's
 * threads, read by weir-bench after the server has ended. */
#pragma once

#include <stdint.h>

/* The environment variable that holds the number of the inherited descriptor. */
#define ALLOCATION_COUNTS_VARIABLE "WEIR_BENCH_ALLOCATIONS"

struct AllocationCounts {
  uint64_t attached; /* 1 once the library is in the process */
  uint64_t mallocs;
  uint64_t callocs;
  uint64_t reallocs;
  uint64_t aligned; /* memalign, aligned_alloc, posix_memalign */
};
