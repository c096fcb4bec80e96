internal import Foundation
internal import SystemSupport
internal import TensorRuntime

/// Which binary kernels are quickest for each shape of unit on a kind of host, as `occ-worker tune` measures it and `OCC_TUNING` names it.
///
/// All kernels give the same bits, so a file that was made elsewhere can only cost time. JSON: `formatVersion`, `processor`, `units`
/// (a shape as `LayerTiming.unit` says it, and the name of a variant).
public struct KernelTuning: Codable, Equatable, Sendable {
    /// The version of the file.
    public static let currentFormatVersion = 1
    /// The environment variable that names a file.
    public static let variable = "OCC_TUNING"

    /// The version of the file.
    public private(set) var formatVersion = KernelTuning.currentFormatVersion
    /// What was measured, for people.
    public var processor: String
    /// Variants by a unit's shape.
    public var units: [String: String]

    private static let largestFile = 1 << 20

    /// Makes a choice.
    public init(processor: String, units: [String: String]) {
        self.processor = processor
        self.units = units
    }

    /// Reads a file.
    ///
    /// - Throws: `InferenceError` (`badConfiguration`) that names it.
    public init(path: String) throws {
        func refuse(_ reason: String) -> InferenceError {
            InferenceError(
                .badConfiguration,
                "cannot use the tuning '\(path)': \(reason); occ-worker tune makes one, and without \(Self.variable) rules choose the kernels"
            )
        }
        let bytes: Data
        do {
            let file = try MappedFile(path: path)
            guard file.count <= Self.largestFile else { throw refuse("it has \(file.count) bytes, which is too much") }
            bytes = file.withBytes { Data($0) }
        } catch let error as FileError {
            throw refuse(error.description)
        }
        do {
            self = try JSONDecoder().decode(KernelTuning.self, from: bytes)
        } catch {
            throw refuse("it is no JSON with formatVersion, processor and units")
        }
        guard formatVersion == Self.currentFormatVersion else {
            throw refuse("it has format version \(formatVersion), this program reads \(Self.currentFormatVersion)")
        }
        for (shape, kernels) in units.sorted(by: { $0.key < $1.key }) where !Self.variants.contains(kernels) {
            throw refuse(
                "for units of \(shape) it names kernels '\(kernels)', this machine runs \(Self.variants.joined(separator: ", "))"
            )
        }
    }

    /// Names of the kernels that this machine runs, the slow reference left out.
    public static var variants: [String] { KernelTable.runnable }

    /// What `OCC_TUNING` names; nothing where it is not set.
    ///
    /// - Throws: `InferenceError` (`badConfiguration`).
    static func fromEnvironment(_ environment: [String: String] = ProcessInfo.processInfo.environment) throws
        -> KernelChoice
    {
        guard let path = environment[variable], !path.isEmpty else { return .byRules }
        guard (environment["OCC_KERNELS"] ?? "").isEmpty else {
            throw InferenceError(
                .badConfiguration,
                "both OCC_KERNELS and \(variable) say which kernels to take; unset one of them"
            )
        }
        return KernelChoice(units: try KernelTuning(path: path).units)
    }

    /// The quickest kernels of every shape; the usual ones unless others gain something.
    ///
    /// - Parameters:
    ///   - seconds: what units of a shape take with each variant, by shape and variant.
    ///   - usual: the variant that rules choose.
    ///   - leastGain: share of the usual variant's time that another must save.
    public static func quickest(
        _ seconds: [String: [String: Double]],
        usual: String,
        leastGain: Double
    ) -> [String: String] {
        seconds.mapValues { variants in
            guard let best = variants.min(by: { ($0.value, $0.key) < ($1.value, $1.key) }) else { return usual }
            guard let time = variants[usual] else { return best.key }
            return best.value < time * (1 - leastGain) ? best.key : usual
        }
    }

    /// The file's text.
    ///
    /// - Throws: nothing that its strings do not forbid.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}
