/// What the convolutions of a program compute with, and the type of the maps between its layers.
///
/// A layer is computed with the type asked for where it may be and where its scales are known, else with the next higher one that this
/// host has. Sums are float32, or int32 of bytes, in every case.
public struct Arithmetic: Sendable {
    /// The type that convolutions read where their layers allow it: `float32`, `bfloat16` or `int8`.
    public let convolutions: ElementType
    /// The type of the rest: `float32`, or `bfloat16` where this host multiplies it.
    public let higher: ElementType
    /// The type of maps that other operations than convolutions read.
    public let maps: ElementType
    /// Whether the range of a value is known, by the name of its scale.
    public let hasScale: @Sendable (String) -> Bool

    /// What a scale may end at: so that no unit, and no quotient of two, is more or less than float32 holds.
    public static let ends: ClosedRange<Float> = 0x1p-64...0x1p64

    /// Everything in float32.
    public static let float32 = Arithmetic(convolutions: .float32, higher: .float32, maps: .float32) { _ in false }

    /// Convolutions in bfloat16.
    ///
    /// - Precondition: `HostArithmetic.hasBFloat16`.
    public static let bfloat16 = Arithmetic(convolutions: .bfloat16, higher: .bfloat16, maps: .bfloat16) { _ in false }

    /// Convolutions of bytes where scales are known.
    ///
    /// - Parameter hasScale: whether the source of parameters has a scale of that name.
    public static func int8(hasScale: @escaping @Sendable (String) -> Bool) -> Arithmetic {
        let higher: ElementType = HostArithmetic.hasBFloat16 ? .bfloat16 : .float32
        // oneDNN copies to and from bfloat16 slowly without AVX-512.
        let maps: ElementType = HostArithmetic.hasAVX512 ? .bfloat16 : .float32
        return Arithmetic(convolutions: .int8, higher: higher, maps: maps, hasScale: hasScale)
    }

    /// The layout in which convolutions read and write.
    public var layout: Tensor.Layout { convolutions == .float32 ? .blocked : .channelsLast }

    /// What a layer is computed with.
    func element(of convolution: Convolution) -> ElementType {
        switch higherOf(convolutions, convolution.lowest) {
        case .int8, .uint8: hasScale(convolution.inputScale) ? .int8 : higher(of: convolution)
        case .bfloat16: higher(of: convolution)
        case .float32: .float32
        }
    }

    private func higher(of convolution: Convolution) -> ElementType {
        // Of so many channels, Winograd in float32 takes 0.6 of the time that products of bfloat16 take (Zen 4).
        let isWide = convolution.inChannels > 512 && convolution.kernel == 3 && convolution.stride == 1
        return isWide && convolution.mayUseWinograd ? .float32 : higherOf(higher, convolution.lowest)
    }

    /// The higher of two types.
    private func higherOf(_ wanted: ElementType, _ allowed: ElementType) -> ElementType {
        switch (wanted, allowed) {
        case (.float32, _), (_, .float32): .float32
        case (.bfloat16, _), (_, .bfloat16): .bfloat16
        default: .int8
        }
    }
}
