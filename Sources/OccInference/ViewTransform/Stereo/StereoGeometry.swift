internal import BinaryKernels
internal import TensorRuntime

/// What a network that looks back derives from calibrations besides the grid.
struct StereoGeometry: Sendable {
    /// From every camera of the frame to its adjacent frame.
    static let views = InputSlot<UnsafePointer<occ_stereo_view>>("the views of the adjacent frame")
    /// What the depth network is told of every camera.
    static let cameras = InputSlot<UnsafePointer<Float>>("what is known of the cameras")

    /// From every camera of a frame to the same camera of its adjacent frame.
    ///
    /// Source: `prepare_inputs` in `detectors/bevdet4d.py` and `gen_grid` in `model_utils/depthnet.py`. Quirk kept: the frame's own
    /// camera matrices are taken for the adjacent frame's too.
    ///
    /// - Throws: `InferenceError` (`badInput`) where a matrix is singular.
    static func views(
        from frame: FrameInput,
        to adjacent: FrameInput,
        _ augmentations: [ImageAugmentation]
    ) throws -> [occ_stereo_view] {
        try (0..<(frame.sensorToEgo.count / 16)).map { camera in
            let augmentation = augmentations.of(camera: camera)
            guard let undoRotation = SquareMatrix(order: 3, augmentation.rotation).inverse else {
                throw ViewGeometry.singular("post_rot", camera)
            }
            func pose(_ values: [Float]) -> SquareMatrix<Double> {
                SquareMatrix(order: 4, values[(camera * 16)..<(camera * 16 + 16)].map { Double($0) })
            }
            let adjacentToGlobal = pose(adjacent.egoToGlobal) * pose(adjacent.sensorToEgo)
            guard let globalToAdjacent = adjacentToGlobal.inverse else {
                throw ViewGeometry.singular("ego2global", camera)
            }
            let toAdjacent = (globalToAdjacent * pose(frame.egoToGlobal) * pose(frame.sensorToEgo)).values
                .map { Float($0) }
            let intrinsics = Array(frame.intrinsics[(camera * 9)..<(camera * 9 + 9)])
            guard let inverse = SquareMatrix(order: 3, intrinsics).inverse else {
                throw ViewGeometry.singular("intrinsics", camera)
            }
            let turn = SquareMatrix(order: 3, [0, 1, 2, 4, 5, 6, 8, 9, 10].map { toAdjacent[$0] })
            return occ_stereo_view(
                undoRotation.values + augmentation.translation + (turn * inverse).values
                    + [toAdjacent[3], toAdjacent[7], toAdjacent[11]] + intrinsics
                    + [0, 1, 3, 4].map { augmentation.rotation[$0] }
            )
        }
    }

    /// What the depth network is told of every camera, `[cameras, 27]`.
    ///
    /// Source: `get_mlp_input` in `necks/view_transformer.py`. Quirk kept: poses are those of the keyframe's cameras, whichever
    /// frame it is about; of that frame are the camera matrices.
    ///
    /// - Throws: `InferenceError` (`badInput`) where the key pose is singular.
    static func cameraInputs(
        key: FrameCalibration,
        intrinsics: [Float],
        _ augmentations: [ImageAugmentation]
    ) throws -> [Float] {
        try ViewGeometry.sensorToKeyEgo(key).enumerated().flatMap { camera, pose in
            let augmentation = augmentations.of(camera: camera)
            let (turn, shift) = (augmentation.rotation, augmentation.translation)
            // The BEV augmentation's place is taken by the identity.
            let image = [turn[0], turn[1], shift[0], turn[3], turn[4], shift[1], 1, 0, 0, 1, 1]
            let matrix = intrinsics[(camera * 9)..<(camera * 9 + 9)].map { $0 }
            return [matrix[0], matrix[4], matrix[2], matrix[5]] + image + pose.prefix(12)
        }
    }
}

extension occ_stereo_view {
    /// A view from its numbers in the order of its fields.
    fileprivate init(_ values: [Float]) {
        self.init()
        // The structure holds numbers only; in Swift its arrays are tuples.
        withUnsafeMutableBytes(of: &self) { target in
            values.withUnsafeBytes {
                target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0.prefix(target.count)))
            }
        }
    }

    /// Its numbers in the order of its fields.
    var values: [Float] {
        withUnsafeBytes(of: self) { Array($0.bindMemory(to: Float.self)) }
    }
}
