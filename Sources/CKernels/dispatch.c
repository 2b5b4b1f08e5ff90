#include "tables.h"

int dt_is_supported(dt_instruction_set set) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (set == DT_AVX2) return avx2;
  if (set == DT_AVX512)
    return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#endif
  return set == DT_BASELINE;
}

const dt_kernels *dt_kernels_for(dt_instruction_set set) {
#if defined(__x86_64__)
  if (set == DT_AVX512) return &dt_avx512_kernels;
  if (set == DT_AVX2) return &dt_avx2_kernels;
#endif
  (void)set;
  return &dt_baseline_kernels;
}
