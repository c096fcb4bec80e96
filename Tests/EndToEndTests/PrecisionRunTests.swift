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
