internal import Scenes

/// One pass over a sample: how often each pair of labels occurs under each of the four states of the two masks.
struct LabelHistogram {
    /// Bit of the mask state that `mask_camera` sets.
    static let cameraBit = 1
    /// Bit of the mask state that `mask_lidar` sets.
    static let lidarBit = 2

    /// Labels have 32 columns here, so that an index is made of shifts.
    private static let stride = 32
    private static let tableSize = 4 * stride * stride
    private var counts: [UInt32]

    /// Checks the arrays and counts them.
    ///
    /// A missing mask sets no bit.
    init(
        prediction: [UInt8],
        semantics: [UInt8],
        maskLidar: [UInt8]?,
        maskCamera: [UInt8]?,
        sample: String
    ) throws {
        let voxels = semantics.count
        guard prediction.count == voxels else {
            throw EvaluationError(
                .invalidPrediction,
                source: sample,
                "the prediction has \(prediction.count) voxels, the ground truth \(voxels)"
            )
        }
        for (name, mask) in [("mask_lidar", maskLidar), ("mask_camera", maskCamera)] {
            guard let mask, mask.count != voxels else { continue }
            throw EvaluationError(
                .invalidGroundTruth,
                source: sample,
                "\(name) has \(mask.count) voxels, semantics has \(voxels)"
            )
        }
        try Self.check(prediction, .invalidPrediction, "the prediction", sample)
        try Self.check(semantics, .invalidGroundTruth, "the ground truth", sample)
        counts = [UInt32](repeating: 0, count: Self.tableSize)
        let zeros = maskLidar == nil || maskCamera == nil ? [UInt8](repeating: 0, count: voxels) : []
        let second = Self.count(prediction, semantics, maskLidar ?? zeros, maskCamera ?? zeros, into: &counts)
        for index in counts.indices { counts[index] += second[index] }
    }

    subscript(bits bits: Int, truth truth: Int, prediction prediction: Int) -> UInt32 {
        counts[(bits * Self.stride + truth) * Self.stride + prediction]
    }

    /// Counts even voxels in one table and odd ones in another, which it gives back.
    ///
    /// Neighbours are mostly of one kind: with one table each increment would wait for the one before to reach memory.
    private static func count(
        _ prediction: [UInt8],
        _ semantics: [UInt8],
        _ lidar: [UInt8],
        _ camera: [UInt8],
        into first: inout [UInt32]
    ) -> [UInt32] {
        var second = [UInt32](repeating: 0, count: tableSize)
        let voxels = semantics.count
        first.withUnsafeMutableBufferPointer { even in
            second.withUnsafeMutableBufferPointer { odd in
                prediction.withUnsafeBufferPointer { prediction in
                    semantics.withUnsafeBufferPointer { semantics in
                        lidar.withUnsafeBufferPointer { lidar in
                            camera.withUnsafeBufferPointer { camera in
                                func key(_ index: Int) -> Int {
                                    let bits = (camera[index] == 0 ? 0 : cameraBit) | (lidar[index] == 0 ? 0 : lidarBit)
                                    return (bits &* stride &+ Int(semantics[index])) &* stride &+ Int(prediction[index])
                                }
                                var index = 0
                                while index &+ 2 <= voxels {
                                    even[key(index)] &+= 1
                                    odd[key(index &+ 1)] &+= 1
                                    index &+= 2
                                }
                                if index < voxels { even[key(index)] &+= 1 }
                            }
                        }
                    }
                }
            }
        }
        return second
    }

    /// Finds labels beyond 17: the maximum in one vectorised pass, the place only where there is one.
    private static func check(_ labels: [UInt8], _ kind: EvaluationError.Kind, _ what: String, _ sample: String) throws
    {
        var largest: UInt8 = 0
        labels.withUnsafeBufferPointer { for label in $0 { largest = max(largest, label) } }
        guard largest >= UInt8(OccupancyClass.count) else { return }
        let wrong = labels.indices.filter { labels[$0] >= UInt8(OccupancyClass.count) }
        throw EvaluationError(
            kind,
            source: sample,
            "\(what) has labels beyond \(OccupancyClass.count - 1) in \(wrong.count) voxels, the first is \(labels[wrong[0]]) at "
                + "voxel \(wrong[0]); labels must be Occ3D-nuScenes' 0 to 17"
        )
    }
}
