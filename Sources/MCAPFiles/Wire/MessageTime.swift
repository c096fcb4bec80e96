/// Times of messages: seconds and the nanoseconds after them.
enum MessageTime {
    /// Nanoseconds since 1970.
    static func nanoseconds(seconds: Int64, rest: Int64) throws(MCAPError) -> Int64 {
        guard (0..<1_000_000_000).contains(rest) else {
            throw MCAPError(.unreadableMessage, "a time with \(rest) nanoseconds after the second")
        }
        let (product, isTooLarge) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, isSumTooLarge) = product.addingReportingOverflow(rest)
        guard !isTooLarge, !isSumTooLarge else {
            throw MCAPError(
                .unreadableMessage,
                "a time of \(seconds) seconds, which 64 bits of nanoseconds cannot hold"
            )
        }
        return sum
    }
}
