#include "tiff_library.h"

#include <stdlib.h>
#include <string.h>

#include "colour.h"

// Of the codecs those whose memory is bounded by the block that they decode.
enum {
  NONE = 1,
  CCITT_RLE = 2,
  FAX3 = 3,
  FAX4 = 4,
  LZW = 5,
  JPEG = 7,
  DEFLATE = 8,
  PACKBITS = 32773,
  OLD_DEFLATE = 32946
};
enum { WHITE_IS_ZERO = 0, BLACK_IS_ZERO = 1, RGB = 2, PALETTE = 3, SEPARATED = 5, YCBCR = 6 };
// A hundred bytes can stand for any number of blocks of any size: what is decoded in all has a bound, too.
static const size_t most_bytes = (size_t)CIMAGE_MOST_PIXELS * 8;

static int refuse(struct cimage_tiff *tiff, int kind, const char *format, uint32_t number) {
  int failure;
  if (!tiff->reason[0]) cimage_refuse(&failure, kind, tiff->reason, sizeof tiff->reason, format, number);
  return kind;
}

static uint16_t field(struct cimage_tiff *tiff, uint32_t tag) {
  uint16_t value = 0;
  return cimage_libtiff.get_default(tiff->file, tag, &value) ? value : 0;
}

/// Finds out how pixels are made of samples; 0, or the kind of failure.
static int examine(struct cimage_tiff *tiff) {
  struct cimage_tiff_format *format = &tiff->format;
  uint32_t width = 0, height = 0, subfile = 0;
  void *version = NULL;
  cimage_libtiff.get(tiff->file, TIFF_SUBFILE, &subfile);
  int is_preview = cimage_libtiff.get(tiff->file, TIFF_DNG_VERSION, &version) || subfile & 1;
  if (is_preview) return refuse(tiff, CIMAGE_UNSUPPORTED, "a camera's raw image, or a TIFF image behind a preview", 0);
  if (!cimage_libtiff.get(tiff->file, TIFF_WIDTH, &width) || !cimage_libtiff.get(tiff->file, TIFF_HEIGHT, &height) ||
      width == 0 || height == 0) {
    return refuse(tiff, CIMAGE_DAMAGED, "its header states no size", 0);
  }
  uint16_t compression = field(tiff, TIFF_COMPRESSION);
  switch (compression) {
    case NONE: case CCITT_RLE: case FAX3: case FAX4: case LZW: case JPEG: case DEFLATE: case PACKBITS: case OLD_DEFLATE:
      break;
    default:
      return refuse(tiff, CIMAGE_UNSUPPORTED, "a TIFF image with compression %u", compression);
  }
  uint16_t sample_format = field(tiff, TIFF_SAMPLE_FORMAT), colours = field(tiff, TIFF_PHOTOMETRIC);
  *format = (struct cimage_tiff_format){
      .width = width,
      .height = height,
      .bits = field(tiff, TIFF_BITS),
      .samples = field(tiff, TIFF_SAMPLES),
      .colours = colours,
      .is_separate = field(tiff, TIFF_PLANES) == 2,
      .is_tiled = cimage_libtiff.is_tiled(tiff->file)};
  if (sample_format == 3) return refuse(tiff, CIMAGE_UNSUPPORTED, "a TIFF image of floating-point samples", 0);
  if (sample_format != 1 && sample_format != 4) {
    return refuse(tiff, CIMAGE_UNSUPPORTED, "a TIFF image of sample format %u", sample_format);
  }
  if (colours == YCBCR && compression == JPEG && format->bits == 8 && !format->is_separate) {
    // libjpeg converts, and smooths the colours of fewer pixels.
    cimage_libtiff.set(tiff->file, TIFF_JPEG_COLOURS, 1);
    format->colours = RGB;
  }
  uint32_t needed = format->colours == RGB ? 3 : format->colours == SEPARATED ? 4 : 1;
  int bits = format->bits, is_even = bits == 8 || bits == 16;
  int is_small = bits == 1 || bits == 2 || bits == 4 || bits == 8;
  switch (format->colours) {
    case WHITE_IS_ZERO: case BLACK_IS_ZERO:
      if (!is_even && !is_small) return refuse(tiff, CIMAGE_UNSUPPORTED, "a grey TIFF image of %u bits", format->bits);
      break;
    case PALETTE:
      if (!is_small) return refuse(tiff, CIMAGE_UNSUPPORTED, "a TIFF image with palette of %u bits", format->bits);
      if (!cimage_libtiff.get(tiff->file, TIFF_PALETTE, &format->palette[0], &format->palette[1],
                              &format->palette[2])) {
        return refuse(tiff, CIMAGE_DAMAGED, "it has no palette", 0);
      }
      break;
    case RGB: case SEPARATED:
      if (!is_even) return refuse(tiff, CIMAGE_UNSUPPORTED, "a TIFF image of %u bits a colour", format->bits);
      if (format->colours == SEPARATED && field(tiff, TIFF_INKS) != 1) {
        return refuse(tiff, CIMAGE_UNSUPPORTED, "a TIFF image of other inks than CMYK", 0);
      }
      break;
    case YCBCR:
      if (format->bits != 8) return refuse(tiff, CIMAGE_UNSUPPORTED, "a YCbCr TIFF image of %u bits", format->bits);
      needed = 3;
      break;
    default:
      return refuse(tiff, CIMAGE_UNSUPPORTED, "a TIFF image of colours %u", colours);
  }
  if (format->samples < needed) return refuse(tiff, CIMAGE_DAMAGED, "it has only %u samples a pixel", format->samples);
  if (format->samples > needed + 4) {
    return refuse(tiff, CIMAGE_UNSUPPORTED, "a TIFF image of %u samples a pixel", format->samples);
  }
  uint16_t extra_count = 0, *extra = NULL;
  if (format->colours != YCBCR && format->colours != SEPARATED && format->samples > needed &&
      cimage_libtiff.get_default(tiff->file, TIFF_EXTRA, &extra_count, &extra) && extra_count > 0 && extra) {
    format->is_premultiplied = extra[0] == 1;
    format->has_alpha = extra[0] == 1 || extra[0] == 2;
  }
  format->used = needed + (format->has_alpha ? 1 : 0);
  return 0;
}

