// Inner loops of the engine. Each family is written once (*.inc) and compiled once per instruction set; a table of
// function pointers is chosen at run time. Matrices are row-major; feature maps are [rows][channels], channels last.
#pragma once
#include <stddef.h>

typedef enum { DT_BASELINE = 0, DT_AVX2 = 1, DT_AVX512 = 2 } dt_instruction_set;

// A convolution between a large map and a small one: small[y][x] sees large[y·stride − top + i][x·stride − left + j].
typedef struct {
  ptrdiff_t large_height, large_width, large_channels;
  ptrdiff_t small_height, small_width, small_channels;
  ptrdiff_t kernel_height, kernel_width, stride, top, left;
} dt_convolution;

// One step of Adam as PyTorch orders it: p −= step_size · m / (√v / sqrt_correction + epsilon). `rest` is 1 − beta,
// rounded from double: in single precision 1 − 0.999 has lost four digits.
typedef struct {
  float beta1, rest1, beta2, rest2, step_size, sqrt_correction, epsilon, weight_decay;
} dt_adam;

typedef struct {
  // a[i] += b[i]
  void (*add)(float *a, const float *b, ptrdiff_t count);
  // y = x where x ≥ 0, slope · x elsewhere; in place
  void (*leaky_relu)(float *y, ptrdiff_t count, float slope);
  // gradient *= 1 where y > 0, slope elsewhere; in place
  void (*leaky_relu_backward)(float *gradient, const float *y, ptrdiff_t count, float slope);
  void (*tanh_forward)(float *y, ptrdiff_t count);
  // gradient *= 1 − y²
  void (*tanh_backward)(float *gradient, const float *y, ptrdiff_t count);
  // x[row][c] += bias[c]
  void (*add_bias)(float *x, const float *bias, ptrdiff_t rows, ptrdiff_t channels);
  // bytes 0 … 255 → [−1, 1]
  void (*bytes_to_signed)(float *y, const unsigned char *x, ptrdiff_t count);

  // Sums over rows of the channels [first, last), in double.
  void (*column_sums)(double *sums, const float *x, ptrdiff_t rows, ptrdiff_t channels, ptrdiff_t first, ptrdiff_t last);
  // Mean, and the sum of squared differences from it, of each channel of [first, last); rows > 0.
  void (*moments)(double *mean, double *m2, const float *x, ptrdiff_t rows, ptrdiff_t channels, ptrdiff_t first,
                  ptrdiff_t last);
  // y = leaky_relu((x − mean) · inverse · scale + shift, slope); slope 1 is no activation
  void (*normalize)(float *y, const float *x, ptrdiff_t rows, ptrdiff_t channels, const float *mean,
                    const float *inverse, const float *scale, const float *shift, float slope);
  // With d = gradient · (1 where y > 0, slope elsewhere): Σ d and Σ d · (x − mean) · inverse of each channel of [first, last)
  void (*normalize_backward_sums)(double *sum, double *dot, const float *gradient, const float *x, const float *y,
                                  ptrdiff_t rows, ptrdiff_t channels, ptrdiff_t first, ptrdiff_t last,
                                  const float *mean, const float *inverse, float slope);
  // gradient = scale · inverse · (d − mean_d − (x − mean) · inverse · mean_dot), in place
  void (*normalize_backward)(float *gradient, const float *x, const float *y, ptrdiff_t rows, ptrdiff_t channels,
                             const float *mean, const float *inverse, const float *scale, const float *mean_d,
                             const float *mean_dot, float slope);

  void (*adam)(float *parameters, const float *gradient, float *m, float *v, ptrdiff_t count, dt_adam settings);

  // Rows [first, last) of the patch matrix of one sample, for the taps [tap, tap_end): columns[row][tap][large channel].
  void (*gather)(float *columns, const float *large, const dt_convolution *shape, ptrdiff_t first, ptrdiff_t last,
                 ptrdiff_t tap, ptrdiff_t tap_end);
  // The adjoint of gather over all rows and taps of one sample: large = sum of the columns that look at each pixel.
  void (*scatter)(float *large, const float *columns, const dt_convolution *shape);

  // Floats of a vector; a panel of B is one or two vectors wide. The most rows of a panel of A.
  ptrdiff_t lanes, tile_rows;
  // panel[k][width] = x[row][k] for the first `count` rows, zeros beyond; panel[k][width] = x[k][column] for the first
  // `count` columns, anything beyond. Up to `lanes` floats behind the panel are overwritten.
  void (*pack_rows)(float *panel, ptrdiff_t width, const float *x, ptrdiff_t stride, ptrdiff_t count, ptrdiff_t inner);
  void (*pack_columns)(float *panel, ptrdiff_t width, const float *x, ptrdiff_t stride, ptrdiff_t count,
                       ptrdiff_t inner);
  // c[row][column] = Σ over k of a[k][row] · b[k][column] (+ c if accumulating), for as many rows as the panel of A has
  // and the first `columns` columns of the panel of B, which is two vectors wide where columns > lanes.
  void (*multiply_panels)(float *c, ptrdiff_t stride, const float *a, const float *b, ptrdiff_t rows,
                          ptrdiff_t columns, ptrdiff_t inner, int accumulating);
  // Runs 12 independent chains of `iterations` vector multiply-adds in registers, for the peak rate.
  float (*multiply_add_chains)(ptrdiff_t iterations);
} dt_kernels;

int dt_is_supported(dt_instruction_set set);
const dt_kernels *dt_kernels_for(dt_instruction_set set);
