internal import Foundation
internal import SystemSupport
internal import TensorRuntime

/// `manifest.json` of a golden: the weights that were used, as formulas, and what was found at each tap.
public struct GoldenManifest: Equatable, Sendable, Decodable {
    /// One tensor of the checkpoint by formula.
    public struct Tensor: Equatable, Sendable {
        /// Its name in the published `state_dict`.
        public let name: String
        /// Its shape.
        public let shape: [Int]
        /// `a` of the formula.
        public let amplitude: Double
        /// `b` of the formula.
        public let offset: Double
    }

    /// Statistics of a module's whole output.
    public struct Statistics: Equatable, Sendable {
        /// The output's shape, NCHW.
        public let shape: [Int]
        /// The mean.
        public let mean: Double
        /// The standard deviation.
        public let standardDeviation: Double
        /// The largest magnitude.
        public let largest: Double
    }

    /// Name of the case, `occ-r50-bdc-t`.
    public let name: String
    /// Path of the published config.
    public let config: String
    /// Seed of the formula.
    public let seed: UInt64
    /// Number of frames that the network takes.
    public let frames: Int
    /// The checkpoint's tensors.
    public let tensors: [Tensor]
    /// Statistics by tap, `img_backbone.0`.
    public let taps: [String: Statistics]

    private enum CodingKeys: String, CodingKey {
        case name = "case"
        case config, seed, frames, tensors, outputs
    }

    /// Reads a manifest.
    ///
    /// - Throws: `FileError` where the file cannot be read or is not a manifest.
    public init(contentsOf path: String) throws {
        let file = try MappedFile(path: path)
        do {
            self = try JSONDecoder().decode(GoldenManifest.self, from: Data(file.bytes))
        } catch {
            throw FileError(operation: "read golden manifest", path: path, code: 0, detail: "\(error)")
        }
    }

    /// Decodes a manifest.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        config = try container.decode(String.self, forKey: .config)
        seed = try container.decode(UInt64.self, forKey: .seed)
        frames = try container.decode(Int.self, forKey: .frames)
        tensors = try container.decode([Tensor].self, forKey: .tensors)
        let outputs = try container.decode([String: Output].self, forKey: .outputs)
        taps = outputs.reduce(into: [:]) { taps, output in
            guard output.key.hasPrefix("tap:"), let statistics = output.value.statistics else { return }
            taps[String(output.key.dropFirst(4))] = statistics
        }
    }

    /// The checkpoint's tensors by name, made by the formula as they are asked for.
    public func elements(of tensor: Tensor) -> [Float] {
        FormulaWeights(seed: seed).tensor(
            tensor.name,
            shape: tensor.shape,
            amplitude: tensor.amplitude,
            offset: tensor.offset
        )
    }

    /// Outputs hold statistics of taps beside plain numbers and lists.
    private struct Output: Decodable {
        let statistics: Statistics?

        init(from decoder: any Decoder) throws {
            statistics = try? Statistics(from: decoder)
        }
    }
}

extension GoldenManifest.Tensor: Decodable {
    private enum CodingKeys: String, CodingKey {
        case name, shape
        case amplitude = "a"
        case offset = "b"
    }
}

extension GoldenManifest.Statistics: Decodable {
    private enum CodingKeys: String, CodingKey {
        case shape, mean
        case standardDeviation = "std"
        case largest = "absmax"
    }
}