/// The sample at `place` of a row, of which each has at most 16 bits; of 16 the high byte.
static unsigned sample(const uint8_t *row, int bits, size_t place) {
  if (bits == 8) return row[place];
  if (bits == 16) {
    uint16_t value;
    memcpy(&value, row + 2 * place, sizeof value);
    return value >> 8;
  }
  size_t bit = place * (size_t)bits;
  return row[bit / 8] >> (8 - (size_t)bits - bit % 8) & ((1u << bits) - 1);
}

/// Whether the palette has more than 8 bits, as the standard says; some programs write 8.
static int palette_is_wide(const struct cimage_tiff_format *format) {
  for (int i = 0; i < 1 << format->bits; i++) {
    if (format->palette[0][i] > 255 || format->palette[1][i] > 255 || format->palette[2][i] > 255) return 1;
  }
  return 0;
}

/// One pixel of the file's samples, in the layout's channels.
static void put_pixel(const struct cimage_tiff_format *format, int palette_shift, const unsigned *values, uint8_t *to,
                      int channels) {
  unsigned most = format->bits >= 8 ? 255 : (1u << format->bits) - 1;
  switch (format->colours) {
    case WHITE_IS_ZERO: case BLACK_IS_ZERO: {
      unsigned grey = values[0] * 255 / most;
      if (format->colours == WHITE_IS_ZERO) grey = 255 - grey;
      to[0] = (uint8_t)grey;
      if (channels == 4) to[1] = to[2] = to[0];
      break;
    }
    case PALETTE:
      for (int i = 0; i < 3; i++) to[i] = (uint8_t)(format->palette[i][values[0]] >> palette_shift);
      break;
    case SEPARATED: {
      uint8_t inks[4];
      for (int i = 0; i < 4; i++) inks[i] = (uint8_t)(255 - values[i]);
      cimage_inverted_cmyk_to_rgb(inks, 1);
      memcpy(to, inks, 3);
      break;
    }
    default:
      for (int i = 0; i < 3; i++) to[i] = (uint8_t)values[i];
  }
  if (channels == 4) to[3] = (uint8_t)(values[format->used - 1] * 255 / most);
}

/// Strips or tiles: their size, and how many lie side by side.
struct blocks {
  size_t width, height, across, bytes, row_bytes;
  int planes;
  /// In the file; where its list is too short, libtiff fills it up with 0.
  const uint64_t *offsets;
};

static int measure_blocks(struct cimage_tiff *tiff, struct blocks *blocks) {
  const struct cimage_tiff_format *format = &tiff->format;
  uint32_t width = format->width, height = format->height;
  if (format->is_tiled) {
    cimage_libtiff.get(tiff->file, TIFF_TILE_WIDTH, &width);
    cimage_libtiff.get(tiff->file, TIFF_TILE_HEIGHT, &height);
  } else {
    cimage_libtiff.get_default(tiff->file, TIFF_STRIP_HEIGHT, &height);
    if (height > format->height) height = format->height;
  }
  ptrdiff_t bytes = format->is_tiled ? cimage_libtiff.tile_size(tiff->file) : cimage_libtiff.strip_size(tiff->file);
  const uint64_t *offsets = NULL;
  cimage_libtiff.get(tiff->file, format->is_tiled ? TIFF_TILE_OFFSETS : TIFF_STRIP_OFFSETS, &offsets);
  if (!offsets) return refuse(tiff, CIMAGE_DAMAGED, "it has no strips or tiles", 0);
  if (width == 0 || height == 0 || bytes <= 0 || (size_t)bytes > most_bytes || width > most_bytes) {
    return refuse(tiff, CIMAGE_DAMAGED, "its strips or tiles have no sensible size", 0);
  }
  size_t per_pixel = format->is_separate ? 1 : format->samples;
  *blocks = (struct blocks){
      .width = width, .height = height, .across = (format->width + (size_t)width - 1) / width, .bytes = (size_t)bytes,
      .row_bytes = format->colours == YCBCR ? 0 : ((size_t)width * per_pixel * format->bits + 7) / 8,
      .planes = format->is_separate ? (int)format->used : 1,
      .offsets = offsets};
  size_t count = blocks->across * ((format->height + (size_t)height - 1) / height) * (size_t)blocks->planes;
  size_t known = format->is_tiled ? cimage_libtiff.tile_count(tiff->file) : cimage_libtiff.strip_count(tiff->file);
  if (blocks->row_bytes > blocks->bytes / height || count > most_bytes / blocks->bytes || count > known) {
    return refuse(tiff, CIMAGE_DAMAGED, "its strips or tiles are too large for its size", 0);
  }
  return 0;
}

