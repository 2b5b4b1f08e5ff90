#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "colour.h"
#include "reader.h"

// Declared as in libheif's heif.h, whose interface only grows within libheif.so.1.
struct result {
  int code, detail;
  const char *message;
};
/// The first fields of heif_decoding_options, up to version 3; later versions append.
struct options {
  uint8_t version;
  uint8_t ignore_transformations;
  void (*start)(int, int, void *);
  void (*advance)(int, int, void *);
  void (*end)(int, void *);
  void *context;
  uint8_t converts_to_8_bits;
  uint8_t is_strict;
};
enum { UNSUPPORTED_FILE = 3, UNSUPPORTED_FEATURE = 4 };
enum { COLOURS_RGB = 1, INTERLEAVED_RGB = 10, INTERLEAVED_RGBA = 11, CHANNEL_INTERLEAVED = 10 };

static struct {
  void *(*context)(void);
  void (*free_context)(void *context);
  struct result (*read)(void *context, const void *bytes, size_t count, const void *options);
  struct result (*primary)(void *context, void **handle);
  void (*free_handle)(const void *handle);
  int (*width)(const void *handle);
  int (*height)(const void *handle);
  int (*has_alpha)(const void *handle);
  int (*is_premultiplied)(const void *handle);
  struct options *(*options)(void);
  void (*free_options)(struct options *options);
  struct result (*decode)(const void *handle, void **image, int colours, int chroma, const struct options *options);
  int (*image_width)(const void *image, int channel);
  int (*image_height)(const void *image, int channel);
  const uint8_t *(*plane)(const void *image, int channel, int *stride);
  void (*free_image)(const void *image);
} heif;

static const struct cimage_symbol symbols[] = {
    {"heif_context_alloc", &heif.context},
    {"heif_context_free", &heif.free_context},
    {"heif_context_read_from_memory_without_copy", &heif.read},
    {"heif_context_get_primary_image_handle", &heif.primary},
    {"heif_image_handle_release", &heif.free_handle},
    {"heif_image_handle_get_width", &heif.width},
    {"heif_image_handle_get_height", &heif.height},
    {"heif_image_handle_has_alpha_channel", &heif.has_alpha},
    {"heif_image_handle_is_premultiplied_alpha", &heif.is_premultiplied},
    {"heif_decoding_options_alloc", &heif.options},
    {"heif_decoding_options_free", &heif.free_options},
    {"heif_decode_image", &heif.decode},
    {"heif_image_get_width", &heif.image_width},
    {"heif_image_get_height", &heif.image_height},
    {"heif_image_get_plane_readonly", &heif.plane},
    {"heif_image_release", &heif.free_image},
};
static const char *const names[] = {"libheif.so.1"};
static struct cimage_library library = {names, 1, symbols, sizeof symbols / sizeof *symbols, ""};
static pthread_once_t once = PTHREAD_ONCE_INIT;
static void open_library(void) { cimage_open_library(&library); }

struct reading {
  cimage_reader reader;
  void *context, *handle;
  cimage_layout layout;
};

static void close_reading(cimage_reader *reader) {
  struct reading *reading = (struct reading *)reader;
  if (reading->handle) heif.free_handle(reading->handle);
  if (reading->context) heif.free_context(reading->context);
  free(reading);
}

static cimage_reader *refuse(struct result result, int *failure, char *message, size_t capacity) {
  int is_unsupported = result.code == UNSUPPORTED_FILE || result.code == UNSUPPORTED_FEATURE;
  return cimage_refuse(failure, is_unsupported ? CIMAGE_UNSUPPORTED : CIMAGE_DAMAGED, message, capacity, "%s",
                       result.message ? result.message : "libheif gives no reason");
}

/// Copies the rows, of which libheif pads the ends.
static int copy(struct reading *reading, const void *image, uint8_t *samples) {
  size_t width = reading->layout.width, height = reading->layout.height;
  size_t row = width * (size_t)reading->layout.channels;
  int stride = 0;
  const uint8_t *plane = heif.plane(image, CHANNEL_INTERLEAVED, &stride);
  if (!plane || stride < 0 || (size_t)stride < row ||
      (size_t)heif.image_width(image, CHANNEL_INTERLEAVED) != width ||
      (size_t)heif.image_height(image, CHANNEL_INTERLEAVED) != height) {
    return 1;
  }
  for (size_t y = 0; y < height; y++) memcpy(samples + y * row, plane + y * (size_t)stride, row);
  if (reading->layout.channels == 4 && heif.is_premultiplied(reading->handle)) {
    cimage_unpremultiply(samples, width * height);
  }
  return 0;
}

static int decode(cimage_reader *reader, uint8_t *samples, char *message, size_t capacity) {
  struct reading *reading = (struct reading *)reader;
  int failure;
  struct options *options = heif.options();
  if (!options) {
    cimage_refuse(&failure, CIMAGE_DAMAGED, message, capacity, "no memory for libheif");
    return 1;
  }
  if (options->version >= 2) options->converts_to_8_bits = 1;
  if (options->version >= 3) options->is_strict = 1;
  void *image = NULL;
  int chroma = reading->layout.channels == 4 ? INTERLEAVED_RGBA : INTERLEAVED_RGB;
  struct result result = heif.decode(reading->handle, &image, COLOURS_RGB, chroma, options);
  heif.free_options(options);
  if (result.code != 0 || !image) {
    refuse(result, &failure, message, capacity);
    return failure;
  }
  int failed = copy(reading, image, samples);
  if (failed) {
    cimage_refuse(&failure, CIMAGE_DAMAGED, message, capacity, "its coded image has another size than its header says");
  }
  heif.free_image(image);
  return failed;
}

cimage_reader *cimage_read_heif(const uint8_t *bytes, size_t count, cimage_layout *layout, int *failure, char *message,
                                size_t capacity) {
  pthread_once(&once, open_library);
  if (library.reason[0]) {
    return cimage_refuse(failure, CIMAGE_NO_LIBRARY, message, capacity, "%s", library.reason);
  }
  struct reading *reading = calloc(1, sizeof *reading);
  if (reading) reading->context = heif.context();
  if (!reading || !reading->context) {
    free(reading);
    return cimage_refuse(failure, CIMAGE_DAMAGED, message, capacity, "no memory for libheif");
  }
  struct result result = heif.read(reading->context, bytes, count, NULL);
  if (result.code == 0) result = heif.primary(reading->context, &reading->handle);
  if (result.code != 0) {
    refuse(result, failure, message, capacity);
    close_reading(&reading->reader);
    return NULL;
  }
  int width = heif.width(reading->handle), height = heif.height(reading->handle);
  if (width < 1 || height < 1) {
    close_reading(&reading->reader);
    return cimage_refuse(failure, CIMAGE_DAMAGED, message, capacity, "its header says %d×%d pixels", width, height);
  }
  *layout = (cimage_layout){(uint32_t)width, (uint32_t)height, heif.has_alpha(reading->handle) ? 4 : 3};
  reading->reader = (cimage_reader){decode, close_reading};
  reading->layout = *layout;
  return &reading->reader;
}
