/// Which binary kernels compute the units of a program; the bits are the same, whichever do.
public struct KernelChoice: Equatable, Sendable {
    /// The variant for all units that `units` does not name: "avx2"; nil: what `OCC_KERNELS` names, or else the one that the rules choose.
    public var general: String?
    /// Variants by a unit's shape, as `StepDescription.unit` says it.
    public var units: [String: String]

    /// What the rules choose.
    public static let byRules = KernelChoice()

    /// Makes a choice.
    public init(general: String? = nil, units: [String: String] = [:]) {
        self.general = general
        self.units = units
    }
}
