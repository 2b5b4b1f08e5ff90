#include <string.h>

#include "CImage.h"

// Weights have 22 bits of fraction. Split in two parts of 11 bits, each product of a part and a pixel can be made by
// 16-bit multiply-and-add of pairs, which every x86-64 has (pmaddwd); the two sums put together are the 32-bit sum.
enum { PRECISION = 22, PART = 11 };

typedef uint8_t bytes4 __attribute__((vector_size(4)));
typedef uint8_t bytes8 __attribute__((vector_size(8)));
typedef int16_t halves8 __attribute__((vector_size(16)));
typedef int32_t words4 __attribute__((vector_size(16)));

#ifdef __SSE2__
#include <emmintrin.h>
/// Of each pair the sum of products.
static inline words4 pair_products(halves8 a, halves8 b) { return (words4)_mm_madd_epi16((__m128i)a, (__m128i)b); }
#else
static inline words4 pair_products(halves8 a, halves8 b) {
  words4 first = {a[0] * b[0], a[2] * b[2], a[4] * b[4], a[6] * b[6]};
  words4 second = {a[1] * b[1], a[3] * b[3], a[5] * b[5], a[7] * b[7]};
  return first + second;
}
#endif

static inline halves8 repeated(cimage_weights weights) {
  int32_t both;
  memcpy(&both, &weights, sizeof both);
  return (halves8)(words4){both, both, both, both};
}

static inline bytes8 interleaved(const uint8_t *first, const uint8_t *second) {
  bytes4 a, b;
  memcpy(&a, first, sizeof a);
  memcpy(&b, second, sizeof b);
  return __builtin_shufflevector(a, b, 0, 4, 1, 5, 2, 6, 3, 7);
}

/// Rounds to bytes, in the low byte of each lane.
static inline words4 rounded(words4 high, words4 low) {
  words4 level = (high * (1 << PART) + low + (1 << (PRECISION - 1))) >> PRECISION;
  return __builtin_elementwise_min(level, (words4){255, 255, 255, 255});
}

static void average_grey(const uint8_t *row, const int32_t *starts, size_t count, size_t pairs,
                         const cimage_pair *weights, uint8_t *line) {
  for (size_t x = 0; x < count; x++) {
    const uint8_t *pixel = row + starts[x];
    int32_t high = 0, low = 0;
    for (size_t pair = 0; pair < pairs; pair++) {
      cimage_pair w = weights[x * pairs + pair];
      high += w.high.first * pixel[2 * pair] + w.high.second * pixel[2 * pair + 1];
      low += w.low.first * pixel[2 * pair] + w.low.second * pixel[2 * pair + 1];
    }
    int32_t level = (high * (1 << PART) + low + (1 << (PRECISION - 1))) >> PRECISION;
    line[x] = (uint8_t)(level < 255 ? level : 255);
  }
}

void cimage_average_columns(const uint8_t *row, int channels, const int32_t *starts, size_t count, size_t pairs,
                            const cimage_pair *weights, uint8_t *line) {
  if (channels == 1) {
    average_grey(row, starts, count, pairs, weights, line);
    return;
  }
  for (size_t x = 0; x < count; x++) {
    const uint8_t *pixel = row + 3 * starts[x];
    words4 high = {0}, low = {0};
    for (size_t pair = 0; pair < pairs; pair++, pixel += 6) {
      halves8 levels = __builtin_convertvector(interleaved(pixel, pixel + 3), halves8);
      high += pair_products(levels, repeated(weights[x * pairs + pair].high));
      low += pair_products(levels, repeated(weights[x * pairs + pair].low));
    }
    bytes4 level = __builtin_convertvector(rounded(high, low), bytes4);
    // One byte too many, which the next pixel, or the line's end, takes.
    memcpy(line + 3 * x, &level, sizeof level);
  }
}

void cimage_average_rows(const uint8_t *lines, size_t stride, size_t pairs, const cimage_pair *weights, uint8_t *target,
                         size_t width) {
  size_t x = 0;
  for (; x + 8 <= width; x += 8) {
    words4 high[2] = {{0}}, low[2] = {{0}};
    for (size_t pair = 0; pair < pairs; pair++) {
      const uint8_t *upper = lines + 2 * pair * stride + x, *lower = upper + stride;
      halves8 left = __builtin_convertvector(interleaved(upper, lower), halves8);
      halves8 right = __builtin_convertvector(interleaved(upper + 4, lower + 4), halves8);
      halves8 high_weights = repeated(weights[pair].high), low_weights = repeated(weights[pair].low);
      high[0] += pair_products(left, high_weights);
      high[1] += pair_products(right, high_weights);
      low[0] += pair_products(left, low_weights);
      low[1] += pair_products(right, low_weights);
    }
    bytes4 left = __builtin_convertvector(rounded(high[0], low[0]), bytes4);
    bytes4 right = __builtin_convertvector(rounded(high[1], low[1]), bytes4);
    bytes8 both = __builtin_shufflevector(left, right, 0, 1, 2, 3, 4, 5, 6, 7);
    memcpy(target + x, &both, sizeof both);
  }
  for (; x < width; x++) {
    int32_t high = 0, low = 0;
    for (size_t pair = 0; pair < pairs; pair++) {
      int32_t upper = lines[2 * pair * stride + x], lower = lines[(2 * pair + 1) * stride + x];
      high += weights[pair].high.first * upper + weights[pair].high.second * lower;
      low += weights[pair].low.first * upper + weights[pair].low.second * lower;
    }
    int32_t level = (high * (1 << PART) + low + (1 << (PRECISION - 1))) >> PRECISION;
    target[x] = (uint8_t)(level < 255 ? level : 255);
  }
}
