#include "COpenBLAS.h"

#include <dlfcn.h>
#include <stdio.h>

static int fail(char *message, size_t capacity) {
  const char *reason = dlerror();
  snprintf(message, capacity, "%s", reason ? reason : "unknown reason");
  return 1;
}

int copenblas_open(copenblas_functions *functions, char *message, size_t capacity) {
  void *library = dlopen("libopenblas.so.0", RTLD_LAZY | RTLD_LOCAL);
  if (!library) {
    fail(message, capacity);
    // The name without a version is that of development packages, and of systems that have no other.
    library = dlopen("libopenblas.so", RTLD_LAZY | RTLD_LOCAL);
    if (!library) return 1;
  }
  const struct {
    const char *name;
    void **function;
  } names[] = {
      {"cblas_sgemm", (void **)&functions->sgemm},
      {"cblas_dgemm", (void **)&functions->dgemm},
      {"dsyevd_", (void **)&functions->dsyevd},
      {"dpstrf_", (void **)&functions->dpstrf},
      {"openblas_set_num_threads", (void **)&functions->set_num_threads},
      {"openblas_get_corename", (void **)&functions->get_corename},
      {"openblas_get_config", (void **)&functions->get_config},
  };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    *names[i].function = dlsym(library, names[i].name);
    if (!*names[i].function) return fail(message, capacity);
  }
  return 0;
}
