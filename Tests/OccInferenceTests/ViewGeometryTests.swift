import FormulaInputs
import Testing

@testable import OccInference

@Suite struct ViewGeometryTests {
    @Test func inversesMultiplyToOne() {
        for seed in UInt64(1)...50 {
            let values = FormulaWeights(seed: seed).uniform("matrix", count: 16).map { $0 * 2 - 1 }
            let matrix = SquareMatrix(order: 4, values)
            guard let inverse = matrix.inverse else { continue }
            let product = matrix * inverse
            for row in 0..<4 {
                for column in 0..<4 {
                    #expect(abs(product[row, column] - (row == column ? 1 : 0)) < 1e-9, "seed \(seed)")
                }
            }
        }
        #expect(SquareMatrix(order: 2, [1.0, 2, 2, 4]).inverse == nil)
        #expect(SquareMatrix(order: 3, [Float](repeating: 0, count: 9)).inverse == nil)
        // A zero on the diagonal needs a pivot.
        #expect(SquareMatrix(order: 2, [0.0, 1, 2, 0]).inverse == SquareMatrix(order: 2, [0, 0.5, 1, 0]))
    }

    @Test func linspaceEndsExactly() {
        let values = ViewGeometry.linspace(to: 703, count: 44)
        #expect(values.first == 0 && values.last == 703)
        #expect(zip(values, values.dropFirst()).allSatisfy { $0 < $1 })
        #expect(ViewGeometry.linspace(to: 5, count: 1) == [0])
    }

    /// Depths that PyTorch computes, bit for bit; the C library's `expf` differs in some of them.
    @Test func growingDepthsAreThoseOfPyTorch() throws {
        let depths = ViewGeometry.depths(try ModelCatalogue.configuration(named: "flashocc-r50-4d-stereo_BDC-T"))
        #expect(depths.count == 88 && depths[0] == 1)
        #expect(zip(depths, depths.dropFirst()).allSatisfy { $0 < $1 })
        let bits = depths.reduce(UInt64(14_695_981_039_346_656_037)) {
            ($0 ^ UInt64($1.bitPattern)) &* 1_099_511_628_211
        }
        #expect(bits == 8751672554355318872)
    }

    /// Points are sorted by cell and, within a cell, by camera, bin and pixel.
    @Test func pointsStandInThePublishedOrder() {
        let cells: [Int32] = [2, -1, 0, 2, 0, 2, -1, 0, 2, 1, 2, 0]  // 2 cameras, 3 bins, 2 pixels
        let pooling = VoxelPooling(cells: cells, bins: 3, pixels: 2, cellCount: 4)
        #expect(pooling.cells == [0, 1, 2])
        #expect(pooling.starts == [0, 4, 5, 10])
        let points = [2, 4, 7, 11, 9, 0, 3, 5, 8, 10]
        #expect(pooling.features == points.map { Int32($0 / 6 * 2 + $0 % 6 % 2) })
        #expect(pooling.depths == points.map { Int32(($0 / 6 * 2 + $0 % 6 % 2) * 3 + $0 % 6 / 2) })
    }

    /// A camera that looks along +x from the origin: its optical axis runs through the cells in front of it.
    @Test func opticalAxisRunsForward() throws {
        let configuration = try ModelCatalogue.configuration(named: "flashocc-r50_BDC-T")
        let inputs = InferenceInputs.synthetic(frameCount: 1)
        let frame = inputs.frames[0]
        let calibration = FrameCalibration(
            sensorToEgo: Array(frame.sensor2ego[16..<32]),
            egoToGlobal: Array(frame.ego2global[16..<32]),
            intrinsics: Array(frame.intrinsics[9..<18]),
            augmentations: [ImageAugmentation(rotation: inputs.postRotation, translation: inputs.postTranslation)]
        )
        let geometry = ViewGeometry(configuration)
        let pooling = try geometry.pooling(calibration)
        // Everything that CAM_FRONT sees lies ahead of it; nothing behind.
        #expect(pooling.cells.allSatisfy { $0 % 200 >= 104 })
        #expect(pooling.cells.contains { $0 / 200 == 100 })
        #expect(pooling.starts.last.map(Int.init) == pooling.features.count)
        #expect(pooling.features.count <= 88 * 16 * 44)
        #expect(geometry.cellCount == 40_000)
    }

    @Test func calibrationsWithoutInverseAreErrors() throws {
        let geometry = ViewGeometry(try ModelCatalogue.configuration(named: "flashocc-r50_BDC-T"))
        let inputs = InferenceInputs.synthetic(frameCount: 1)
        let calibration = FrameCalibration(
            sensorToEgo: inputs.frames[0].sensor2ego,
            egoToGlobal: inputs.frames[0].ego2global,
            intrinsics: inputs.frames[0].intrinsics,
            augmentations: [ImageAugmentation(rotation: [Float](repeating: 1, count: 9), translation: [0, 0, 0])]
        )
        #expect(throws: InferenceError.self) { try geometry.pooling(calibration) }
    }
}
