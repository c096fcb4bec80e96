// Linux's calls of <sched.h>, which Swift's Glibc does not show: they need _GNU_SOURCE.
#include <stddef.h>
int sched_setaffinity(int pid, size_t mask_bytes, const void *mask);
int sched_getaffinity(int pid, size_t mask_bytes, void *mask);
