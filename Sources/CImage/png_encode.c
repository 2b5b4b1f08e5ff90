#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CImage.h"

struct writing {
  uint8_t *bytes;
  size_t count, room;
  char *message;
  size_t capacity;
  png_structp png;
  png_infop info;
};

static void refuse(png_structp png, png_const_charp reason) {
  struct writing *writing = png_get_error_ptr(png);
  snprintf(writing->message, writing->capacity, "%s", reason);
  png_longjmp(png, 1);
}

static void ignore_warning(png_structp png, png_const_charp reason) { (void)png, (void)reason; }

static void append(png_structp png, png_bytep from, size_t count) {
  struct writing *writing = png_get_io_ptr(png);
  if (count > writing->room - writing->count) {
    size_t room = (writing->count + count) * 2;
    uint8_t *grown = realloc(writing->bytes, room);
    if (!grown) png_error(png, "no memory for the encoded image");
    writing->bytes = grown;
    writing->room = room;
  }
  memcpy(writing->bytes + writing->count, from, count);
  writing->count += count;
}

static void flush_nothing(png_structp png) { (void)png; }

static int encode(struct writing *writing, const uint8_t *pixels, uint32_t width, uint32_t height, int channels) {
  png_structp png = writing->png;
  if (setjmp(png_jmpbuf(png))) return 1;
  png_set_write_fn(png, writing, append, flush_nothing);
  png_set_IHDR(png, writing->info, width, height, 8, channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, writing->info);
  for (size_t y = 0; y < height; y++) png_write_row(png, pixels + y * width * (size_t)channels);
  png_write_end(png, writing->info);
  return 0;
}

int cimage_png_encode(const uint8_t *pixels, uint32_t width, uint32_t height, int channels, uint8_t **bytes,
                      size_t *count, char *message, size_t capacity) {
  struct writing writing = {.message = message, .capacity = capacity};
  writing.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &writing, refuse, ignore_warning);
  if (writing.png) writing.info = png_create_info_struct(writing.png);
  if (!writing.info) snprintf(message, capacity, "no memory for libpng");
  int failed = !writing.info || encode(&writing, pixels, width, height, channels);
  png_destroy_write_struct(&writing.png, &writing.info);
  if (failed) {
    free(writing.bytes);
    return 1;
  }
  *bytes = writing.bytes;
  *count = writing.count;
  return 0;
}

void cimage_free(void *memory) { free(memory); }
