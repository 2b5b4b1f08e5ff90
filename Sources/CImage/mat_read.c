#include <limits.h>
#include <matio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "CImage.h"

// matio takes damaged data for good and only logs what it met, so the file's own lengths and checksums are compared
// before it reads, and whatever it logs counts as a failure. Its log is a global function: one thread at a time.
enum { HEADER_BYTES = 128, TAG_BYTES = 8, INT8 = 1, INT32 = 5, UINT32 = 6, MATRIX = 14, COMPRESSED = 15 };
enum { MOST_INFLATED_PER_BYTE = 1032, MOST_DIMENSIONS = 32, LONGEST_NAME = 63 };
// What an array begins with: its tag, its flags, its dimensions and its name, each but the first behind a tag.
enum { HEAD_BYTES = 4 * TAG_BYTES + 8 + 4 * MOST_DIMENSIONS + LONGEST_NAME };

struct walk {
  FILE *file;
  size_t file_bytes, largest_matrix, largest_compressed;
  int is_swapped;
  char *message;
  size_t capacity;
};

static _Thread_local char logged[200];

static void keep_first(int level, char *text) {
  (void)level;
  if (!logged[0]) snprintf(logged, sizeof logged, "%s", text);
}

static uint32_t number(const struct walk *walk, const uint8_t *bytes) {
  uint32_t value;
  memcpy(&value, bytes, sizeof value);
  return walk->is_swapped ? __builtin_bswap32(value) : value;
}

static int check_header(struct walk *walk) {
  uint8_t header[HEADER_BYTES];
  size_t count = fread(header, 1, sizeof header, walk->file);
  if (count >= 10 && (!memcmp(header, "MATLAB 7.3", 10) || !memcmp(header, "\x89HDF", 4))) {
    snprintf(walk->message, walk->capacity, "it is in version 7.3 (HDF5), expected version 5: save it with -v7");
    return 1;
  }
  if (count < sizeof header) {
    snprintf(walk->message, walk->capacity, "its header needs %d bytes, the file has %zu", HEADER_BYTES, count);
    return 1;
  }
  int is_little = !memcmp(header + 124, "\0\1IM", 4), is_big = !memcmp(header + 124, "\1\0MI", 4);
  walk->is_swapped = is_big;
  if (is_little || is_big) return 0;
  snprintf(walk->message, walk->capacity, "its header does not end in the marks of a MATLAB 5 file");
  return 1;
}

// A compressed element must be one whole zlib stream with its right checksum.
static int check_stream(struct walk *walk, size_t start, size_t count) {
  uint8_t in[1 << 15], out[1 << 16];
  z_stream stream = {0};
  int status = fseeko(walk->file, (off_t)start, SEEK_SET) ? Z_ERRNO : inflateInit(&stream);
  size_t left = count;
  while (status == Z_OK && (left > 0 || stream.avail_in > 0)) {
    if (stream.avail_in == 0) {
      stream.next_in = in;
      stream.avail_in = (uInt)fread(in, 1, left < sizeof in ? left : sizeof in, walk->file);
      if (stream.avail_in == 0) break;
      left -= stream.avail_in;
    }
    stream.next_out = out;
    stream.avail_out = sizeof out;
    status = inflate(&stream, Z_NO_FLUSH);
  }
  int failed = status != Z_STREAM_END || left + stream.avail_in > 0;
  if (failed) {
    const char *reason = status == Z_STREAM_END ? "it ends before its element" : "it ends too early";
    snprintf(walk->message, walk->capacity, "the compressed data at byte %zu: %s", start,
             stream.msg ? stream.msg : reason);
  }
  inflateEnd(&stream);
  return failed;
}

static int refuse_array(struct walk *walk, size_t at, const char *reason) {
  snprintf(walk->message, walk->capacity, "the element at byte %zu %s", at, reason);
  return 1;
}

