#pragma once
#include "CKernels.h"

extern const dt_kernels dt_baseline_kernels;
#if defined(__x86_64__)
extern const dt_kernels dt_avx2_kernels;
extern const dt_kernels dt_avx512_kernels;
#endif
