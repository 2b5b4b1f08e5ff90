#include <pthread.h>
#include <stdlib.h>

#include "reader.h"

// Declared as in libwebp's decode.h, whose interface is the same in libwebp.so.6 and .7.
struct features {
  int width, height, has_alpha, has_animation, format;
  uint32_t reserved[5];
};
enum { INTERFACE_VERSION = 0x0209, NOT_ENOUGH_DATA = 7 };

static struct {
  int (*features)(const uint8_t *bytes, size_t count, struct features *features, int version);
  uint8_t *(*decode_rgb)(const uint8_t *bytes, size_t count, uint8_t *output, size_t room, int stride);
  uint8_t *(*decode_rgba)(const uint8_t *bytes, size_t count, uint8_t *output, size_t room, int stride);
} webp;

static const struct cimage_symbol symbols[] = {
    {"WebPGetFeaturesInternal", &webp.features},
    {"WebPDecodeRGBInto", &webp.decode_rgb},
    {"WebPDecodeRGBAInto", &webp.decode_rgba},
};
static const char *const names[] = {"libwebp.so.7", "libwebp.so.6"};
static struct cimage_library library = {names, 2, symbols, sizeof symbols / sizeof *symbols, ""};
static pthread_once_t once = PTHREAD_ONCE_INIT;
static void open_library(void) { cimage_open_library(&library); }

struct reading {
  cimage_reader reader;
  const uint8_t *bytes;
  size_t count;
  cimage_layout layout;
};

static int decode(cimage_reader *reader, uint8_t *samples, char *message, size_t capacity) {
  struct reading *reading = (struct reading *)reader;
  size_t stride = (size_t)reading->layout.width * (size_t)reading->layout.channels;
  uint8_t *(*decode)(const uint8_t *, size_t, uint8_t *, size_t, int) =
      reading->layout.channels == 4 ? webp.decode_rgba : webp.decode_rgb;
  if (decode(reading->bytes, reading->count, samples, stride * reading->layout.height, (int)stride)) return 0;
  int failure;
  cimage_refuse(&failure, CIMAGE_DAMAGED, message, capacity, "libwebp cannot decode its data");
  return 1;
}

static void close_reading(cimage_reader *reader) { free(reader); }

cimage_reader *cimage_read_webp(const uint8_t *bytes, size_t count, cimage_layout *layout, int *failure, char *message,
                                size_t capacity) {
  pthread_once(&once, open_library);
  if (library.reason[0]) {
    return cimage_refuse(failure, CIMAGE_NO_LIBRARY, message, capacity, "%s", library.reason);
  }
  struct features features;
  int status = webp.features(bytes, count, &features, INTERFACE_VERSION);
  if (status == NOT_ENOUGH_DATA) {
    return cimage_refuse(failure, CIMAGE_DAMAGED, message, capacity, "its data end too early");
  }
  if (status != 0 || features.width < 1 || features.height < 1) {
    return cimage_refuse(failure, CIMAGE_DAMAGED, message, capacity, "libwebp cannot read its header");
  }
  struct reading *reading = malloc(sizeof *reading);
  if (!reading) return cimage_refuse(failure, CIMAGE_DAMAGED, message, capacity, "no memory for libwebp");
  *layout = (cimage_layout){(uint32_t)features.width, (uint32_t)features.height, features.has_alpha ? 4 : 3};
  *reading = (struct reading){{decode, close_reading}, bytes, count, *layout};
  return &reading->reader;
}
