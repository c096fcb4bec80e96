import ArrayFiles
import Foundation
import Testing

@testable import OccInference

/// One unit of `Goldens/units.json`: how it is constructed, and samples of what the published code computes.
struct UnitGolden: Decodable, CustomTestStringConvertible {
    let key: String
    let unit: String
    let seed: UInt64
    let arguments: [String: Argument]
    let zeroed_every_8th: String?
    let scale_amplitude: Double
    let scale_offset: Double
    let input: [Int]
    let output: [Int]
    let deviation: Double
    let index: [Int]
    let value: [Float]

    /// A constructor argument; lists do not matter here.
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

    /// The units of BDC.
    static let all = read("units.json")
    /// The units of the other families.
    static let families = read("family-units.json")

    private static func read(_ name: String) -> [UnitGolden] {
        guard let data = FileManager.default.contents(atPath: SharedGoldens.ownFolder + "/" + name),
            let units = try? JSONDecoder().decode([UnitGolden].self, from: data)
        else { return [] }
        return units
    }

    var testDescription: String { key }

    func integer(_ name: String) -> Int? {
        if case .integer(let value) = arguments[name] { return value }
        return nil
    }

    /// The layer that the unit's constructor makes.
    var layer: (any MapLayer)? {
        let inChannels = integer("in_channels") ?? integer("channels_in") ?? 0
        let outChannels = integer("out_channels") ?? integer("channels_out") ?? 0
        let stride = integer("stride") ?? 1
        var hasBatchNorm = false
        if case .flag(true) = arguments["with_bn"] { hasBatchNorm = true }
        switch unit {
        case "BinaryConv2dBDC":
            return BinaryConv2dBDC(
                name: key,
                inChannels: inChannels,
                outChannels: outChannels,
                stride: stride,
                hasBatchNorm: hasBatchNorm
            )
        case "BasicBinaryBlockBDC", "DownsampleBinaryBlockBDC":
            return BinaryBlock(
                name: key,
                inChannels: inChannels,
                outChannels: outChannels,
                isDownsample: unit == "DownsampleBinaryBlockBDC",
                stride: stride,
                hasBatchNorm: hasBatchNorm,
                hasDownsampleLayer: true,
                family: BDCFamily()
            )
        default:
            return ResizingShape.allCases.first { $0.typeName("BDC") == unit }.map {
                BDCFamily().resizing(key, $0, inChannels: inChannels, hasBatchNorm: hasBatchNorm)
            }
        }
    }

    /// The input by formula, with its first row exactly 0.
    var inputValues: [Float] {
        var values = FormulaWeights(seed: seed).tensor(key + ".input", shape: input, amplitude: 1.7, offset: 0)
        for channel in 0..<input[0] {
            for column in 0..<input[2] { values[channel * input[1] * input[2] + column] = 0 }
        }
        return values
    }
}

/// Weights of one unit: drawn by formula, some redistributions set to exactly 0.
struct UnitWeights: WeightSource {
    let unit: UnitGolden

    var label: String { unit.key }
    var inventory: [String: [Int]]? { nil }

    func values(of tensor: TensorSpec) throws -> [Float] {
        let isScale = tensor.kind == .redistributionScale
        let range = FormulaWeightSource.range(of: tensor)
        var values = FormulaWeights(seed: unit.seed).tensor(
            tensor.name,
            shape: tensor.shape,
            amplitude: isScale ? unit.scale_amplitude : range.amplitude,
            offset: isScale ? unit.scale_offset : range.offset
        )
        if let zeroed = unit.zeroed_every_8th, tensor.name == "\(unit.key).\(zeroed)" {
            for index in stride(from: 0, to: values.count, by: 8) { values[index] = 0 }
        }
        return values
    }
}
