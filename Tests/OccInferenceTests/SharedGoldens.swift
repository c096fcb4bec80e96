import ArrayFiles
import Foundation
import Testing

@testable import OccInference

/// The numbers of the published code, kept outside the repository because of their size.
///
/// Found through the environment variable `OCC_SHARED`, or beside the package; tests that need them are skipped where they
/// are absent. The repository's own `Goldens` folder holds a small part that is always there.
enum SharedGoldens {
    /// The folder, or nil where it is absent.
    static let folder: String? = {
        let besidePackage = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "../../../shared"
        ).standardizedFileURL.path
        let folder = (ProcessInfo.processInfo.environment["OCC_SHARED"] ?? besidePackage) + "/goldens"
        if FileManager.default.fileExists(atPath: folder + "/units.json") { return folder }
        print("skipped: no goldens of the published code in \(folder); set OCC_SHARED to the folder that holds them")
        return nil
    }()

    static var isPresent: Bool { folder != nil }

    /// One unit of `units.json`.
    struct Unit: Decodable, CustomTestStringConvertible {
        struct Parameter: Decodable {
            let name: String
            let shape: [Int]
            let a: Double
            let b: Double
        }

        let key: String
        let family: String
        let unit: String
        let seed: UInt64
        let parameters: [Parameter]
        let zeroed_every_8th: String?
        let arguments: [String: Argument]
        let input: [Int]
        let output: [Int]

        var testDescription: String { key }

        func integer(_ name: String) -> Int? {
            if case .integer(let value) = arguments[name] { return value }
            return nil
        }
        func flag(_ name: String) -> Bool {
            if case .flag(let value) = arguments[name] { return value }
            return false
        }
    }

    /// A constructor argument of a unit.
    enum Argument: Decodable {
        case flag(Bool)
        case integer(Int)
        case other

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let value = try? container.decode(Bool.self) {
                self = .flag(value)
            } else if let value = try? container.decode(Int.self) {
                self = .integer(value)
            } else {
                self = .other
            }
        }
    }

    static func units(family: String) -> [Unit] {
        guard let folder, let data = try? Data(contentsOf: URL(fileURLWithPath: folder + "/units.json")),
            let units = try? JSONDecoder().decode([Unit].self, from: data)
        else { return [] }
        return units.filter { $0.family == family }
    }
}

/// Weights of one unit: drawn by formula, some set to exactly 0.
struct UnitWeights: WeightSource {
    let unit: SharedGoldens.Unit

    var label: String { unit.key }
    var inventory: [String: [Int]]? {
        Dictionary(uniqueKeysWithValues: unit.parameters.map { ("\(unit.key).\($0.name)", $0.shape) })
    }

    func values(of tensor: TensorSpec) throws -> [Float] {
        let name = String(tensor.name.dropFirst(unit.key.count + 1))
        guard let parameter = unit.parameters.first(where: { $0.name == name }) else {
            throw ArrayFileError(.missing, source: unit.key, "no parameter '\(name)'")
        }
        var values = FormulaWeights(seed: unit.seed).tensor(
            tensor.name, shape: parameter.shape, amplitude: parameter.a, offset: parameter.b)
        if unit.zeroed_every_8th == name {
            for index in stride(from: 0, to: values.count, by: 8) { values[index] = 0 }
        }
        return values
    }
}
