// Colour conversions of one row, with Pillow's arithmetic, so that an image has the grey levels it has there.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "CImage.h"

/// ITU-R 601 luma in 16-bit fixed point, as Pillow's `convert("L")`.
static inline uint8_t cimage_luma(const uint8_t *rgb) {
  return (uint8_t)((rgb[0] * 19595u + rgb[1] * 38470u + rgb[2] * 7471u + 0x8000u) >> 16);
}

/// Writes `width` pixels of `channels` (1 or 3) at `to` from grey or RGB ones at `from`.
static inline void cimage_convert_row(const uint8_t *from, int from_channels, uint8_t *to, int channels, size_t width) {
  for (size_t x = 0; x < width; x++) {
    const uint8_t *pixel = from + x * (size_t)from_channels;
    if (channels == 1) {
      to[x] = from_channels == 1 ? pixel[0] : cimage_luma(pixel);
    } else {
      to[3 * x] = pixel[0];
      to[3 * x + 1] = pixel[from_channels == 1 ? 0 : 1];
      to[3 * x + 2] = pixel[from_channels == 1 ? 0 : 2];
    }
  }
}

/// a · b / 255, rounded.
static inline uint8_t cimage_product(unsigned a, unsigned b) {
  unsigned t = a * b + 128;
  return (uint8_t)((t + (t >> 8)) >> 8);
}

/// Converts `width` pixels of inverted CMYK (255 is no ink) to RGB in place, three bytes a pixel.
static inline void cimage_inverted_cmyk_to_rgb(uint8_t *row, size_t width) {
  for (size_t x = 0; x < width; x++) {
    const uint8_t *from = row + 4 * x;
    unsigned light = from[3];
    uint8_t red = (uint8_t)(light - cimage_product(255u - from[0], light));
    uint8_t green = (uint8_t)(light - cimage_product(255u - from[1], light));
    uint8_t blue = (uint8_t)(light - cimage_product(255u - from[2], light));
    row[3 * x] = red;
    row[3 * x + 1] = green;
    row[3 * x + 2] = blue;
  }
}

/// The colour of one pixel over the background, in place; `*transparent` becomes 1 if it is not opaque.
static inline void cimage_composite(uint8_t rgb[3], unsigned alpha, const cimage_background *background,
                                    int *transparent) {
  if (alpha == 255) return;
  *transparent = 1;
  if (!background->composites) return;
  for (int i = 0; i < 3; i++) {
    // 255 is odd, so that no quotient lies between two numbers.
    rgb[i] = (uint8_t)((rgb[i] * alpha + background->rgb[i] * (255 - alpha) + 127) / 255);
  }
}

/// Divides the colours of `count` RGBA pixels by their alpha, in place, as Pillow does from RGBa to RGBA.
static inline void cimage_unpremultiply(uint8_t *rgba, size_t count) {
  for (uint8_t *pixel = rgba; pixel < rgba + 4 * count; pixel += 4) {
    unsigned alpha = pixel[3];
    if (alpha == 0 || alpha == 255) continue;
    for (int i = 0; i < 3; i++) {
      unsigned colour = 255u * pixel[i] / alpha;
      pixel[i] = (uint8_t)(colour > 255 ? 255 : colour);
    }
  }
}
