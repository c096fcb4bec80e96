import ArrayFiles
import Evaluation
import Foundation
import Scenes
import SystemSupport
import TestSupport
import Testing

@Suite struct ExportTests {
    private func sample(truth hasTruth: Bool) -> ExportSample {
        var random = SeededGenerator(seed: 77)
        let prediction = Samples.labels(&random)
        return ExportSample(
            scene: "scene-0061",
            token: "ca9a282c9e77460f8360f564131a8af5",
            prediction: prediction,
            truth: hasTruth ? Samples.truth(&random) : nil,
            masks: VoxelMasks(camera: prediction.map { $0 & 1 }, lidar: prediction.map { $0 >> 1 & 1 })
        )
    }

    private static let paths: [ExportDialect: String] = [
        .evalAI: "ca9a282c9e77460f8360f564131a8af5.npz",
        .sparseOcc: "ca9a282c9e77460f8360f564131a8af5.npz",
        .flashOcc: "scene-0061/ca9a282c9e77460f8360f564131a8af5/pred.npz",
        .labels: "gts/scene-0061/ca9a282c9e77460f8360f564131a8af5/labels.npz",
    ]

    @Test(arguments: ExportDialect.allCases, [false, true])
    func filesHoldWhatTheirReadersExpect(dialect: ExportDialect, hasTruth: Bool) throws {
        let folder = try TemporaryFolder()
        let sample = sample(truth: hasTruth)
        let exporter = OccupancyExporter(folder: folder.path, dialect: dialect, level: 1)
        #expect(try exporter.write(sample) == .written)
        let path = "\(folder.path)/\(Self.paths[dialect]!)"
        let archive = try NPZArchive(contentsOf: path)
        let names: [ExportDialect: [String]] = [
            .evalAI: ["arr_0"], .sparseOcc: ["pred"],
            .flashOcc: hasTruth ? ["pred", "gt", "sample_token"] : ["pred", "sample_token"],
            .labels: ["semantics", "mask_lidar", "mask_camera"],
        ]
        #expect(archive.names == names[dialect])
        let first = try archive.elements(of: archive.names[0], as: UInt8.self, shape: [200, 200, 16])
        #expect(first == sample.prediction)
        switch dialect {
        case .flashOcc:
            #expect(try archive.array(named: "sample_token").texts() == [sample.token])
            #expect(try archive["gt"]?.elements(as: UInt8.self) == sample.truth?.semantics)
        case .labels:
            let masks = try ["mask_lidar", "mask_camera"].map {
                try archive.elements(of: $0, as: UInt8.self, shape: VoxelGrid.shape)
            }
            #expect(masks == [sample.masks?.lidar, sample.masks?.camera])
        case .evalAI, .sparseOcc: break
        }
    }

    @Test func runningAgainWritesOnlyWhatIsNotRight() throws {
        let folder = try TemporaryFolder()
        let sample = sample(truth: false)
        let exporter = OccupancyExporter(folder: folder.path, dialect: .sparseOcc, level: 1)
        let path = try exporter.path(scene: sample.scene, token: sample.token)
        #expect(try exporter.write(sample) == .written)
        let good = try SHA256.hex(ofFile: path)
        let inode = try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int
        #expect(try exporter.write(sample) == .unchanged)
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int == inode)
        for damage in [Data(), Data([1, 2, 3])] {
            try damage.write(to: URL(fileURLWithPath: path))
            #expect(try exporter.write(sample) == .written)
            #expect(try SHA256.hex(ofFile: path) == good)
        }
        #expect(try Folders.names(in: folder.path).count == 1)
    }

    @Test(arguments: [
        "", ".", "..", "../x", "a/b", "/a", ".hidden", "a\0b", "a\nb", String(repeating: "x", count: 201),
    ])
    func namesThatLeaveTheFolderAreRefused(name: String) throws {
        let folder = try TemporaryFolder()
        for dialect in ExportDialect.allCases {
            let exporter = OccupancyExporter(folder: folder.path, dialect: dialect)
            #expect(throws: EvaluationError.self) { try exporter.path(scene: "s", token: name) }
            if dialect == .flashOcc || dialect == .labels {
                #expect(throws: EvaluationError.self) { try exporter.path(scene: name, token: "t") }
            }
        }
    }

    @Test func wrongGridsAreRefused() throws {
        let folder = try TemporaryFolder()
        let exporter = OccupancyExporter(folder: folder.path, dialect: .labels)
        var labels = [UInt8](repeating: 17, count: Samples.voxels)
        let short = VoxelLabels(semantics: labels, maskLidar: [1], maskCamera: labels)
        let whole = VoxelMasks(camera: labels, lidar: labels)
        for (truth, masks) in [(short, whole), (nil, nil), (nil, VoxelMasks(camera: [1], lidar: labels))] {
            #expect(throws: EvaluationError.self) {
                try exporter.write(
                    ExportSample(scene: "s", token: "t", prediction: labels, truth: truth, masks: masks)
                )
            }
        }
        labels[9] = 18
        let error = #expect(throws: EvaluationError.self) {
            try exporter.write(ExportSample(scene: "s", token: "t", prediction: labels, masks: whole))
        }
        #expect(error?.source == "t")
        #expect(throws: EvaluationError.self) {
            try exporter.write(ExportSample(scene: "s", token: "t", prediction: []))
        }
        #expect(try Folders.names(in: folder.path) == [])
    }

    @Test func refusalsOfTheSystemAreTyped() throws {
        let folder = try TemporaryFolder()
        try AtomicFile.write("a file", to: "\(folder.path)/blocker")
        let exporter = OccupancyExporter(folder: "\(folder.path)/blocker", dialect: .sparseOcc, level: 1)
        let error = #expect(throws: FileError.self) { try exporter.write(sample(truth: false)) }
        #expect(error?.path.contains("blocker") == true)
    }

    // Skipped, with the reason printed, where no Python with numpy is at hand.
    @Test(.enabled(if: Python.withNumPy != nil, "no Python with numpy"))
    func numpyLoadsEveryDialect() throws {
        let folder = try TemporaryFolder()
        let sample = sample(truth: true)
        for dialect in ExportDialect.allCases {
            let target = "\(folder.path)/\(dialect.rawValue)"
            try OccupancyExporter(folder: target, dialect: dialect, level: 1).write(sample)
            let program = """
                import sys, numpy as np
                z = np.load(sys.argv[1])
                for key in z.files: print(key, z[key].dtype, z[key].shape, int(z[key].sum()) if z[key].shape else z[key])
                """
            let path = "\(target)/\(Self.paths[dialect]!)"
            let result = try Command.run(try #require(Python.withNumPy), ["-c", program, path])
            #expect(result.status == 0)
            func line(_ key: String, _ array: [UInt8]?) -> String {
                "\(key) uint8 (200, 200, 16) \(array!.reduce(0) { $0 + Int($1) })\n"
            }
            let expected: String
            switch dialect {
            case .evalAI: expected = line("arr_0", sample.prediction)
            case .sparseOcc: expected = line("pred", sample.prediction)
            case .flashOcc:
                expected =
                    line("pred", sample.prediction) + line("gt", sample.truth?.semantics)
                    + "sample_token <U32 () \(sample.token)\n"
            case .labels:
                expected =
                    line("semantics", sample.prediction) + line("mask_lidar", sample.masks?.lidar)
                    + line("mask_camera", sample.masks?.camera)
            }
            #expect(String(decoding: result.bytes, as: UTF8.self) == expected, "\(dialect)")
        }
    }
}
