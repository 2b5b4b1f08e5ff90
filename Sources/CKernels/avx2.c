// AVX2 with fused multiply-add: Haswell (2013), Zen and later.
#include "tables.h"
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define DT_VECTOR_BYTES 32
#define DT_FUSED 1
#define DT_TABLE dt_avx2_kernels
#include "table.inc"
#pragma clang attribute pop
#endif
