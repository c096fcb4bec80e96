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

    /// A checkpoint of a small layer, its names behind a prefix, its numbers in another type.
    private static func checkpoint(_ prefix: String, _ type: ArrayElementType, extra: String? = nil) throws
        -> SafetensorsWeights
    {
        var header: [String] = []
        var data: [UInt8] = []
        for (name, values) in [("a.weight", [1.5, -2, 0.25]), ("b.num_batches_tracked", [1])] as [(String, [Float])] {
            let start = data.count
            for value in values {
                switch type {
                case .float16: withUnsafeBytes(of: Float16(value).bitPattern.littleEndian) { data += Array($0) }
                case .bfloat16:
                    withUnsafeBytes(of: UInt16(value.bitPattern >> 16).littleEndian) { data += Array($0) }
                default: withUnsafeBytes(of: value.bitPattern.littleEndian) { data += Array($0) }
                }
            }
            header.append(
                #""\#(prefix)\#(name)":{"dtype":"\#(type.safetensorsName!)","shape":[\#(values.count)],"data_offsets":[\#(start),\#(data.count)]}"#
            )
        }
        if let extra {
            header.append(#""\#(extra)":{"dtype":"U8","shape":[1],"data_offsets":[\#(data.count),\#(data.count + 1)]}"#)
            data.append(0)
        }
        let json = Array("{\(header.joined(separator: ","))}".utf8)
        let length = withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) }
        return SafetensorsWeights(try SafetensorsFile(bytes: length + json + data, source: "w.safetensors"))
    }

    @Test(arguments: ["", "module.", "ema_", "state_dict.", "state_dict.module.", "module.ema_"])
    func wrappersAndHalfPrecisionChangeNothing(prefix: String) throws {
        let tensor = TensorSpec("a.weight", [3], .bias)
        for type in [ArrayElementType.float32, .float16, .bfloat16] {
            let weights = try Self.checkpoint(prefix, type)
            #expect(weights.inventory == ["a.weight": [3]])
            #expect(try weights.values(of: tensor) == [1.5, -2, 0.25])
            #expect(weights.remarks.count == (prefix.isEmpty ? 0 : 1) + (type == .float32 ? 0 : 1))
            #expect(prefix.isEmpty || weights.remarks[0].contains("'\(prefix)'"))
            #expect(throws: (any Error).self) { try weights.values(of: TensorSpec("a.weight", [4], .bias)) }
        }
        #expect(throws: (any Error).self) { try Self.checkpoint(prefix, .int32).values(of: tensor) }
    }

    @Test func halfPrecisionIsWidenedExactly() throws {
        var bits: [UInt16] = [0x0001, 0x03FF, 0x7BFF, 0x8000, 0x3555]
        let json = Array(#"{"a":{"dtype":"F16","shape":[5],"data_offsets":[0,10]}}"#.utf8)
        let length = withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) }
        let file = try SafetensorsFile(bytes: length + json + bits.withUnsafeMutableBytes { Array($0) }, source: "w")
        let values = try SafetensorsWeights(file).values(of: TensorSpec("a", [5], .bias))
        #expect(values[0] == 5.960464477539063e-8 && values[1] == 6.097555160522461e-5 && values[2] == 65504)
        #expect(values[3] == 0 && values[3].sign == .minus && values[4] == 0.333251953125)
    }

    @Test func aFileOfTwoSetsOfWeightsIsSaidToBeOne() throws {
        var weights = try ChangedWeights()
        for name in weights.inventory!.keys { weights.inventory?["ema_" + name] = [1] }
        let error = #expect(throws: ModelImportError.self) { try Self.pack(weights) }
        let text = try #require(error?.description)
        #expect(text.contains("begin with 'ema_'") && text.contains("second set of weights"), "\(text)")
        #expect(!text.contains("another configuration"))
        // A prefix that only some names have is not taken off.
        #expect(
            try Self.checkpoint("module.", .float32, extra: "meta").inventory?.keys.contains("module.a.weight") == true
        )
    }

    @Test func writesAPackageThatCanBeOpened() throws {
        let folder = try TestModels.temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/t.occmodel"
        let package = try ModelImporter.importModel(
            configName: "flashocc-r50_BDC-T",
            weights: WeightsInAFile(label: folder + "/state_dict.safetensors"),
            output: path
        )
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["t.occmodel"])
        #expect(
            package.weightsLabel == "state_dict.safetensors",
            "the folder stays out: packages do not tell where they were made"
        )
        let bytes = try TestModels.bytes("flashocc-r50_BDC-T")
        #expect(package.digest == (try ModelPackage(bytes: bytes, source: "again").digest))
    }
}

/// The test model's weights, said to come from a file.
private struct WeightsInAFile: WeightSource {
    let formula = FormulaWeightSource(seed: TestModels.seed)
    let label: String
    var inventory: [String: [Int]]? { formula.inventory }
    var remarks: [String] { formula.remarks }

    func values(of tensor: TensorSpec) throws -> [Float] { try formula.values(of: tensor) }
}
