#include <limits.h>
#include <stdio.h>
#include <zlib.h>

#include "CImage.h"

// zlib counts in 32 bits, so longer buffers are handed over in portions.
static unsigned portion(size_t left) { return left > UINT_MAX ? UINT_MAX : (unsigned)left; }

int cimage_gunzip(const uint8_t *bytes, size_t count, uint8_t *output, size_t wanted, int whole, char *message,
                  size_t capacity) {
  z_stream stream = {0};
  int status = inflateInit2(&stream, 15 + 16);
  size_t read = 0, written = 0, surplus = 0;
  while (status == Z_OK && surplus == 0 && (whole || written < wanted)) {
    // Once all is out, one byte more tells a file that goes on, and none lets zlib compare the CRC.
    uint8_t one_more;
    int is_full = written == wanted;
    unsigned in = portion(count - read), out = is_full ? 1 : portion(wanted - written);
    stream.next_in = (Bytef *)(bytes + read);
    stream.avail_in = in;
    stream.next_out = is_full ? &one_more : output + written;
    stream.avail_out = out;
    status = inflate(&stream, Z_NO_FLUSH);
    read += in - stream.avail_in;
    *(is_full ? &surplus : &written) += out - stream.avail_out;
  }

  int failed = 1;
  if (surplus > 0) {
    snprintf(message, capacity, "it holds more than the expected %zu bytes", wanted);
  } else if (status == Z_BUF_ERROR) {
    snprintf(message, capacity, "the compressed data end too early, at byte %zu of the expected %zu", written, wanted);
  } else if (status < 0 || status == Z_NEED_DICT) {
    snprintf(message, capacity, "%s", stream.msg ? stream.msg : "it needs a dictionary or memory that is missing");
  } else if (written < wanted) {
    snprintf(message, capacity, "it holds only %zu of the expected %zu bytes", written, wanted);
  } else if (whole && read < count) {
    snprintf(message, capacity, "%zu bytes follow the end of the compressed data", count - read);
  } else {
    failed = 0;
  }
  inflateEnd(&stream);
  return failed;
}

size_t cimage_inflate(const uint8_t *bytes, size_t count, uint8_t *output, size_t room) {
  z_stream stream = {0};
  stream.next_in = (Bytef *)bytes;
  stream.avail_in = portion(count);
  stream.next_out = output;
  stream.avail_out = portion(room);
  if (inflateInit(&stream) != Z_OK) return 0;
  inflate(&stream, Z_SYNC_FLUSH);
  inflateEnd(&stream);
  return room - stream.avail_out;
}
