import Foundation

/// A library that shifts a program's wall clock, as a host's clock that is off would: what it reads, and what it waits for.
///
/// Only the wall clock: monotonic clocks know nothing of the hour. (faketime shifts the boot-time clock too, and Swift's timers with it.)
enum WrongClock {
    /// Compiles the library; nil where there is no C compiler.
    static func make(in folder: String) -> String? {
        let path = folder + "/wrong-clock"
        guard (try? source.write(toFile: path + ".c", atomically: true, encoding: .utf8)) != nil else { return nil }
        let command = ["cc", "-shared", "-fPIC", "-O1", "-o", path + ".so", path + ".c"]
        return Shell.succeeds(command) ? path + ".so" : nil
    }

    /// The environment of a program whose clock is off by so many seconds.
    static func environment(_ library: String, seconds: Int) -> [String: String?] {
        ["LD_PRELOAD": library, "CHAOS_CLOCK_OFFSET": "\(seconds)"]
    }

    private static let source = #"""
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <pthread.h>
        #include <semaphore.h>
        #include <stdlib.h>
        #include <sys/syscall.h>
        #include <sys/time.h>
        #include <sys/timerfd.h>
        #include <time.h>
        #include <unistd.h>

        static long shift(void) {
            const char *text = getenv("CHAOS_CLOCK_OFFSET");
            return text ? atol(text) : 0;
        }

        static struct timespec told(const struct timespec *deadline) {
            struct timespec real = *deadline;
            real.tv_sec -= shift();
            return real;
        }

        int clock_gettime(clockid_t clock, struct timespec *time) {
            int status = (int)syscall(SYS_clock_gettime, clock, time);
            if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += shift();
            return status;
        }

        int gettimeofday(struct timeval *restrict value, void *restrict zone) {
            struct timespec now;
            (void)zone;
            clock_gettime(CLOCK_REALTIME, &now);
            value->tv_sec = now.tv_sec;
            value->tv_usec = now.tv_nsec / 1000;
            return 0;
        }

        time_t time(time_t *value) {
            struct timespec now;
            clock_gettime(CLOCK_REALTIME, &now);
            if (value) *value = now.tv_sec;
            return now.tv_sec;
        }

        int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict deadline) {
            int (*real)(sem_t *, const struct timespec *) = dlsym(RTLD_NEXT, "sem_timedwait");
            struct timespec when = told(deadline);
            return real(semaphore, &when);
        }

        int pthread_cond_clockwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex, clockid_t clock,
                                   const struct timespec *restrict deadline) {
            int (*real)(pthread_cond_t *, pthread_mutex_t *, clockid_t, const struct timespec *) =
                dlsym(RTLD_NEXT, "pthread_cond_clockwait");
            struct timespec when = clock == CLOCK_REALTIME ? told(deadline) : *deadline;
            return real(condition, mutex, clock, &when);
        }

        static unsigned char on_wall_clock[65536];

        int timerfd_create(int clock, int flags) {
            int descriptor = (int)syscall(SYS_timerfd_create, clock, flags);
            if (descriptor >= 0 && descriptor < 65536) on_wall_clock[descriptor] = clock == CLOCK_REALTIME;
            return descriptor;
        }

        int timerfd_settime(int descriptor, int flags, const struct itimerspec *new_value, struct itimerspec *old_value) {
            struct itimerspec value = *new_value;
            int is_set = value.it_value.tv_sec != 0 || value.it_value.tv_nsec != 0;
            if (is_set && (flags & TFD_TIMER_ABSTIME) && descriptor >= 0 && descriptor < 65536 && on_wall_clock[descriptor])
                value.it_value = told(&value.it_value);
            return (int)syscall(SYS_timerfd_settime, descriptor, flags, &value, old_value);
        }

        """#
}
