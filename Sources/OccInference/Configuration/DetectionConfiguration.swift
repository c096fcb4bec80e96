/// How a detection head's maps become boxes: arguments of the published box coder and of its `test_cfg`.
public struct DetectionConfiguration: Codable, Equatable, Sendable {
    /// The classes in the order of labels (BEVDet's, which is neither nuScenes' nor that of newer mmdetection3d).
    public var classNames: [String]
    /// Lower bounds of the grid in x and y (`pc_range`), metres.
    public var origin: [Double]
    /// Size of a voxel in x and y (`voxel_size`), metres.
    public var voxelSize: [Double]
    /// Voxels for one cell of the head's maps (`out_size_factor`).
    public var outSizeFactor: Int
    /// Bounds of centres, x, y and z of the lower then of the upper ones (`post_center_range`), metres.
    public var centreRange: [Double]
    /// Cells taken for boxes (`max_num`).
    public var mostCandidates: Int
    /// Boxes must have more (`score_threshold`).
    public var scoreThreshold: Double
    /// Overlap at which the box of lower score goes (`nms_thr`).
    public var overlapThreshold: Double
    /// Factors of sizes during suppression, by label (`nms_rescale_factor`).
    public var rescaleFactors: [Double]
    /// Boxes that enter suppression (`pre_max_size`).
    public var mostBeforeSuppression: Int
    /// Boxes that leave it (`post_max_size`).
    public var mostAfterSuppression: Int

    /// What all published BEVDet configurations for nuScenes have in common.
    public static let nuScenes = DetectionConfiguration(
        classNames: [
            "car", "truck", "construction_vehicle", "bus", "trailer", "barrier", "motorcycle", "bicycle", "pedestrian",
            "traffic_cone",
        ],
        origin: [-51.2, -51.2],
        voxelSize: [0.1, 0.1],
        outSizeFactor: 8,
        centreRange: [-61.2, -61.2, -10, 61.2, 61.2, 10],
        mostCandidates: 500,
        scoreThreshold: 0.1,
        overlapThreshold: 0.2,
        rescaleFactors: [1.0, 0.7, 0.7, 0.4, 0.55, 1.1, 1.0, 1.0, 1.5, 3.5],
        mostBeforeSuppression: 1000,
        mostAfterSuppression: 500
    )

    /// Throws where a number is outside what any network of this project could mean.
    func checkBounds(_ network: String) throws {
        let numbers = origin + voxelSize + centreRange + rescaleFactors + [scoreThreshold, overlapThreshold]
        guard (1...256).contains(classNames.count), rescaleFactors.count == classNames.count, origin.count == 2,
            voxelSize.count == 2, centreRange.count == 6, numbers.allSatisfy(\.isFinite),
            (1...1024).contains(outSizeFactor), rescaleFactors.allSatisfy({ $0 > 0 }),
            [mostCandidates, mostBeforeSuppression, mostAfterSuppression].allSatisfy({ (1...4096).contains($0) })
        else {
            throw InferenceError(
                .badConfiguration,
                "configuration '\(network)' has an impossible decoding of detections; import the model again"
            )
        }
    }
}
