import ArrayFiles
import Foundation
import TestSupport
import Testing

@testable import OccInference

@Suite("parity of outputs")
struct ParityTests {
    private func file(_ fill: (inout SafetensorsWriter) throws -> Void) throws -> SafetensorsFile {
        var writer = SafetensorsWriter()
        try fill(&writer)
        return try SafetensorsFile(bytes: writer.encoded(), source: "file")
    }

    private let whole: [Float] = (0..<1000).map { Float($0) }

    private func sampled(_ step: Int, plus: Float = 0) throws -> SafetensorsFile {
        try file { writer in
            let indices = stride(from: 0, to: 1000, by: step).map { Int32($0) }
            try writer.add("tap:neck:index", indices, shape: [indices.count])
            try writer.add("tap:neck:value", indices.map { whole[Int($0)] + plus }, shape: [indices.count])
        }
    }

    private func wholeFile(changing changes: [Int: Float] = [:]) throws -> SafetensorsFile {
        var values = whole
        for (index, value) in changes { values[index] = value }
        return try file { try $0.add("tap:neck", values, shape: [1, 10, 10, 10]) }
    }

    @Test("whole against whole: largest and 99th percentile over the deviation")
    func wholeAgainstWhole() throws {
        // Twenty of a thousand differ by 1 to 20: nearest rank 990 is the eleventh largest.
        var changes: [Int: Float] = [:]
        for step in 0..<20 { changes[step * 31] = Float(step * 31 + step + 1) }
        let report = try OutputComparison.compare(reference: wholeFile(), candidate: wholeFile(changing: changes))
        let tap = try #require(report.tensors.first)
        #expect(tap.name == "neck" && tap.elementCount == 1000)
        #expect(tap.largest == 20 && tap.percentile99 == 10)
        let deviation = (Double(1000 * 1000 - 1) / 12).squareRoot()
        #expect(abs(tap.referenceDeviation - deviation) < 1e-6)
        #expect(abs(tap.largestRelative - 20 / deviation) < 1e-9)
        #expect(!report.isExact)
        let given = try OutputComparison.compare(
            reference: wholeFile(),
            candidate: wholeFile(changing: changes),
            deviations: ["neck": 40]
        )
        #expect(given.tensors[0].largestRelative == 0.5)
    }

    @Test("sampled and whole files meet in any combination")
    func sampledForms() throws {
        for (reference, candidate, count) in [
            (try sampled(10), try wholeFile(), 100), (try wholeFile(), try sampled(10), 100),
            (try sampled(10), try sampled(10), 100), (try sampled(10), try sampled(15), 34),
        ] {
            let report = try OutputComparison.compare(reference: reference, candidate: candidate)
            #expect(report.isExact)
            #expect(report.tensors.map(\.name) == ["neck"])
            #expect(report.tensors[0].elementCount == count)
        }
        let shifted = try OutputComparison.compare(reference: sampled(10), candidate: sampled(10, plus: 0.5))
        #expect(shifted.tensors[0].largest == 0.5 && shifted.tensors[0].percentile99 == 0.5)
    }

