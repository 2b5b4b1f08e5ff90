// What the readers of whole images share.
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "CImage.h"

/// The first member of each format's own structure.
struct cimage_reader {
  int (*decode)(cimage_reader *reader, uint8_t *samples, char *message, size_t capacity);
  /// Frees the whole.
  void (*close)(cimage_reader *reader);
};

/// A function's name, and the place of its pointer.
struct cimage_symbol {
  const char *name;
  void *place;
};

/// A library that is opened once a process.
struct cimage_library {
  /// File names, the newest version first; the first that can be opened is taken.
  const char *const *names;
  size_t name_count;
  const struct cimage_symbol *symbols;
  size_t symbol_count;
  /// Empty if it is open.
  char reason[200];
};

/// Opens the library and finds its functions; called under `pthread_once`.
void cimage_open_library(struct cimage_library *library);

/// Writes the message and the kind of failure; always returns NULL.
cimage_reader *cimage_refuse(int *failure, int kind, char *message, size_t capacity, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
