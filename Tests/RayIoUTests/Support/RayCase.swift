import ArrayFiles
import Evaluation
import Scenes
import TestSupport
import Testing

/// Grids and origins of one sample.
struct RayCase {
    var prediction: [UInt8]
    var semantics: [UInt8]
    var places: [SIMD3<Double>]

    static let voxels = 640_000
    static let free = OccupancyClass.freeLabel
    static let lidar = SIMD3(0.94, 0, 1.84)
    static let empty = [UInt8](repeating: free, count: voxels)

    var origins: LidarOrigins { get throws { try LidarOrigins(candidates: places, sample: "s") } }

    func counts() throws -> RayCounts {
        var counts = RayCounts()
        try counts.accumulate(prediction: prediction, semantics: semantics, origins: origins, sample: "s")
        return counts
    }

    init(prediction: [UInt8], semantics: [UInt8], places: [SIMD3<Double>] = [lidar]) {
        self.prediction = prediction
        self.semantics = semantics
        self.places = places
    }

    init(contentsOf path: String) throws {
        let archive = try NPZArchive(contentsOf: path)
        prediction = try archive.elements(of: "pred", as: UInt8.self, shape: VoxelGrid.shape)
        semantics = try archive.elements(of: "semantics", as: UInt8.self, shape: VoxelGrid.shape)
        let numbers = try archive.array(named: "origins").elements(as: Double.self)
        places = stride(from: 0, to: numbers.count, by: 3).map { SIMD3(numbers[$0], numbers[$0 + 1], numbers[$0 + 2]) }
    }

    /// Scattered labels, another draw for truth and prediction where they differ, and places that may lie outside the grid.
    init(random: inout SeededGenerator, oneIn rate: UInt64, places count: Int) {
        semantics = Self.scattered(&random, oneIn: rate)
        let other = Self.scattered(&random, oneIn: rate)
        prediction = zip(semantics, other).enumerated().map { $0 & 1 == 0 ? $1.0 : $1.1 }
        places = (0..<count).map { _ in
            SIMD3(
                .random(in: -38.9...38.9, using: &random),
                .random(in: -38.9...38.9, using: &random),
                .random(in: -2...7, using: &random)
            )
        }
    }

    func write(to path: String) throws {
        var archive = NPZArchive()
        archive["pred"] = NPYArray(prediction, shape: VoxelGrid.shape)
        archive["semantics"] = NPYArray(semantics, shape: VoxelGrid.shape)
        archive["origins"] = NPYArray(places.flatMap { [$0.x, $0.y, $0.z] }, shape: [places.count, 3])
        try archive.write(to: path, .stored)
    }

    /// An empty grid with one label in a block of voxels.
    static func block(_ label: UInt8, x: Range<Int>, y: Range<Int>, z: Range<Int>) -> [UInt8] {
        var grid = empty
        for i in x { for j in y { for k in z { grid[(i * 200 + j) * 16 + k] = label } } }
        return grid
    }

    private static func scattered(_ random: inout SeededGenerator, oneIn rate: UInt64) -> [UInt8] {
        (0..<voxels).map { _ in
            let draw = random.next()
            return draw % rate == 0 ? UInt8((draw >> 32 & 0xFFFF) % 17) : free
        }
    }
}

/// What the oracle prints.
struct OracleScores: Decodable {
    let truth: [UInt64]
    let predicted: [UInt64]
    let hits: [[UInt64]]
    let iou: [[Double?]]
    let rayiou_at: [Double?]
    let rayiou: Double?

    func expectAgreement(with counts: RayCounts, _ what: String) {
        #expect(counts.truth == truth, "\(what)")
        #expect(counts.predicted == predicted, "\(what)")
        #expect(counts.hits == hits, "\(what)")
        func agree(_ ours: Double?, _ theirs: Double?) -> Bool {
            guard let ours, let theirs else { return ours == nil && theirs == nil }
            return abs(ours - theirs) < 1e-9
        }
        #expect(agree(counts.rayIoU, rayiou), "\(what)")
        for threshold in 0..<3 {
            #expect(agree(counts.rayIoU(threshold: threshold), rayiou_at[threshold]), "\(what)")
            for label in 0..<17 {
                let ours = counts.iou(of: label, threshold: threshold)
                #expect(agree(ours, iou[threshold][label]), "\(what), label \(label)")
            }
        }
    }
}
