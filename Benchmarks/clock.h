/// Time and the core's clock, for the programs in this folder.
#pragma once

#include <time.h>

/// Seconds that this thread has run: other work on its core does not count, but for what it does to the caches.
static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/// Core clock in Hz: each addition waits for the one before and takes one cycle.
static double clock_hz(void) {
    double best = 0;
    for (int attempt = 0; attempt < 5; attempt++) {
        unsigned long x = 1;
        const long count = 2000000;
        double begin = now();
        for (long i = 0; i < count; i++) {
#if defined(__x86_64__)
            __asm__ volatile("add %0, %0\n\tadd %0, %0\n\tadd %0, %0\n\tadd %0, %0" : "+r"(x));
#else
            __asm__ volatile("add %0, %0, %0\n\tadd %0, %0, %0\n\tadd %0, %0, %0\n\tadd %0, %0, %0" : "+r"(x));
#endif
        }
        double hz = 4.0 * (double)count / (now() - begin);
        if (hz > best) best = hz;
    }
    return best;
}
