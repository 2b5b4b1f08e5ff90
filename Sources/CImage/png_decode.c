#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CImage.h"
#include "colour.h"

// What must survive a longjmp lives here, in the caller's frame.
struct reading {
  const uint8_t *bytes;
  size_t count, position;
  char *message;
  size_t capacity;
  png_structp png;
  png_infop info;
  uint8_t *rows;
  cimage_background background;
  int transparent;
};

static void refuse(png_structp png, png_const_charp reason) {
  struct reading *reading = png_get_error_ptr(png);
  snprintf(reading->message, reading->capacity, "%s", reason);
  png_longjmp(png, 1);
}

static void ignore_warning(png_structp png, png_const_charp reason) { (void)png, (void)reason; }

static void take_bytes(png_structp png, png_bytep to, size_t count) {
  struct reading *reading = png_get_io_ptr(png);
  if (count > reading->count - reading->position) {
    char reason[80];
    snprintf(reason, sizeof reason, "the file ends too early, after %zu bytes", reading->count);
    png_error(png, reason);
  }
  memcpy(to, reading->bytes + reading->position, count);
  reading->position += count;
}

static int begin(struct reading *reading) {
  reading->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reading, refuse, ignore_warning);
  if (reading->png) reading->info = png_create_info_struct(reading->png);
  if (reading->info) return 0;
  snprintf(reading->message, reading->capacity, "no memory for libpng");
  return 1;
}

static void end(struct reading *reading) {
  png_destroy_read_struct(&reading->png, &reading->info, NULL);
  free(reading->rows);
}

// Text, profiles and every other chunk that changes no pixel are skipped undecompressed, so that none can be a bomb;
// the limits stand behind that. What libpng would let pass (a wrong CRC, surplus data) is an error.
static void read_header(struct reading *reading) {
  png_structp png = reading->png;
  png_set_read_fn(png, reading, take_bytes);
  png_set_user_limits(png, CIMAGE_LARGEST_SIDE, CIMAGE_LARGEST_SIDE);
  png_set_chunk_cache_max(png, 128);
  png_set_chunk_malloc_max(png, 1 << 20);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  png_set_benign_errors(png, 0);
  png_read_info(png, reading->info);
}

static void look_up(struct reading *reading, const uint8_t *indices, uint8_t *to, int channels, size_t width,
                    size_t y) {
  png_colorp palette = NULL;
  png_bytep alphas = NULL;
  int colours = 0, alpha_count = 0;
  png_get_PLTE(reading->png, reading->info, &palette, &colours);
  if (png_get_valid(reading->png, reading->info, PNG_INFO_tRNS)) {
    png_get_tRNS(reading->png, reading->info, &alphas, &alpha_count, NULL);
  }
  for (size_t x = 0; x < width; x++) {
    if (indices[x] >= colours) {
      char reason[120];
      snprintf(reason, sizeof reason, "palette index %d at column %zu, row %zu, but the palette has %d colours",
               indices[x], x, y, colours);
      png_error(reading->png, reason);
    }
    uint8_t rgb[3] = {palette[indices[x]].red, palette[indices[x]].green, palette[indices[x]].blue};
    unsigned alpha = alphas && indices[x] < alpha_count ? alphas[indices[x]] : 255;
    cimage_composite(rgb, alpha, &reading->background, &reading->transparent);
    cimage_convert_row(rgb, 3, to + x * (size_t)channels, channels, 1);
  }
}

static void read_pixels(struct reading *reading, int channels, uint8_t *pixels) {
  png_structp png = reading->png;
  read_header(reading);
  size_t width = png_get_image_width(png, reading->info), height = png_get_image_height(png, reading->info);
  int is_palette = png_get_color_type(png, reading->info) == PNG_COLOR_TYPE_PALETTE;
  int passes = png_set_interlace_handling(png);
  png_set_strip_16(png);
  if (is_palette) {
    png_set_packing(png);
  } else {
    png_set_expand_gray_1_2_4_to_8(png);
    // A colour key is compared in all 16 bits.
    if (png_get_valid(png, reading->info, PNG_INFO_tRNS)) png_set_tRNS_to_alpha(png);
  }
  png_read_update_info(png, reading->info);
  int row_channels = png_get_channels(png, reading->info);
  size_t row_bytes = png_get_rowbytes(png, reading->info);

  // An interlaced image needs all its rows at once, another only one.
  reading->rows = malloc(passes > 1 ? row_bytes * height : row_bytes);
  if (!reading->rows) png_error(png, "no memory for its rows");
  for (int pass = 0; pass < passes; pass++) {
    for (size_t y = 0; y < height; y++) {
      uint8_t *row = reading->rows + (passes > 1 ? y * row_bytes : 0);
      png_read_row(png, row, NULL);
      if (pass + 1 < passes) continue;
      uint8_t *to = pixels + y * width * (size_t)channels;
      if (is_palette) {
        look_up(reading, row, to, channels, width, y);
      } else {
        cimage_flatten(row, row_channels, width, reading->background, to, channels, &reading->transparent);
      }
    }
  }
  png_read_end(png, NULL);
}

static int measure(struct reading *reading, uint32_t *width, uint32_t *height) {
  if (setjmp(png_jmpbuf(reading->png))) return 1;
  read_header(reading);
  *width = png_get_image_width(reading->png, reading->info);
  *height = png_get_image_height(reading->png, reading->info);
  return 0;
}

int cimage_png_size(const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height, char *message,
                    size_t capacity) {
  struct reading reading = {.bytes = bytes, .count = count, .message = message, .capacity = capacity};
  int failed = begin(&reading) || measure(&reading, width, height);
  end(&reading);
  return failed;
}

static int decode(struct reading *reading, int channels, uint8_t *pixels) {
  if (setjmp(png_jmpbuf(reading->png))) return 1;
  read_pixels(reading, channels, pixels);
  return 0;
}

int cimage_png_decode(const uint8_t *bytes, size_t count, int channels, cimage_background background, uint8_t *pixels,
                      int *transparent, char *message, size_t capacity) {
  struct reading reading = {
      .bytes = bytes, .count = count, .message = message, .capacity = capacity, .background = background};
  int failed = begin(&reading) || decode(&reading, channels, pixels);
  end(&reading);
  *transparent = reading.transparent;
  return failed;
}
