/// What the full-precision layers of a network are computed with; it decides predictions.
public enum Precision: String, Codable, CaseIterable, Sendable {
    /// 32-bit floating point, in agreement with the published code.
    case fp32
    /// Products of 16-bit floating point with 8 bits of mantissa, sums of 32 bits; only on processors that have them.
    case bf16
    /// Products of bytes, sums of 32 bits, by scales that calibration has put into the model package.
    case int8
}
