/* Preloaded into a server: counts what it allocates, in memory that weir-bench shares with it.
 *
 * Over ltrace and valgrind's malloc replacement: the server runs at its own speed, and every way to
 * the heap is seen, operator new and strdup() too, which come here by malloc(). realloc() counts as
 * one even where nothing moves. free() is not counted.
 *
 * The functions behind are glibc's own names for them; elsewhere this does not link, and the
 * figure is left out.
 */
#define _GNU_SOURCE
#include "count_allocations.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

/* NOLINTBEGIN(readability-identifier-naming): glibc has named them */
extern void* __libc_malloc(size_t size);
extern void* __libc_calloc(size_t count, size_t size);
extern void* __libc_realloc(void* old, size_t size);
extern void* __libc_memalign(size_t alignment, size_t size);
/* NOLINTEND(readability-identifier-naming) */

static struct AllocationCounts unshared;
static struct AllocationCounts* _Atomic counts = &unshared;

static void count(uint64_t* counter) { __atomic_fetch_add(counter, 1, __ATOMIC_RELAXED); }

__attribute__((constructor)) static void attach(void) {
  const char* descriptor = getenv(ALLOCATION_COUNTS_VARIABLE);
  if (descriptor == NULL) return;
  void* shared = mmap(NULL, sizeof(struct AllocationCounts), PROT_READ | PROT_WRITE, MAP_SHARED,
                      atoi(descriptor), 0);
  if (shared == MAP_FAILED) return;
  counts = shared;
  counts->attached = 1;
}

void* malloc(size_t size) {
  count(&counts->mallocs);
  return __libc_malloc(size);
}

void* calloc(size_t number, size_t size) {
  count(&counts->callocs);
  return __libc_calloc(number, size);
}

void* realloc(void* old, size_t size) {
  count(&counts->reallocs);
  return __libc_realloc(old, size);
}

void* memalign(size_t alignment, size_t size) {
  count(&counts->aligned);
  return __libc_memalign(alignment, size);
}

void* aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void** result, size_t alignment, size_t size) {
  if (alignment % sizeof(void*) != 0 || (alignment & (alignment - 1)) != 0) return EINVAL;
  void* memory = memalign(alignment, size);
  if (memory == NULL) return ENOMEM;
  *result = memory;
  return 0;
}