    @Test("sizes, indices and samples that do not fit are errors")
    func misfits() throws {
        let short = try file { try $0.add("tap:neck", [Float](repeating: 0, count: 900), shape: [900]) }
        #expect(throws: ArrayFileError.self) {
            try OutputComparison.compare(reference: wholeFile(), candidate: short)
        }
        #expect(throws: ArrayFileError.self) {
            try OutputComparison.compare(reference: sampled(10), candidate: short)
        }
        let apart = try file { writer in
            try writer.add("tap:neck:index", [Int32(1)], shape: [1])
            try writer.add("tap:neck:value", [Float(1)], shape: [1])
        }
        #expect(throws: ArrayFileError.self) {
            try OutputComparison.compare(reference: sampled(10), candidate: apart)
        }
        let lopsided = try file { writer in
            try writer.add("tap:neck:index", [Int32(0)], shape: [1])
            try writer.add("tap:neck:value", [Float(1), 2], shape: [2])
        }
        #expect(throws: ArrayFileError.self) {
            try OutputComparison.compare(reference: lopsided, candidate: wholeFile())
        }
    }

    @Test("NaN and infinity count as differences unless both have them")
    func nonFinite() throws {
        let report = try OutputComparison.compare(
            reference: wholeFile(changing: [0: .nan, 1: .infinity, 2: 2]),
            candidate: wholeFile(changing: [0: .nan, 1: .infinity, 2: .nan])
        )
        #expect(report.tensors[0].nonFiniteCount == 1 && report.tensors[0].largest == .infinity)
        #expect(report.json().contains("\"inf\""))
        #expect(report.table().contains("1 not finite"))
    }

    @Test("labels: agreement, what differs, and the margins there")
    func occupancy() throws {
        let labels = [UInt8](repeating: 17, count: 400)
        var judged = labels
        judged[3] = 4
        judged[5] = 4
        judged[9] = 11
        let reference = try file { writer in
            try writer.add("occ", labels, shape: [20, 20])
            try writer.add("occ_margin:index", [Int32](arrayLiteral: 3, 4, 9), shape: [3])
            try writer.add("occ_margin:value", [Float](arrayLiteral: 0.5, 2, 0.25), shape: [3])
        }
        let candidate = try file { try $0.add("occ", judged, shape: [20, 20]) }
        let report = try OutputComparison.compare(reference: reference, candidate: candidate)
        let occupancy = try #require(report.occupancy)
        #expect(occupancy.differingCount == 3 && occupancy.agreement == 1 - 3.0 / 400)
        #expect(occupancy.differences == ["17 -> 4": 2, "17 -> 11": 1])
        #expect(occupancy.marginsAtDifferences == [0.25, 0.5] && occupancy.medianMargin == 0.5)
        #expect(report.table().contains("labels agree at 99.2500 % of 400 voxels, 3 differ"))
        #expect(report.onlyInReference.isEmpty)
        #expect(try OutputComparison.compare(reference: reference, candidate: reference).isExact)
    }

    @Test("boxes match one to one, nearest first, whatever their order")
    func detections() throws {
        func boxes(_ rows: [[Float]], _ scores: [Float], _ labels: [Float]) throws -> SafetensorsFile {
            try file { writer in
                try writer.add("det_boxes", rows.flatMap { $0 }, shape: [rows.count, 9])
                try writer.add("det_scores", scores, shape: [rows.count])
                try writer.add("det_labels", labels, shape: [rows.count])
            }
        }
        func box(_ x: Float, _ yaw: Float = 0) -> [Float] { [x, 0, 0, 1, 2, 3, yaw, 0, 0] }
        let reference = try boxes([box(0), box(0.25), box(9, 3.125)], [0.9, 0.8, 0.7], [0, 0, 1])
        let candidate = try boxes(
            [box(9, -3.125), box(0.25), box(0.125), box(30)],
            [0.5, 0.8, 0.9, 0.1],
            [2, 0, 0, 5]
        )
        let report = try OutputComparison.compare(reference: reference, candidate: candidate)
        let found = try #require(report.detections)
        #expect(found.referenceCount == 3 && found.candidateCount == 4 && found.matchedCount == 3)
        #expect(found.sameLabelCount == 2 && !found.isComplete)
        #expect(found.largestCentreDistance == 0.125 && found.largestByColumn[0] == 0.125)
        // 3.125 and -3.125 are 0.033 apart on the circle.
        #expect(abs(found.largestByColumn[6] - (2 * .pi - 6.25)) < 1e-6)
        #expect(abs(found.largestScoreDifference - 0.2) < 1e-6)
        #expect(try OutputComparison.compare(reference: reference, candidate: reference).isExact)
        #expect(report.table().contains("boxes: 3 of 3 and 4 match, 2 with the same label"))
    }

    @Test("names that only one file holds are told")
    func leftovers() throws {
        let both = try file { writer in
            try writer.add("tap:neck", whole, shape: [1000])
            try writer.add("tap:more:index", [Int32(0)], shape: [1])
            try writer.add("tap:more:value", [Float(0)], shape: [1])
        }
        let report = try OutputComparison.compare(reference: both, candidate: wholeFile())
        #expect(report.onlyInReference == ["tap:more"] && report.onlyInCandidate.isEmpty && !report.isExact)
        #expect(report.table().contains("only in the reference: tap:more"))
        let decoded = try JSONDecoder().decode(ParityReport.self, from: Data(report.json().utf8))
        #expect(decoded == report)
    }

    @Test("every element type is read as a number")
    func types() throws {
        let file = try file { writer in
            try writer.add("u8", [UInt8(200)], shape: [1])
            try writer.add("i8", [Int8(-5)], shape: [1])
            try writer.add("u16", [UInt16(60_000)], shape: [1])
            try writer.add("i16", [Int16(-3000)], shape: [1])
            try writer.add("u32", [UInt32(70_000)], shape: [1])
            try writer.add("i32", [Int32(-70_000)], shape: [1])
            try writer.add("u64", [UInt64(7)], shape: [1])
            try writer.add("i64", [Int64(-7)], shape: [1])
            try writer.add("f64", [0.5], shape: [1])
            try writer.add("bf16", elementType: .bfloat16, shape: [2], bytes: [0x80, 0x3F, 0x00, 0xC0])
            try writer.add(
                "f16",
                elementType: .float16,
                shape: [6],
                bytes: [0x00, 0x3C, 0x00, 0xC0, 0x01, 0x00, 0x00, 0x7C, 0xFF, 0x7B, 0x00, 0x80]
            )
        }
        #expect(
            try ["u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64", "f64"].map { try file.values(of: $0)[0] }
                == [200, -5, 60_000, -3000, 70_000, -70_000, 7, -7, 0.5]
        )
        #expect(try file.values(of: "bf16") == [1, -2])
        #expect(try file.values(of: "f16") == [1, -2, 0x1p-24, .infinity, 65_504, -0.0])
    }

    // Needs the goldens, which lie beside the project.
    @Test(
        "goldens agree with themselves; the manifest's deviations are used",
        .enabled(if: SharedFiles.has("goldens/det-r50-bdc-t@synth/outputs.safetensors"))
    )
    func goldens() throws {
        for name in ["occ-r50-bdc-t@synth", "det-r50-bdc-t@synth"] {
            let path = SharedFiles.path("goldens/\(name)/outputs.safetensors")
            let report = try OutputComparison.compare(reference: path, candidate: path)
            #expect(report.isExact)
            let neck = try #require(report.tensors.first { $0.name == "img_neck.0" })
            #expect(abs(neck.referenceDeviation - 2.6965737342834473) < 1e-9)
            #expect((report.occupancy == nil) == name.hasPrefix("det"))
            #expect((report.detections?.isComplete ?? false) == name.hasPrefix("det"))
        }
    }
}
