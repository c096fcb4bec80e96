internal import Glibc

/// Times as protocols write them, in UTC.
public enum UTCText {
    /// RFC 3339 with milliseconds: `2026-03-01T09:26:53.589Z`.
    ///
    /// - Parameter seconds: since 1970; what lies before that, or after the year 9999, counts as their end.
    public static func rfc3339(seconds: Double) -> String {
        let milliseconds = (bounded(seconds) * 1000).rounded(.down)
        let whole = (milliseconds / 1000).rounded(.down)
        let rest = String(Int(milliseconds - whole * 1000))
        return text(whole, "%Y-%m-%dT%H:%M:%S") + "." + String(repeating: "0", count: 3 - rest.count) + rest + "Z"
    }

    /// As HTTP writes it (RFC 9110, 5.6.7): `Sun, 01 Mar 2026 09:26:53 GMT`.
    ///
    /// - Parameter seconds: as for `rfc3339`.
    public static func http(seconds: Double) -> String { text(bounded(seconds), "%a, %d %b %Y %H:%M:%S GMT") }

    private static func bounded(_ seconds: Double) -> Double {
        // NaN is no time at all.
        seconds.isNaN ? 0 : min(max(seconds, 0), 253_402_300_799)
    }

    private static func text(_ seconds: Double, _ format: String) -> String {
        var time = time_t(seconds.rounded(.down))
        var parts = tm()
        gmtime_r(&time, &parts)
        var text = [CChar](repeating: 0, count: 64)
        let count = strftime(&text, text.count, format, &parts)
        return String(decoding: text.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
