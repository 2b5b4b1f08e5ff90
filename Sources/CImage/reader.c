#include "reader.h"

#include <dlfcn.h>
#include <stdio.h>

int cimage_reader_decode(cimage_reader *reader, uint8_t *samples, char *message, size_t capacity) {
  return reader->decode(reader, samples, message, capacity);
}

void cimage_reader_close(cimage_reader *reader) {
  if (reader) reader->close(reader);
}

cimage_reader *cimage_refuse(int *failure, int kind, char *message, size_t capacity, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, capacity, format, arguments);
  va_end(arguments);
  *failure = kind;
  return NULL;
}

void cimage_open_library(struct cimage_library *library) {
  void *handle = NULL;
  for (size_t i = 0; !handle && i < library->name_count; i++) {
    handle = dlopen(library->names[i], RTLD_NOW | RTLD_LOCAL);
    const char *reason = dlerror();
    // What is said of the newest version, of which a message speaks.
    if (!handle && i == 0) snprintf(library->reason, sizeof library->reason, "%s", reason ? reason : "unknown reason");
  }
  if (!handle) return;
  library->reason[0] = 0;
  for (size_t i = 0; i < library->symbol_count; i++) {
    void *address = dlsym(handle, library->symbols[i].name);
    if (!address) {
      snprintf(library->reason, sizeof library->reason, "it has no function %s", library->symbols[i].name);
      return;
    }
    *(void **)library->symbols[i].place = address;
  }
}
