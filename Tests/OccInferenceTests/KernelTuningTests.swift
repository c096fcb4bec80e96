import Foundation
import Scenes
import TensorRuntime
import TestSupport
import Testing

@testable import OccInference

@Suite("Kernels chosen by measurement")
struct KernelTuningTests {
    private func withFile<Result>(_ text: String, _ body: (String) throws -> Result) throws -> Result {
        let folder = try TemporaryFolder()
        return try withExtendedLifetime(folder) {
            try folder.write("tuning.json", Array(text.utf8))
            return try body(folder.file("tuning.json"))
        }
    }

    @Test("A choice is read as it was written, and where nothing is named rules choose")
    func file() throws {
        let shape = "8x8 32 to 32 stride 1 float32"
        let tuning = KernelTuning(processor: "p", units: [shape: try #require(KernelTuning.variants.last)])
        try withFile(try tuning.json()) { path in
            let read = try KernelTuning(path: path)
            #expect(read == tuning)
            let choice = try KernelTuning.fromEnvironment(["OCC_TUNING": path])
            #expect(choice.units == tuning.units)
            #expect(throws: InferenceError.self) {
                try KernelTuning.fromEnvironment(["OCC_TUNING": path, "OCC_KERNELS": "scalar"])
            }
        }
        #expect(try KernelTuning.fromEnvironment(["OCC_TUNING": ""]) == .byRules)
    }

    @Test(
        "A file that is none is refused by name, with what to do",
        arguments: [
            "", "[]", #"{"formatVersion": 1, "units": {}}"#, #"{"formatVersion": 2, "processor": "p", "units": {}}"#,
            #"{"formatVersion": 1, "processor": "p", "units": {"8x8": "avx1024"}}"#,
            #"{"formatVersion": 1, "processor": "p", "units": {"8x8": ""}}"#,
        ]
    )
    func refused(text: String) throws {
        try withFile(text) { path in
            let error = #expect(throws: InferenceError.self) { try KernelTuning(path: path) }
            #expect(error?.detail.contains(path) == true && error?.detail.contains("occ-worker tune") == true)
        }
        #expect(throws: InferenceError.self) { try KernelTuning(path: "/nowhere/tuning.json") }
        // So that a worker ends at its start, and fails no scene.
        #expect(throws: InferenceError.self) { try InferenceBackend.kernelName(["OCC_TUNING": "/nowhere/tuning.json"]) }
    }

    @Test("Whatever kernels compute units of a shape, a network gives the same bits")
    func sameBits() throws {
        let goldens = try SmallGoldens.read()
        let configuration = try goldens.small(ModelCatalogue.configuration(named: "occ-small_BDC-T"))
        let package = try ModelPackage(
            bytes: ModelImporter.pack(configuration, weights: FormulaWeightSource(seed: goldens.seed)),
            source: "small"
        )
        func run(_ choice: KernelChoice) throws -> (Prediction, Set<String>) {
            let model = try PreparedModel(package, .fp32, kernels: choice, observesRanges: false)
            let session = try model.makeSession()
            session.isProfiling = true
            let prediction = try session.predict(goldens.input(seed: 1, frames: configuration.frames))
            return (prediction, Set(session.lastLayers.compactMap(\.unit)))
        }
        let (usual, shapes) = try run(.byRules)
        #expect(shapes.count > 1)
        for variant in KernelTuning.variants + ["scalar"] {
            let units = Dictionary(uniqueKeysWithValues: shapes.map { ($0, variant) })
            #expect(try run(KernelChoice(units: units)).0 == usual, "\(variant)")
        }
        #expect(throws: InferenceError.self) { try run(KernelChoice(units: ["8x8": "avx1024"])) }
    }
}