// matio follows cells and structures into each other, however deep, and believes counts of dimensions and of a name's
// letters: only arrays of numbers and of text, with counts that can be, reach it. `head` begins with the array's tag.
static int check_array(struct walk *walk, size_t at, const uint8_t *head, size_t count) {
  const uint8_t *flags = head + TAG_BYTES, *dimensions = flags + 2 * TAG_BYTES;
  if (count < 4 * TAG_BYTES) return refuse_array(walk, at, "is too short for an array");
  unsigned class = number(walk, flags + TAG_BYTES) & 0xFF;
  if (number(walk, head) != MATRIX || number(walk, flags) != UINT32 || number(walk, flags + 4) != 8) {
    return refuse_array(walk, at, "does not begin as an array does");
  }
  if (class != MAT_C_CHAR && (class < MAT_C_DOUBLE || class > MAT_C_UINT64)) {
    return refuse_array(walk, at, "is no array of numbers or text; save those alone");
  }
  size_t bytes = number(walk, dimensions + 4), padded = (bytes + 7) / 8 * 8;
  if (number(walk, dimensions) != INT32 || bytes < 8 || bytes % 4 || bytes > 4 * MOST_DIMENSIONS) {
    return refuse_array(walk, at, "does not have 2 to 32 dimensions");
  }
  const uint8_t *name = dimensions + TAG_BYTES + padded;
  if (name + TAG_BYTES > head + count) return refuse_array(walk, at, "ends before its name");
  uint32_t tag = number(walk, name);
  // Up to four letters may stand in the tag, with their count in its upper half.
  size_t letters = tag >> 16 ? tag >> 16 : number(walk, name + 4);
  if ((tag & 0xFFFF) != INT8 || letters > (tag >> 16 ? 4 : LONGEST_NAME) ||
      (!(tag >> 16) && name + TAG_BYTES + letters > head + count)) {
    return refuse_array(walk, at, "has no name of at most 63 letters");
  }
  return 0;
}

// Reads what the element at `at` begins with, inflated where it is compressed.
static int check_head(struct walk *walk, size_t at, uint32_t type, size_t count) {
  uint8_t in[4096], head[HEAD_BYTES];
  size_t wanted = type == MATRIX ? sizeof head : sizeof in, most = type == MATRIX ? count + TAG_BYTES : count;
  off_t start = (off_t)(type == MATRIX ? at : at + TAG_BYTES);
  if (fseeko(walk->file, start, SEEK_SET)) return refuse_array(walk, at, "cannot be read");
  size_t read = fread(type == MATRIX ? head : in, 1, most < wanted ? most : wanted, walk->file);
  if (type == MATRIX) return check_array(walk, at, head, read);
  z_stream stream = {.next_in = in, .avail_in = (uInt)read, .next_out = head, .avail_out = sizeof head};
  if (inflateInit(&stream) == Z_OK) inflate(&stream, Z_SYNC_FLUSH);
  inflateEnd(&stream);
  return check_array(walk, at, head, sizeof head - stream.avail_out);
}

// MAT-File Format (MathWorks), level 5: elements with their type and length follow the header up to the file's end.
static int check_elements(struct walk *walk, int checks_streams) {
  for (size_t at = HEADER_BYTES; at < walk->file_bytes;) {
    uint8_t tag[TAG_BYTES];
    if (fseeko(walk->file, (off_t)at, SEEK_SET) || fread(tag, 1, sizeof tag, walk->file) != sizeof tag) {
      snprintf(walk->message, walk->capacity, "it ends in the middle of a tag, at byte %zu", at);
      return 1;
    }
    uint32_t type = number(walk, tag);
    size_t count = number(walk, tag + 4), start = at + sizeof tag;
    if (type != MATRIX && type != COMPRESSED) {
      snprintf(walk->message, walk->capacity, "the element at byte %zu is of type %u, expected %d or %d", at, type,
               MATRIX, COMPRESSED);
      return 1;
    }
    if (count > walk->file_bytes - start) {
      snprintf(walk->message, walk->capacity, "the element at byte %zu has %zu bytes, the file ends after %zu", at,
               count, walk->file_bytes - start);
      return 1;
    }
    size_t *largest = type == MATRIX ? &walk->largest_matrix : &walk->largest_compressed;
    if (count > *largest) *largest = count;
    if (check_head(walk, at, type, count)) return 1;
    if (type == COMPRESSED && checks_streams && check_stream(walk, start, count)) return 1;
    at = start + count;
  }
  return 0;
}

