// AVX-512 F, BW, DQ, VL: Skylake-SP (2017), Zen 4 and later.
#include "tables.h"
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#define DT_VECTOR_BYTES 64
#define DT_FUSED 1
#define DT_TABLE dt_avx512_kernels
#include "table.inc"
#pragma clang attribute pop
#endif
