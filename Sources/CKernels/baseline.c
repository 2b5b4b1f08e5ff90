// The instructions that every CPU of the architecture has: SSE2 on x86-64, NEON on AArch64. NEON could fuse, but does
// not here, so that both give the same bits.
#include "tables.h"
#define DT_VECTOR_BYTES 16
#define DT_FUSED 0
#define DT_TABLE dt_baseline_kernels
#include "table.inc"
