import Foundation
import Storage
import TestSupport
import Testing

/// Precisions with real processes: calibration, a run, and what is refused.
@Suite(
    "Precisions, end to end",
    .serialized,
    .enabled(if: Tool.isBuilt, "the programs are not built beside the tests")
)
struct PrecisionRunTests {
    @Test("A model is calibrated, a run in int8 is another run, and the labels are mostly those of fp32")
    func bytes() async throws {
        let fixture = try await Fixture.shared.value
        let calibrated = fixture.folder + "/calibrated.occmodel"
        let arguments = [
            "calibrate", "--model", fixture.model, "--dataset", fixture.dataset, "--version", "v1.0-mini", "--samples",
            "2",
        ]
        try await fixture.expect(0, arguments + ["--output", calibrated])
        let again = try await fixture.expect(0, arguments + ["--output", calibrated])
        #expect(again.errors.contains("scales from 2 samples") && again.errors.contains("it was there already"))

        let output = fixture.folder + "/int8"
        var run = fixture.runArguments(output: output, workers: 1) + ["--precision", "int8"]
        let refused = try await fixture.expect(2, run)
        #expect(refused.errors.contains("has no scales") && refused.errors.contains("occ-scheduler calibrate"))
        run[run.firstIndex(of: fixture.model)!] = calibrated
        try await fixture.expect(0, run)
        let manifest = try Fixture.run(inOutput: output).readManifest()
        #expect(manifest.precision == "int8")
        try await fixture.expect(0, ["verify", "--output", output])

        let exact = try Fixture.predictions(inOutput: fixture.reference)
        let found = try Fixture.predictions(inOutput: output)
        #expect(found.keys.sorted() == exact.keys.sorted())
        for (token, labels) in found {
            let wanted = try #require(exact[token])
            let agreeing = zip(labels, wanted).filter { $0 == $1 }.count
            #expect(Double(agreeing) / Double(wanted.count) > 0.9, "\(token): \(agreeing) of \(wanted.count)")
        }
        // The card came along, and its scores are those of fp32.
        let described = try await fixture.expect(0, ["describe-model", calibrated])
        #expect(
            described.output.contains(" in fp32 on ") && described.output.contains("no score of the card is of int8")
        )
    }

    @Test("Pictures that were resized are calibrated with where that is asked for, and refused else")
    func resized() async throws {
        let fixture = try await Fixture.shared.value
        let dataset = fixture.folder + "/resized"
        let (manager, tables) = (FileManager.default, "/v1.0-mini")
        try manager.createDirectory(atPath: dataset, withIntermediateDirectories: true)
        try manager.copyItem(atPath: fixture.dataset + tables, toPath: dataset + tables)
        try manager.createSymbolicLink(atPath: dataset + "/samples", withDestinationPath: fixture.dataset + "/samples")
        // The tables are of pictures twice as large.
        let path = dataset + tables + "/sample_data.json"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let doubled = text.replacing("\"width\" : 400", with: "\"width\" : 800")
            .replacing("\"height\" : 225", with: "\"height\" : 450")
        #expect(doubled != text)
        try Data(doubled.utf8).write(to: URL(fileURLWithPath: path))
        let arguments = [
            "calibrate", "--model", fixture.model, "--dataset", dataset, "--version", "v1.0-mini", "--samples", "1",
            "--output", fixture.folder + "/resized.occmodel",
        ]
        let refused = try await fixture.expect(2, arguments)
        #expect(refused.errors.contains("is 400 x 225 pixels") && refused.errors.contains("--rescale-intrinsics"))
        let made = try await fixture.expect(0, arguments + ["--rescale-intrinsics"])
        #expect(made.errors.contains("scales from 1 samples"))
    }

    @Test("A precision that is none is named with those that are")
    func typo() async throws {
        let fixture = try await Fixture.shared.value
        let output = fixture.folder + "/typo"
        let result = try await fixture.expect(
            2,
            fixture.runArguments(output: output) + ["--precision", "fp16"]
        )
        #expect(result.errors.contains("fp16") && result.errors.contains("int8"))
        let absent = try await fixture.expect(
            2,
            [
                "calibrate", "--model", fixture.folder + "/nothing", "--dataset", fixture.dataset, "--version",
                "v1.0-mini", "--output", fixture.folder + "/x",
            ]
        )
        #expect(absent.errors.contains("there is no model package"))
    }
}
