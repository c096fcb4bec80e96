import Foundation
import Testing

@testable import OccInference

/// `Goldens/small-networks.json`: what the published networks compute at a small size.
struct SmallGoldens: Decodable {
    /// One network at the small size.
    struct Network: Decodable, CustomTestStringConvertible {
        let network: String
        /// Seed of the pictures.
        let imageSeed: UInt64
        /// Numbers of which the sign is taken.
        let signs: Int
        let taps: [Tap]
        /// The labels in (x, y, z) order, a letter each; nil for networks that predict boxes.
        let labels: String?

        var testDescription: String { network }
    }

    /// Samples of a module's output.
    struct Tap: Decodable {
        let name: String
        let shape: [Int]
        let deviation: Double
        let index: [Int]
        let value: [Float]
    }

    /// The tensors of a published checkpoint.
    struct StateDict: Decodable {
        let tensors: Int
        let sha256: String
    }

    /// Seed of the weights.
    let seed: UInt64
    let cameras: Int
    let height: Int
    let width: Int
    /// Lower bound, upper bound and interval, by axis.
    let grid: [String: [Double]]
    let stateDicts: [String: StateDict]
    let networks: [Network]

    static func read() throws -> SmallGoldens { try read("small-networks.json") }

    /// `Goldens/own-networks.json`: the same for this project's own networks, from its own PyTorch implementation.
    static func readOwn() throws -> SmallGoldens { try read("own-networks.json") }

    private static func read(_ name: String) throws -> SmallGoldens {
        let url = URL(fileURLWithPath: SharedGoldens.ownFolder + "/" + name)
        return try JSONDecoder().decode(SmallGoldens.self, from: Data(contentsOf: url))
    }

    /// A published configuration at the small size.
    func small(_ configuration: NetworkConfiguration) throws -> NetworkConfiguration {
        func axis(_ name: String) -> GridAxis {
            let values = grid[name] ?? []
            return GridAxis(values[0], values[1], values[2])
        }
        var small = configuration
        small.cameras = cameras
        small.inputHeight = height
        small.inputWidth = width
        small.gridX = axis("x")
        small.gridY = axis("y")
        small.gridDepth = axis("depth")
        return small
    }

    /// Pictures by formula; one camera looks ahead, one to the left, and each frame is 2 m before the last, turned a little.
    func input(seed: UInt64, frames: Int) -> KeyframeInput {
        let ahead: [Float] = [0, 0, 1, 1.5, -1, 0, 0, 0, 0, -1, 0, 1.5, 0, 0, 0, 1]
        let left: [Float] = [1, 0, 0, 1, 0, 0, 1, 0.5, 0, -1, 0, 1.5, 0, 0, 0, 1]
        let camera: [Float] = [1200, 0, 800, 0, 1200, 450, 0, 0, 1]
        func ego(_ frame: Int, camera: Int) -> [Float] {
            let (cosine, sine): (Float, Float) = frame == 0 ? (1, 0) : (0.9998, Float(0.02 * Double(frame)))
            let (x, y) = (Float(100 - 2 * frame) + 0.5 * Float(camera), 50 + 0.25 * Float(frame))
            return [cosine, -sine, 0, x, sine, cosine, 0, y, 0, 0, 1, 0, 0, 0, 0, 1]
        }
        return KeyframeInput(
            frames: (0..<frames).map { frame in
                let pixels = FormulaWeights(seed: seed).tensor(
                    frame == 0 ? "small/images" : "small/images/\(frame)",
                    shape: [cameras, height, width, 3],
                    amplitude: 128,
                    offset: 128
                )
                return FrameInput(
                    imagesRGB: pixels.map { UInt8($0) },
                    sensorToEgo: ahead + left,
                    egoToGlobal: ego(frame, camera: 0) + ego(frame, camera: 1),
                    intrinsics: camera + camera
                )
            },
            augmentation: ImageAugmentation(
                rotation: [0.04, 0, 0, 0, 0.04, 0, 0, 0, 1],
                translation: [-16, -4, 0]
            )
        )
    }
}
