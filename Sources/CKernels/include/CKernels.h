// Inner loops of Numerics. Each family is written once (*.inc) and compiled once per instruction set; a table of
// function pointers is chosen at run time. Matrices are row-major; feature maps are [rows][channels], channels last.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef enum { DT_BASELINE = 0, DT_AVX2 = 1, DT_AVX512 = 2 } dt_instruction_set;

// A convolution between a large map and a small one: small[y][x] sees large[y·stride − top + i][x·stride − left + j].
typedef struct {
  ptrdiff_t large_height, large_width, large_channels;
  ptrdiff_t small_height, small_width, small_channels;
  ptrdiff_t kernel_height, kernel_width, stride, top, left;
} dt_convolution;

// One step of Adam as PyTorch orders it: p −= step_size · m / (√v / sqrt_correction + epsilon). `rest` is 1 − beta,
// rounded from double, since 1 − 0.999 in single precision loses four digits. `weight_decay` · p is added to the
// gradient. `keep` is the factor of p by decoupled weight decay.
typedef struct {
  float beta1, rest1, beta2, rest2, step_size, sqrt_correction, epsilon, weight_decay, keep;
} dt_adam;

// A convolution whose small map is cut into tiles of tile × tile pixels, counted row by row, sample after sample.
typedef struct {
  dt_convolution shape;
  ptrdiff_t tile, tile_rows, tile_columns;
  const float *zeros;  // one for each channel of the map that has more
} dt_tiling;

// The first factor of a product: a[row][k] is start[row · stride + k] or, transposed, start[k · stride + row]. Its
// terms may lie in several runs; each begins run_stride floats after the one before.
typedef struct {
  const float *start;
  ptrdiff_t stride;
  int is_transposed;
  ptrdiff_t runs, run_stride;
} dt_factor;

// The rows of a matrix: row i starts at start + i · stride.
typedef struct {
  float *start;
  ptrdiff_t stride;
} dt_rows;

// Winograd's transforms of one phase of a strided convolution: the rows phase_row, phase_row + stride, … of the kernel
// and the columns alike. `points` has one matrix for each point of the phase, in rows of points. Matrices of maps are
// [tile − first][channel], those of weights [large channel][small channel], or the transpose.
typedef struct {
  ptrdiff_t tile, taps_high, taps_wide;
  // The channels [channel, end).
  void (*large_to_points)(const dt_rows *points, const float *large, const dt_tiling *tiling, ptrdiff_t phase_row,
                          ptrdiff_t phase_column, ptrdiff_t first, ptrdiff_t last, ptrdiff_t channel, ptrdiff_t end);
  // Sets or adds to the channels [channel, channel + count) of the large map; whole samples.
  void (*points_to_large)(float *large, const dt_rows *points, const dt_tiling *tiling, ptrdiff_t phase_row,
                          ptrdiff_t phase_column, ptrdiff_t first, ptrdiff_t last, ptrdiff_t channel, ptrdiff_t count);
  // The small channels [column, column + count).
  void (*weights_to_points)(const dt_rows *points, const float *weights, const dt_convolution *shape,
                            ptrdiff_t phase_row, ptrdiff_t phase_column, ptrdiff_t column, ptrdiff_t count);
  // The large channels [row, row + count) as the columns of the transposed matrices.
  void (*weights_to_points_transposed)(const dt_rows *points, const float *weights, const dt_convolution *shape,
                                       ptrdiff_t phase_row, ptrdiff_t phase_column, ptrdiff_t row, ptrdiff_t count);
  // Sets, or adds to, the weights' gradient for the large channels [row, row_end) and count small ones.
  void (*points_to_weights)(float *gradient, const dt_rows *points, const dt_convolution *shape, ptrdiff_t phase_row,
                            ptrdiff_t phase_column, ptrdiff_t row, ptrdiff_t row_end, ptrdiff_t column, ptrdiff_t count,
                            int accumulating);
} dt_winograd_phase;

// Winograd's transforms on the side of the small map, shared by all phases: points a side.
typedef struct {
  ptrdiff_t tile, points;
  // The channels [channel, end).
  void (*small_to_points)(const dt_rows *points, const float *small, const dt_tiling *tiling, ptrdiff_t first,
                          ptrdiff_t last, ptrdiff_t channel, ptrdiff_t end);
  // Sets the channels [channel, channel + count).
  void (*points_to_small)(float *small, const dt_rows *points, const dt_tiling *tiling, ptrdiff_t first, ptrdiff_t last,
                          ptrdiff_t channel, ptrdiff_t count);
} dt_winograd_tiles;

// A stream of random numbers: Philox's key and its first counter.
typedef struct {
  uint32_t key[2], counter[4];
} dt_stream;

// One sample's dropout: its random numbers, and the threshold below which a word sets its number to 0.
typedef struct {
  dt_stream stream;
  uint32_t threshold;
  float scale;
} dt_dropout;

// The two rows that a new row lies between, and its distance from the first, in rows.
typedef struct {
  ptrdiff_t first, second;
  float distance;
} dt_neighbours;

