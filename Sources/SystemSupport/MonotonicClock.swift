internal import Glibc

/// Time that only goes forward, whatever is done to the wall clock.
public enum MonotonicClock {
    /// Seconds since an arbitrary start, counted through suspension (CLOCK_BOOTTIME): a lease expires while a host sleeps.
    public static var nowSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
