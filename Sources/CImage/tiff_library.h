// libtiff, opened at run time, and a file in memory that it reads.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "reader.h"

/// Tags by their numbers in TIFF 6.0, and libtiff's own for the colours that its JPEG codec gives.
enum {
  TIFF_SUBFILE = 254,
  TIFF_WIDTH = 256,
  TIFF_HEIGHT = 257,
  TIFF_BITS = 258,
  TIFF_COMPRESSION = 259,
  TIFF_PHOTOMETRIC = 262,
  TIFF_ORIENTATION = 274,
  TIFF_STRIP_OFFSETS = 273,
  TIFF_SAMPLES = 277,
  TIFF_STRIP_HEIGHT = 278,
  TIFF_PLANES = 284,
  TIFF_PALETTE = 320,
  TIFF_TILE_WIDTH = 322,
  TIFF_TILE_HEIGHT = 323,
  TIFF_TILE_OFFSETS = 324,
  TIFF_INKS = 332,
  TIFF_EXTRA = 338,
  TIFF_SAMPLE_FORMAT = 339,
  TIFF_DNG_VERSION = 50706,
  TIFF_JPEG_COLOURS = 65538
};

typedef void (*cimage_tiff_handler)(void *client, const char *module, const char *format, va_list arguments);

/// Declared as in libtiff's tiffio.h, whose interface is the same in libtiff.so.5 and .6.
struct cimage_libtiff {
  void *(*open)(const char *name, const char *mode, void *client, ptrdiff_t (*read)(void *, void *, ptrdiff_t),
                ptrdiff_t (*write)(void *, void *, ptrdiff_t), uint64_t (*seek)(void *, uint64_t, int),
                int (*close)(void *), uint64_t (*size)(void *), int (*map)(void *, void **, uint64_t *),
                void (*unmap)(void *, void *, uint64_t));
  void (*close)(void *file);
  int (*get)(void *file, uint32_t tag, ...);
  int (*get_default)(void *file, uint32_t tag, ...);
  int (*set)(void *file, uint32_t tag, ...);
  int (*is_tiled)(void *file);
  ptrdiff_t (*strip_size)(void *file);
  ptrdiff_t (*tile_size)(void *file);
  uint32_t (*strip_count)(void *file);
  uint32_t (*tile_count)(void *file);
  ptrdiff_t (*read_strip)(void *file, uint32_t strip, void *to, ptrdiff_t room);
  ptrdiff_t (*read_tile)(void *file, uint32_t tile, void *to, ptrdiff_t room);
  int (*read_rgba)(void *file, uint32_t width, uint32_t height, uint32_t *to, int orientation, int stops);
  cimage_tiff_handler (*set_error_handler)(cimage_tiff_handler);
  cimage_tiff_handler (*set_warning_handler)(cimage_tiff_handler);
  void *(*set_plain_error_handler)(void *);
  void *(*set_plain_warning_handler)(void *);
};
extern struct cimage_libtiff cimage_libtiff;

/// How pixels are made of samples.
struct cimage_tiff_format {
  uint32_t width, height;
  uint16_t bits, samples, colours;
  int is_separate, is_tiled, has_alpha, is_premultiplied;
  /// The first samples of a pixel, which are used.
  uint32_t used;
  uint16_t *palette[3];
};

struct cimage_tiff {
  cimage_reader reader;
  const uint8_t *bytes;
  uint64_t count, position;
  void *file;
  struct cimage_tiff_format format;
  cimage_layout layout;
  /// The first error.
  char reason[200];
};

/// Fills in format and layout of an open file; 0 or the kind of failure, with its reason.
int cimage_tiff_examine(struct cimage_tiff *tiff);

/// Decodes the samples of the layout.
int cimage_tiff_decode(struct cimage_tiff *tiff, uint8_t *samples);