static int read_block(struct cimage_tiff *tiff, const struct blocks *blocks, size_t place, uint8_t *to, size_t rows) {
  uint32_t number = (uint32_t)place;
  if (blocks->offsets[place] == 0) return refuse(tiff, CIMAGE_DAMAGED, "its block %u is missing", number);
  ptrdiff_t read = tiff->format.is_tiled
                       ? cimage_libtiff.read_tile(tiff->file, number, to, (ptrdiff_t)blocks->bytes)
                       : cimage_libtiff.read_strip(tiff->file, number, to, (ptrdiff_t)blocks->bytes);
  if (read < 0 || tiff->reason[0]) return refuse(tiff, CIMAGE_DAMAGED, "libtiff cannot decode its block %u", number);
  if ((size_t)read < rows * blocks->row_bytes) return refuse(tiff, CIMAGE_DAMAGED, "its block %u is too short", number);
  return 0;
}

static int read_blocks(struct cimage_tiff *tiff, const struct blocks *blocks, uint8_t *buffer, uint8_t *samples) {
  const struct cimage_tiff_format *format = &tiff->format;
  int channels = tiff->layout.channels;
  int palette_shift = format->colours == PALETTE && palette_is_wide(format) ? 8 : 0;
  size_t down = (format->height + blocks->height - 1) / blocks->height, plane_blocks = blocks->across * down;
  for (size_t block = 0; block < plane_blocks; block++) {
    size_t left = block % blocks->across * blocks->width, top = block / blocks->across * blocks->height;
    size_t columns = format->width - left < blocks->width ? format->width - left : blocks->width;
    size_t rows = format->height - top < blocks->height ? format->height - top : blocks->height;
    for (int plane = 0; plane < blocks->planes; plane++) {
      size_t place = (size_t)plane * plane_blocks + block;
      int failure = read_block(tiff, blocks, place, buffer + (size_t)plane * blocks->bytes, rows);
      if (failure) return failure;
    }
    for (size_t y = 0; y < rows; y++) {
      uint8_t *to = samples + ((top + y) * format->width + left) * (size_t)channels;
      const uint8_t *row = buffer + y * blocks->row_bytes;
      for (size_t x = 0; x < columns; x++, to += channels) {
        unsigned values[5];
        for (unsigned i = 0; i < format->used; i++) {
          values[i] = format->is_separate ? sample(row + i * blocks->bytes, format->bits, x)
                                          : sample(row, format->bits, x * format->samples + i);
        }
        put_pixel(format, palette_shift, values, to, channels);
      }
    }
  }
  if (format->is_premultiplied) cimage_unpremultiply(samples, (size_t)format->width * format->height);
  return 0;
}

/// YCbCr that is not JPEG: libtiff converts it, to RGBA with each pixel in one word.
static int read_converted(struct cimage_tiff *tiff, uint8_t *samples) {
  const struct cimage_tiff_format *format = &tiff->format;
  int orientation = field(tiff, TIFF_ORIENTATION);
  uint32_t *words = (uint32_t *)(void *)samples;
  int is_read = cimage_libtiff.read_rgba(tiff->file, format->width, format->height, words, orientation, 1);
  if (is_read && !tiff->reason[0]) return 0;
  return refuse(tiff, CIMAGE_DAMAGED, "libtiff cannot decode it", 0);
}

int cimage_tiff_examine(struct cimage_tiff *tiff) {
  int failure = examine(tiff);
  if (failure) return failure;
  const struct cimage_tiff_format *format = &tiff->format;
  int is_grey = format->colours == WHITE_IS_ZERO || format->colours == BLACK_IS_ZERO;
  int channels = format->has_alpha || format->colours == YCBCR ? 4 : is_grey ? 1 : 3;
  tiff->layout = (cimage_layout){format->width, format->height, channels};
  return 0;
}

int cimage_tiff_decode(struct cimage_tiff *tiff, uint8_t *samples) {
  struct blocks blocks;
  int failure = measure_blocks(tiff, &blocks);
  if (failure) return failure;
  if (tiff->format.colours == YCBCR) return read_converted(tiff, samples);
  uint8_t *buffer = malloc(blocks.bytes * (size_t)blocks.planes);
  if (!buffer) return refuse(tiff, CIMAGE_DAMAGED, "no memory for its strips or tiles", 0);
  failure = read_blocks(tiff, &blocks, buffer, samples);
  free(buffer);
  return failure;
}
