// Counts what chosen threads take from the heap. The test executable's malloc and its relatives stand before glibc's, for
// all libraries of the process, and pass on to it.
#pragma once
#include <stddef.h>

// Whether the calling thread is watched.
void allocation_counter_watch(int is_watched);
// Calls of malloc, calloc, realloc, memalign and theirs by watched threads since the last reset.
long allocation_counter_calls(void);
// The most bytes that one of them asked for.
size_t allocation_counter_largest(void);
void allocation_counter_reset(void);
// Writes where the first few were made to standard error, one stack each.
void allocation_counter_report(void);
