#include "include/CAllocationCounter.h"

#include <errno.h>
#include <execinfo.h>
#include <stdatomic.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

enum { STACKS = 8, DEPTH = 24 };

static _Thread_local int watched;
static atomic_long calls;
static atomic_size_t largest;
static void *stacks[STACKS][DEPTH];
static int depths[STACKS];

static void count(size_t size) {
  if (!watched) return;
  watched = 0;  // backtrace may allocate
  const long call = atomic_fetch_add(&calls, 1);
  size_t most = atomic_load(&largest);
  while (size > most && !atomic_compare_exchange_weak(&largest, &most, size)) {}
  if (call < STACKS) depths[call] = backtrace(stacks[call], DEPTH);
  watched = 1;
}

void *malloc(size_t size) {
  count(size);
  return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
  count(number * size);
  return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size) {
  count(size);
  return __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size) {
  count(size);
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  count(size);
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
  count(size);
  void *memory = __libc_memalign(alignment, size);
  if (!memory) return ENOMEM;
  *result = memory;
  return 0;
}

void allocation_counter_watch(int is_watched) { watched = is_watched; }
long allocation_counter_calls(void) { return atomic_load(&calls); }
size_t allocation_counter_largest(void) { return atomic_load(&largest); }

void allocation_counter_reset(void) {
  atomic_store(&calls, 0);
  atomic_store(&largest, 0);
}

void allocation_counter_report(void) {
  const long number = atomic_load(&calls);
  for (long call = 0; call < number && call < STACKS; call++) {
    backtrace_symbols_fd(stacks[call], depths[call], STDERR_FILENO);
    if (write(STDERR_FILENO, "\n", 1) < 0) return;
  }
}