static int check_file(const char *path, int checks_streams, struct walk *walk) {
  walk->file = fopen(path, "rbe");
  if (!walk->file) {
    snprintf(walk->message, walk->capacity, "it cannot be opened");
    return 1;
  }
  off_t end = fseeko(walk->file, 0, SEEK_END) ? -1 : ftello(walk->file);
  int failed = end < 0 || fseeko(walk->file, 0, SEEK_SET);
  if (failed) snprintf(walk->message, walk->capacity, "its length cannot be found");
  walk->file_bytes = failed ? 0 : (size_t)end;
  failed = failed || check_header(walk) || check_elements(walk, checks_streams);
  fclose(walk->file);
  return failed;
}

// Checks what the array says of itself against the file, and yields its number of bytes; 0 after a failure.
static size_t measure(const matvar_t *array, const struct walk *walk, size_t dimensions[4]) {
  if (array->class_type != MAT_C_UINT8 || array->isComplex || array->isLogical || array->rank < 2 || array->rank > 4) {
    snprintf(walk->message, walk->capacity, "its array %s is no array of unsigned bytes in up to 4 dimensions",
             array->name);
    return 0;
  }
  size_t most = array->compression == MAT_COMPRESSION_NONE ? walk->largest_matrix
                                                           : walk->largest_compressed * MOST_INFLATED_PER_BYTE;
  size_t product = 1;
  for (int i = 0; i < 4; i++) {
    dimensions[i] = i < array->rank ? array->dims[i] : 1;
    if (__builtin_mul_overflow(product, dimensions[i], &product) || product > INT_MAX || product > most) {
      snprintf(walk->message, walk->capacity,
               "its array %s promises more bytes than the file can hold, or more than %d", array->name, INT_MAX);
      return 0;
    }
  }
  if (product == 0) snprintf(walk->message, walk->capacity, "its array %s is empty", array->name);
  return product;
}

// Finds the dimensions, or with `bytes` reads the array, whose dimensions must be the ones given.
static int read_array(const struct walk *walk, const char *path, const char *name, size_t dimensions[4],
                      uint8_t *bytes) {
  mat_t *mat = Mat_Open(path, MAT_ACC_RDONLY);
  matvar_t *array = mat ? Mat_VarReadInfo(mat, name) : NULL;
  size_t found[4], count = array ? measure(array, walk, found) : 0;
  int failed = count == 0;
  if (!array) {
    snprintf(walk->message, walk->capacity, "it has no array %s%s%s", name, logged[0] ? ": " : "", logged);
  } else if (!failed && !bytes) {
    memcpy(dimensions, found, sizeof found);
  } else if (!failed && memcmp(dimensions, found, sizeof found)) {
    snprintf(walk->message, walk->capacity, "its array %s changed its size while it was read", name);
    failed = 1;
  } else if (!failed) {
    failed = Mat_VarReadDataLinear(mat, array, bytes, 0, 1, (int)count) || logged[0];
    if (failed) snprintf(walk->message, walk->capacity, "%s", logged[0] ? logged : "its data cannot be read");
  }
  Mat_VarFree(array);
  if (mat) Mat_Close(mat);
  return failed;
}

int cimage_mat_size(const char *path, const char *name, size_t dimensions[4], char *message, size_t capacity) {
  struct walk walk = {.message = message, .capacity = capacity};
  logged[0] = 0;
  Mat_LogInitFunc("", keep_first);
  return check_file(path, 0, &walk) || read_array(&walk, path, name, dimensions, NULL);
}

int cimage_mat_read(const char *path, const char *name, const size_t dimensions[4], uint8_t *bytes, char *message,
                    size_t capacity) {
  struct walk walk = {.message = message, .capacity = capacity};
  size_t expected[4];
  memcpy(expected, dimensions, sizeof expected);
  logged[0] = 0;
  Mat_LogInitFunc("", keep_first);
  return check_file(path, 1, &walk) || read_array(&walk, path, name, expected, bytes);
}
