internal import BinaryKernels
internal import Glibc

/// Where every point of the cameras' frustums lies on the grid, as the published code computes it in float32.
///
/// Source: `prepare_inputs` in `detectors/bevdet.py`; `create_frustum`, `get_ego_coor` and `voxel_pooling_prepare_v2` in
/// `necks/view_transformer.py`. Quirks kept: the key ego frame is that of the first camera's pose; indices are truncated toward
/// zero, so that points up to one cell outside the lower bounds fall into the first cells.
struct ViewGeometry: Equatable, Sendable {
    /// Size of the image features.
    let featureHeight: Int
    let featureWidth: Int
    /// Depth of every bin, metres.
    let depths: [Float]
    /// Pixel columns and rows of the features within the input image.
    let columns: [Float]
    let rows: [Float]
    let grid: [GridAxis]

    init(_ configuration: NetworkConfiguration) {
        featureHeight = configuration.inputHeight / configuration.downsample
        featureWidth = configuration.inputWidth / configuration.downsample
        depths = Self.depths(configuration)
        columns = Self.linspace(to: Float(configuration.inputWidth - 1), count: featureWidth)
        rows = Self.linspace(to: Float(configuration.inputHeight - 1), count: featureHeight)
        grid = [configuration.gridX, configuration.gridY, configuration.gridZ]
    }

    /// Evenly spaced values from 0, rounded as `torch.linspace` does: the second half counts back from the end.
    static func linspace(to end: Float, count: Int) -> [Float] {
        guard count > 1 else { return [0] }
        let step = end / Float(count - 1)
        return (0..<count).map { $0 < count / 2 ? step * Float($0) : end - step * Float(count - $0 - 1) }
    }

    /// Depth of every bin, metres; growing ones are computed in single precision as `create_frustum` does with `sid`.
    static func depths(_ configuration: NetworkConfiguration) -> [Float] {
        let axis = configuration.gridDepth
        guard configuration.stereo?.hasGrowingDepthBins == true else {
            return (0..<axis.cells).map { Float(axis.lower + Double($0) * axis.interval) }
        }
        let (lower, upper) = (Float(axis.lower), Float(axis.upper))
        let growth = logf((upper - 1) / lower)
        return (0..<axis.cells).map {
            TorchExponential.exp(logf(lower) + Float($0) / Float(axis.cells - 1) * growth)
        }
    }

    /// From every camera to the key ego frame, `[4, 4]` each, computed in float64 and rounded once.
    ///
    /// - Throws: `InferenceError` (`badInput`) where the key pose is singular.
    static func sensorToKeyEgo(_ calibration: FrameCalibration) throws -> [[Float]] {
        let keyValues = calibration.keyEgoToGlobal ?? Array(calibration.egoToGlobal.prefix(16))
        let keyPose = SquareMatrix(order: 4, keyValues.map { Double($0) })
        guard let globalToKeyEgo = keyPose.inverse else { throw singular("ego2global", 0) }
        return (0..<(calibration.sensorToEgo.count / 16)).map { camera in
            let values = (camera * 16)..<(camera * 16 + 16)
            let pose = SquareMatrix(order: 4, calibration.egoToGlobal[values].map { Double($0) })
            let sensor = SquareMatrix(order: 4, calibration.sensorToEgo[values].map { Double($0) })
            return (globalToKeyEgo * pose * sensor).values.map { Float($0) }
        }
    }

    /// Cells of the grid.
    var cellCount: Int { grid[0].cells * grid[1].cells * grid[2].cells }

    /// The points of all cameras, sorted into cells.
    ///
    /// - Throws: `InferenceError` (`badInput`) where a matrix of the calibration is singular.
    func pooling(_ calibration: FrameCalibration) throws -> VoxelPooling {
        let cameras = calibration.sensorToEgo.count / 16
        let poses = try Self.sensorToKeyEgo(calibration)

        let pixels = featureHeight * featureWidth
        var cells = [Int32](repeating: -1, count: cameras * depths.count * pixels)
        for camera in 0..<cameras {
            let toKeyEgo = poses[camera]
            let augmentation = calibration.augmentations.of(camera: camera)
            guard let undoRotation = SquareMatrix(order: 3, augmentation.rotation).inverse else {
                throw Self.singular("post_rot", camera)
            }
            let intrinsics = SquareMatrix(
                order: 3,
                Array(calibration.intrinsics[(camera * 9)..<(camera * 9 + 9)])
            )
            guard let inverse = intrinsics.inverse else { throw Self.singular("intrinsics", camera) }
            let turn = SquareMatrix(order: 3, [0, 1, 2, 4, 5, 6, 8, 9, 10].map { toKeyEgo[$0] })
            var view = occ_grid_view()
            copy(undoRotation.values, to: &view.undo_rotation)
            copy(augmentation.translation, to: &view.translation)
            copy((turn * inverse).values, to: &view.combined)
            copy([toKeyEgo[3], toKeyEgo[7], toKeyEgo[11]], to: &view.origin)
            copy(grid.map { Float($0.lower) }, to: &view.lower)
            copy(grid.map { Float($0.interval) }, to: &view.interval)
            copy(grid.map { Int32($0.cells) }, to: &view.cells)
            cells.withUnsafeMutableBufferPointer { cells in
                let target = cells.baseAddress! + camera * depths.count * pixels
                occ_locate_points(&view, columns, columns.count, rows, rows.count, depths, depths.count, target)
            }
        }
        for (feature, ignored) in calibration.ignoredFeatures.enumerated() where ignored != 0 {
            let (camera, pixel) = feature.quotientAndRemainder(dividingBy: pixels)
            for bin in depths.indices { cells[(camera * depths.count + bin) * pixels + pixel] = -1 }
        }
        return VoxelPooling(cells: cells, bins: depths.count, pixels: pixels, cellCount: cellCount)
    }

    /// Fills an array of C.
    private func copy<Element, Values>(_ values: [Element], to target: inout Values) {
        withUnsafeMutableBytes(of: &target) { bytes in
            values.withUnsafeBytes {
                precondition($0.count == bytes.count)
                bytes.copyMemory(from: $0)
            }
        }
    }

    static func singular(_ name: String, _ camera: Int) -> InferenceError {
        InferenceError(
            .badInput,
            "the calibration's \(name) of camera \(camera) has no inverse; check the dataset's calibration"
        )
    }
}
