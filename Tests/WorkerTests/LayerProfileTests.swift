import CommandSupport
import Foundation
import OccInference
import Scenes
import TestSupport
import Testing

@testable import Worker

@Suite("Profiles of layers")
struct LayerProfileTests {
    private static let peaks = """
        {"machine": "a core", "gigaMACsPerSecond": {"float32": 100, "int8": 400, "binary": 1000, "binaryWeight": 200},
         "gigabytesPerSecond": {"read": 20, "copy": 10}}
        """

    private func read(_ text: String) throws -> MachinePeaks {
        let folder = try TemporaryFolder()
        return try withExtendedLifetime(folder) {
            try folder.write("peaks.json", Array(text.utf8))
            return try MachinePeaks(path: folder.file("peaks.json"))
        }
    }

    private func layer(_ name: String, seconds: Double, binaryMACs: Int = 0) throws -> LayerTiming {
        let text = """
            {"name": "\(name)", "stage": "neck", "element": "float32", "seconds": \(seconds), "fullPrecisionMACs": 0,
             "binaryMACs": \(binaryMACs), "binaryWeightMACs": 0, "tensorBytes": 4000000}
            """
        return try JSONDecoder().decode(LayerTiming.self, from: Data(text.utf8))
    }

    @Test("The least time of a layer is the sum of what its kinds of work take")
    func leastSeconds() throws {
        let peaks = try read(Self.peaks)
        func least(_ real: Int, _ element: String, _ binary: Int, _ weights: Int) -> Double? {
            peaks.leastSeconds(
                fullPrecisionMACs: real,
                element: element,
                binaryMACs: binary,
                binaryWeightMACs: weights
            )
        }
        #expect(least(0, "float32", 0, 0) == nil)
        #expect(least(100_000_000, "float32", 0, 0).map { abs($0 - 1e-3) < 1e-9 } == true)
        #expect(least(100_000_000, "uint8", 0, 0).map { abs($0 - 0.25e-3) < 1e-9 } == true)
        #expect(least(0, "float32", 500_000_000, 100_000_000).map { abs($0 - 1e-3) < 1e-9 } == true)
        // The machine has no instructions of that kind.
        #expect(least(1, "bfloat16", 0, 0) == nil)
    }

    @Test("Files that hold no peaks are refused with what to do")
    func refusals() throws {
        for text in ["", "{}", Self.peaks.replacingOccurrences(of: "100,", with: "0,")] {
            let error = #expect(throws: CommandFailure.self) { try read(text) }
            #expect(error?.status == .configuration && error?.description.contains("ops/bench/peaks") == true)
        }
        #expect(throws: CommandFailure.self) { try MachinePeaks(path: "/nowhere/peaks.json") }
    }

    @Test("Each layer has the median of its own seconds")
    func medians() throws {
        let runs = try [(0.3, 0.01), (0.1, 0.02), (0.2, 0.09)].map {
            [try layer("a", seconds: $0.0), try layer("b", seconds: $0.1)]
        }
        #expect(LayerProfile.medians(runs).map(\.seconds) == [0.2, 0.02])
        #expect(LayerProfile.medians([]).isEmpty)
    }

    @Test("The table has a row a layer, with rates and the share of the peak")
    func table() throws {
        let layers = [
            try layer("img_neck.a", seconds: 0.004, binaryMACs: 1_000_000_000),
            try layer("(Reorder)", seconds: 0.001),
        ]
        let profile = LayerProfile(
            model: "m",
            precision: .int8,
            kernels: "avx2",
            keyframes: 3,
            totalSeconds: 0.006,
            layers: layers,
            peaks: try read(Self.peaks)
        )
        let lines = profile.text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(lines[2] == ["img_neck.a", "neck", "4.00", "80.0", "1.000", "250.0", "25", "4.0", "1.0"])
        #expect(lines[3] == ["(Reorder)", "neck", "1.00", "20.0", "4.0", "4.0"])
        #expect(profile.text.contains("peaks of a core"))
        #expect(profile.text.contains("all layers 0.005 s, 1.0 GMAC, 0.01 GB"))
        #expect(try profile.json().contains("\"shareOfPeak\" : 0.25"))
    }

    @Test("A trial adds up what units of a shape take, and another variant is chosen where it saves more than noise")
    func trial() throws {
        func layers(_ large: Double, _ small: Double) throws -> [LayerTiming] {
            let names = [
                ("a", "8x8 32 to 32 stride 1 float32", large), ("b", nil, 1),
                ("c", "4x4 32 to 64 stride 2 float32", small),
            ]
            return try (names + [("d", names[0].1, large)]).map { name, unit, seconds in
                var row = try layer(name, seconds: seconds)
                row.unit = unit
                return row
            }
        }
        let trial = try KernelTrial(
            variants: ["avx2", "avx2-pairs"],
            layers: [layers(0.25, 0.5), layers(0.125, 0.495)]
        )
        let (large, small) = ("8x8 32 to 32 stride 1 float32", "4x4 32 to 64 stride 2 float32")
        #expect(trial.shapes == [large, small])
        #expect(trial.seconds[large] == ["avx2": 0.5, "avx2-pairs": 0.25])
        #expect(trial.choice == [large: "avx2-pairs", small: "avx2"])
        #expect(trial.text.contains("units take 1000.0 ms with the rules' choice, avx2, and 750.0 ms tuned"))
        let even = try KernelTrial(variants: ["avx2", "avx2-pairs"], layers: [layers(1, 1), layers(1, 1)])
        #expect(even.text.contains("there is nothing to tune"))
    }
}
