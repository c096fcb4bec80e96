/// Numbers of bytes for people.
public enum ByteText {
    /// A number of bytes with three digits at most and a decimal unit: `812 B`, `4.6 MB`, `120 GB`.
    public static func of(_ bytes: Int) -> String {
        var value = Double(max(0, bytes))
        for unit in ["B", "kB", "MB", "GB", "TB"] {
            if value < 999.5 || unit == "TB" {
                if unit == "B" || value >= 99.95 { return "\(Int(value.rounded())) \(unit)" }
                let tenths = Int((value * 10).rounded())
                return value >= 9.95 && tenths % 10 == 0
                    ? "\(tenths / 10) \(unit)" : "\(tenths / 10).\(tenths % 10) \(unit)"
            }
            value /= 1000
        }
        return "\(bytes) B"
    }
}
