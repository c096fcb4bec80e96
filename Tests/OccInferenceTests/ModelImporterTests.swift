import ArrayFiles
import Foundation
import Testing

@testable import OccInference

@Suite struct ModelImporterTests {
    /// Tensors of a source that is changed from what a configuration needs.
    private struct ChangedWeights: WeightSource {
        var label: String { "changed" }
        var inventory: [String: [Int]]?
        var poisoned = ""

        init() throws {
            let network = try Network(try ModelCatalogue.configuration(named: "flashocc-r50_BDC-T"))
            inventory = Dictionary(uniqueKeysWithValues: network.tensors.map { ($0.name, $0.shape) })
        }

        func values(of tensor: TensorSpec) throws -> [Float] {
            var values = [Float](repeating: 1, count: tensor.count)
            if tensor.name == poisoned { values[3] = .nan }
            return values
        }
    }

    private static func pack(_ weights: any WeightSource) throws -> [UInt8] {
        try ModelImporter.pack(try ModelCatalogue.configuration(named: "flashocc-r50_BDC-T"), weights: weights)
    }

    @Test func namesEveryTensorThatDoesNotFit() throws {
        var weights = try ChangedWeights()
        weights.inventory?["img_backbone.conv1.weight"] = [64, 3, 3, 3]
        weights.inventory?["occ_head.predicter.0.bias"] = nil
        weights.inventory?["pts_bbox_head.extra"] = [1]
        let error = #expect(throws: ModelImportError.self) { try Self.pack(weights) }
        #expect(
            error
                == .tensors(
                    configuration: "flashocc-r50_BDC-T",
                    source: "changed",
                    missing: ["occ_head.predicter.0.bias"],
                    superfluous: ["pts_bbox_head.extra"],
                    misshapen: [
                        .init(name: "img_backbone.conv1.weight", found: [64, 3, 3, 3], expected: [64, 3, 7, 7])
                    ]
                )
        )
        #expect(error?.description.contains("img_backbone.conv1.weight [64, 3, 3, 3]") == true)
    }

    @Test func refusesNumbersThatAreNotFinite() throws {
        var weights = try ChangedWeights()
        weights.poisoned = "img_neck.fpn_convs.0.binary_conv_relu.3.weight"
        let error = #expect(throws: ModelImportError.self) { try Self.pack(weights) }
        #expect(error == .notFinite(tensor: weights.poisoned, source: "changed", index: 3))
    }

    @Test func unknownConfigurationsAreNamedWithTheKnownOnes() throws {
        let error = #expect(throws: ModelImportError.self) {
            try ModelImporter.importModel(
                configName: "flashocc-r50_BDC-X",
                weights: FormulaWeightSource(seed: 1),
                output: "/nonexistent/m"
            )
        }
        #expect(error?.description.contains("flashocc-r50_BDC-T") == true)
    }

    @Test(arguments: ["flashocc-r50_ReActNet-T", "bevdet-r50-cbgs_ReActNet-T", "bevdet-r50-4d-stereo-cbgs_ReActNet-T"])
    func saysWhyAPublishedConfigurationCannotRun(_ name: String) throws {
        let error = #expect(throws: ModelImportError.self) {
            try ModelImporter.importModel(
                configName: name,
                weights: FormulaWeightSource(seed: 1),
                output: "/nonexistent/m"
            )
        }
        guard case .unrunnableConfiguration(name, let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.contains("published code"))
        #expect(error?.description.contains(reason) == true)
    }

    /// A checkpoint file gives the same package as the formula that made it, but for its label.
    @Test func checkpointsAndFormulaGiveTheSameWeights() throws {
        let layer = BinaryBlock(
            name: "block",
            inChannels: 32,
            outChannels: 64,
            isDownsample: true,
            hasBatchNorm: true,
            hasDownsampleLayer: true,
            family: BDCFamily()
        )
        let formula = FormulaWeightSource(seed: 3)
        var writer = SafetensorsWriter()
        for tensor in layer.tensors { try writer.add(tensor.name, formula.values(of: tensor), shape: tensor.shape) }
        try writer.add("block.conv1.bn.num_batches_tracked", [Int64(5)], shape: [])
        let folder = try TestModels.temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try writer.write(to: folder + "/weights.safetensors")

        let shape = [1, 32, 4, 4]
        let file = try SafetensorsWeights(path: folder + "/weights.safetensors")
        #expect(file.label == folder + "/weights.safetensors")
        let input = FormulaWeights(seed: 3).tensor("x", shape: shape, amplitude: 1, offset: 0)
        let expected = try LayerHarness(layer, weights: formula, shape: shape).run(input)
        #expect(try LayerHarness(layer, weights: file, shape: shape).run(input).values == expected.values)
    }

    @Test func writesAPackageThatCanBeOpened() throws {
        let folder = try TestModels.temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/t.occmodel"
        let package = try ModelImporter.importModel(
            configName: "flashocc-r50_BDC-T",
            weights: FormulaWeightSource(seed: TestModels.seed),
            output: path
        )
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["t.occmodel"])
        #expect(package.weightsLabel == "formula weights, seed \(TestModels.seed)")
        let bytes = try TestModels.bytes("flashocc-r50_BDC-T")
        #expect(package.digest == (try ModelPackage(bytes: bytes, source: "again").digest))
    }
}
