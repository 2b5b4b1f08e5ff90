// libFuzzer as a library (https://llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library); clang has no header for it.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// Feeds `test` with inputs until the arguments' limits, and returns the code to exit with. An input at which the process
/// ends is written to a file.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*test)(const uint8_t *data, size_t size));
