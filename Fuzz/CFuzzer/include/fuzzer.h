/* libFuzzer's entry for programs with a main of their own (llvm.org/docs/LibFuzzer.html, "Using libFuzzer as a library"). */
#ifndef OCC_FUZZER_H
#define OCC_FUZZER_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));

#endif
