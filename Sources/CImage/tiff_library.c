#include "tiff_library.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cimage_libtiff cimage_libtiff;

static const struct cimage_symbol symbols[] = {
    {"TIFFClientOpen", &cimage_libtiff.open},
    {"TIFFClose", &cimage_libtiff.close},
    {"TIFFGetField", &cimage_libtiff.get},
    {"TIFFGetFieldDefaulted", &cimage_libtiff.get_default},
    {"TIFFSetField", &cimage_libtiff.set},
    {"TIFFIsTiled", &cimage_libtiff.is_tiled},
    {"TIFFStripSize", &cimage_libtiff.strip_size},
    {"TIFFTileSize", &cimage_libtiff.tile_size},
    {"TIFFNumberOfStrips", &cimage_libtiff.strip_count},
    {"TIFFNumberOfTiles", &cimage_libtiff.tile_count},
    {"TIFFReadEncodedStrip", &cimage_libtiff.read_strip},
    {"TIFFReadEncodedTile", &cimage_libtiff.read_tile},
    {"TIFFReadRGBAImageOriented", &cimage_libtiff.read_rgba},
    {"TIFFSetErrorHandlerExt", &cimage_libtiff.set_error_handler},
    {"TIFFSetWarningHandlerExt", &cimage_libtiff.set_warning_handler},
    {"TIFFSetErrorHandler", &cimage_libtiff.set_plain_error_handler},
    {"TIFFSetWarningHandler", &cimage_libtiff.set_plain_warning_handler},
};
static const char *const names[] = {"libtiff.so.6", "libtiff.so.5"};
static struct cimage_library library = {names, 2, symbols, sizeof symbols / sizeof *symbols, ""};
static pthread_once_t once = PTHREAD_ONCE_INIT;

/// The first error of a file is its reason: what follows is said of its consequences.
static void note_error(void *client, const char *module, const char *format, va_list arguments) {
  struct cimage_tiff *tiff = client;
  (void)module;
  if (!tiff || tiff->reason[0]) return;
  vsnprintf(tiff->reason, sizeof tiff->reason, format, arguments);
}

/// libtiff's handlers belong to the process; its own print to stderr.
static void open_library(void) {
  cimage_open_library(&library);
  if (library.reason[0]) return;
  cimage_libtiff.set_plain_error_handler(NULL);
  cimage_libtiff.set_plain_warning_handler(NULL);
  cimage_libtiff.set_warning_handler(NULL);
  cimage_libtiff.set_error_handler(note_error);
}

static ptrdiff_t read_bytes(void *client, void *to, ptrdiff_t count) {
  struct cimage_tiff *tiff = client;
  if (count < 0 || tiff->position >= tiff->count) return 0;
  uint64_t left = tiff->count - tiff->position;
  if ((uint64_t)count > left) count = (ptrdiff_t)left;
  memcpy(to, tiff->bytes + tiff->position, (size_t)count);
  tiff->position += (uint64_t)count;
  return count;
}

static ptrdiff_t write_nothing(void *client, void *from, ptrdiff_t count) {
  (void)client, (void)from, (void)count;
  return -1;
}

static uint64_t seek(void *client, uint64_t offset, int origin) {
  struct cimage_tiff *tiff = client;
  uint64_t from = origin == SEEK_CUR ? tiff->position : origin == SEEK_END ? tiff->count : 0;
  return tiff->position = from + offset;
}

static int close_nothing(void *client) {
  (void)client;
  return 0;
}

static uint64_t size(void *client) { return ((struct cimage_tiff *)client)->count; }

static int map_nothing(void *client, void **base, uint64_t *count) {
  (void)client, (void)base, (void)count;
  return 0;
}

static void unmap_nothing(void *client, void *base, uint64_t count) { (void)client, (void)base, (void)count; }

static void close_reading(cimage_reader *reader) {
  struct cimage_tiff *tiff = (struct cimage_tiff *)reader;
  if (tiff->file) cimage_libtiff.close(tiff->file);
  free(tiff);
}

static int decode(cimage_reader *reader, uint8_t *samples, char *message, size_t capacity) {
  struct cimage_tiff *tiff = (struct cimage_tiff *)reader;
  int failed = cimage_tiff_decode(tiff, samples);
  if (failed) snprintf(message, capacity, "%s", tiff->reason);
  return failed;
}

cimage_reader *cimage_read_tiff(const uint8_t *bytes, size_t count, cimage_layout *layout, int *failure, char *message,
                                size_t capacity) {
  pthread_once(&once, open_library);
  if (library.reason[0]) {
    return cimage_refuse(failure, CIMAGE_NO_LIBRARY, message, capacity, "%s", library.reason);
  }
  struct cimage_tiff *tiff = calloc(1, sizeof *tiff);
  if (!tiff) return cimage_refuse(failure, CIMAGE_DAMAGED, message, capacity, "no memory for libtiff");
  tiff->reader = (cimage_reader){decode, close_reading};
  tiff->bytes = bytes;
  tiff->count = count;
  tiff->file = cimage_libtiff.open("image", "rm", tiff, read_bytes, write_nothing, seek, close_nothing, size,
                                   map_nothing, unmap_nothing);
  // An error about a tag that is not needed leaves the file open.
  if (tiff->file) tiff->reason[0] = 0;
  int kind = tiff->file ? cimage_tiff_examine(tiff) : CIMAGE_DAMAGED;
  if (kind != 0) {
    cimage_refuse(failure, kind, message, capacity, "%s", tiff->reason[0] ? tiff->reason : "libtiff cannot open it");
    close_reading(&tiff->reader);
    return NULL;
  }
  *layout = tiff->layout;
  return &tiff->reader;
}
