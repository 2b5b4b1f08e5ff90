// The vector type of an instruction set, with loads and stores of fewer than DT_LANES elements. A tail runs the same
// operations as whole vectors, so an element's bits do not depend on its place.
//
// Whether a product is fused with the following addition changes bits. Each kernel states it by `multiply_add`; the
// compiler does not contract by itself. DT_FUSED says whether the instruction set has the fused operation.
#pragma once
#include <stddef.h>
#include <string.h>

#define DT_LANES (DT_VECTOR_BYTES / 4)
typedef float dt_f __attribute__((vector_size(DT_VECTOR_BYTES)));
typedef int dt_i __attribute__((vector_size(DT_VECTOR_BYTES)));

#define DT_INLINE static inline __attribute__((always_inline))

#pragma clang fp contract(off)

// a · b + c, of floats, doubles or vectors: rounded once if DT_FUSED, else twice.
#if DT_FUSED
#define multiply_add(a, b, c) __builtin_elementwise_fma(a, b, c)
#else
#define multiply_add(a, b, c) ((a) * (b) + (c))
#endif

DT_INLINE dt_f splat(float x) { return x - (dt_f){0}; }  // not 0 + x, which turns -0 into 0

DT_INLINE dt_f load(const float *p, ptrdiff_t count) {
  dt_f v = {0};
  if (count >= DT_LANES) memcpy(&v, p, sizeof v);
  else memcpy(&v, p, (size_t)count * sizeof *p);
  return v;
}

DT_INLINE void store(float *p, dt_f v, ptrdiff_t count) {
  if (count >= DT_LANES) memcpy(p, &v, sizeof v);
  else memcpy(p, &v, (size_t)count * sizeof *p);
}