typedef struct {
  // Whether no value is infinite or not a number.
  int (*is_finite)(const float *x, ptrdiff_t count);
  // a[i] += b[i]
  void (*add)(float *a, const float *b, ptrdiff_t count);
  // y = x where x ≥ 0, slope · x elsewhere; in place
  void (*leaky_relu)(float *y, ptrdiff_t count, float slope);
  // gradient[row][c] *= 1 where y > 0, slope elsewhere, for c of [first, last); in place
  void (*leaky_relu_backward)(float *gradient, const float *y, ptrdiff_t rows, ptrdiff_t channels, ptrdiff_t first,
                              ptrdiff_t last, float slope);
  void (*tanh_forward)(float *y, ptrdiff_t count);
  // gradient *= 1 − y²
  void (*tanh_backward)(float *gradient, const float *y, ptrdiff_t count);
  // x = 0 at random, x · scale otherwise
  void (*dropout)(float *x, ptrdiff_t count, dt_dropout settings);
  // y = x + deviation · standard normal numbers
  void (*add_normals)(float *y, const float *x, ptrdiff_t count, float deviation, dt_stream stream);
  // y[row] = (1 − distance) · x[first] + distance · x[second], for `count` rows of `channels`
  void (*interpolate)(float *y, const float *x, const dt_neighbours *places, ptrdiff_t count, ptrdiff_t channels);
  // The adjoint, row after row: x[first] += (1 − distance) · y[row], x[second] += distance · y[row]
  void (*interpolate_adjoint)(float *x, const float *y, const dt_neighbours *places, ptrdiff_t count,
                              ptrdiff_t channels);
  // x[row][c] += bias[c] for c of [first, last)
  void (*add_bias)(float *x, const float *bias, ptrdiff_t rows, ptrdiff_t channels, ptrdiff_t first, ptrdiff_t last);
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
  // With d = gradient · (1 where y > 0, slope elsewhere): Σ d and Σ d · (x − mean) · inverse of each channel of
  // [first, last)
  void (*normalize_backward_sums)(double *sum, double *dot, const float *gradient, const float *x, const float *y,
                                  ptrdiff_t rows, ptrdiff_t channels, ptrdiff_t first, ptrdiff_t last,
                                  const float *mean, const float *inverse, float slope);
  // gradient = scale · inverse · (d − mean_d − (x − mean) · inverse · mean_dot), in place
  void (*normalize_backward)(float *gradient, const float *x, const float *y, ptrdiff_t rows, ptrdiff_t channels,
                             const float *mean, const float *inverse, const float *scale, const float *mean_d,
                             const float *mean_dot, float slope);

  // Returns whether all parameters and all v are finite afterwards.
  int (*adam)(float *parameters, const float *gradient, float *m, float *v, ptrdiff_t count, dt_adam settings);

  // Rows [first, last) of the patch matrix of one sample, for the taps [tap, tap_end):
  // columns[row][tap][large channel].
  void (*gather)(float *columns, const float *large, const dt_convolution *shape, ptrdiff_t first, ptrdiff_t last,
                 ptrdiff_t tap, ptrdiff_t tap_end);
  // The adjoint of gather, for one sample: each pixel of large = the sum of its elements in `columns`, which has the
  // rows of pixels [first_row, last_row) of the small map. A call with row 0 clears large first; calls must be in order
  // of rows.
  void (*scatter)(float *large, const float *columns, const dt_convolution *shape, ptrdiff_t first_row,
                  ptrdiff_t last_row);

  // Floats in a vector, where a panel of B is one or two vectors wide; and the most rows of a panel of A.
  ptrdiff_t lanes, tile_rows;
  // panel[k][width] = x[row][k] for the first `count` rows, zeros beyond; panel[k][width] = x[k][column] for the first
  // `count` columns, undefined beyond. Up to `lanes` floats behind the panel are overwritten.
  void (*pack_rows)(float *panel, ptrdiff_t width, const float *x, ptrdiff_t stride, ptrdiff_t count, ptrdiff_t inner);
  void (*pack_columns)(float *panel, ptrdiff_t width, const float *x, ptrdiff_t stride, ptrdiff_t count,
                       ptrdiff_t inner);
  // c[row][column] = Σ over k of a[row][k] · b[k][column] (+ c if accumulating) for the first `columns` columns of a
  // panel of B, which is two vectors wide if columns > lanes, else one. k runs over all of a's runs of `inner` terms.
  void (*multiply_panel)(float *c, ptrdiff_t c_stride, const dt_factor *a, const float *b, ptrdiff_t b_stride,
                         ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t inner, int accumulating);
  // Runs 12 independent chains of `iterations` vector multiply-adds in registers, for the peak rate.
  float (*multiply_add_chains)(ptrdiff_t iterations);

  // The transforms for tiles of tile × tile outputs; null if there are none for these taps.
  const dt_winograd_phase *(*winograd_phase)(ptrdiff_t tile, ptrdiff_t taps_high, ptrdiff_t taps_wide);
  const dt_winograd_tiles *(*winograd_side)(ptrdiff_t tile, ptrdiff_t points);
} dt_kernels;

// Tells the CPU that this thread spins.
static inline void dt_relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

int dt_is_supported(dt_instruction_set set);
const dt_kernels *dt_kernels_for(dt_instruction_set set);
