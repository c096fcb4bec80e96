internal import ArgumentParser
internal import CommandSupport
internal import Foundation
internal import OccInference
internal import Scenes
internal import SystemSupport

/// `occ-worker bench`: seconds a keyframe by stage, on one core.
struct BenchCommand: AsyncParsableCommand, Interruptible {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure a model on this machine: seconds a keyframe by stage, one core, medians.",
        discussion: """
            Example: occ-worker bench --model m.occmodel --frames 5

            From JPEG files (six of 1600 x 900 a frame, made up) to what is stored. A network that reads earlier frames too is measured in \
            two ways by turns: in scene order, as workers go, and each keyframe by itself, as the published code does; both must \
            predict the same bytes.
            --profile prints every layer instead: milliseconds, multiply-accumulates a second, bytes of its feature maps, and with --peaks \
            (a file of ops/bench/peaks) the share of what the core can do at most.
            """
    )

    @Option(help: ArgumentHelp("Model package.", valueName: "file"))
    var model: String

    @Option(help: PrecisionArgument.help)
    var precision = Precision.fp32

    @Flag(help: "Decode pictures to fewer pixels, as `run --reduced-decoding` does.")
    var reducedDecoding = false

    @Option(help: ArgumentHelp("Keyframes to measure, after one that is not counted.", valueName: "n"))
    var frames: Int = 5

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    @Flag(help: "Print what every layer takes.")
    var profile = false

    @Option(
        help: ArgumentHelp("With --profile: the machine's peaks, which ops/bench/peaks measures.", valueName: "file")
    )
    var peaks: String?

    @OptionGroup var logs: LogOptions

    func validate() throws {
        guard profile || peaks == nil else { throw ValidationError("--peaks is for --profile") }
        try NumberRange.require(frames, in: 1...1000, "--frames")
    }

    var whatIsLeft: String { nothingIsLeft }

    func run() async throws {
        let machinePeaks = try peaks.map { try MachinePeaks(path: Paths.absolute($0)) }
        let package = try ModelFile.open(Paths.absolute(model))
        let preparing = MonotonicClock.nowSeconds
        let prepared = try PreparedModel(package, precision: precision)
        _ = try prepared.makeSession()
        let setupSeconds = MonotonicClock.nowSeconds - preparing

        let bench = Bench(frameCount: package.configuration.frames) { [reducedDecoding] in
            try NetworkPredictor(model: prepared, reducesDecoding: reducedDecoding)
        }
        let folder = NSTemporaryDirectory() + "occ-bench-\(UUID().uuidString)"
        Leftovers.add(folder)
        defer { Leftovers.settle(folder) { try? FileManager.default.removeItem(atPath: folder) } }
        let scene = try BenchScene(samples: bench.sampleCount(keyframes: frames), in: folder)
        if profile {
            let profile = try LayerProfile(
                prepared,
                scene: scene.frames,
                root: scene.folder,
                keyframes: frames,
                peaks: machinePeaks
            )
            Terminal.output(try json ? profile.json() : profile.text)
            return
        }
        let result = try bench.measure(scene.frames, root: scene.folder, keyframes: frames)
        Terminal.output(
            try json ? document(result, prepared, setupSeconds) : text(result, prepared, setupSeconds)
        )
    }

    private func document(_ result: Bench.Result, _ model: PreparedModel, _ setupSeconds: Double) throws -> String {
        func stages(_ way: Bench.Way) -> [String: Double] {
            Dictionary(uniqueKeysWithValues: way.stages.map { ($0.stage, $0.seconds) })
        }
        let document = Document(
            model: model.package.configuration.name,
            precision: model.precision.rawValue,
            kernels: model.kernelName,
            frames: frames,
            setupSeconds: setupSeconds,
            totalSeconds: result.inOrder.totalSeconds,
            stages: stages(result.inOrder),
            sessionBytes: model.sessionByteCount,
            rememberedBytes: model.rememberedByteCount,
            // Bytes that differ end the command with an error.
            anew: result.anew.flatMap { anew in
                result.ratio.map { ratio in
                    Document.Anew(
                        totalSeconds: anew.totalSeconds,
                        stages: stages(anew),
                        ratio: ratio,
                        isIdentical: true
                    )
                }
            }
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(document), as: UTF8.self) + "\n"
    }

    /// What `--json` prints; the keys are part of the command's contract.
    private struct Document: Encodable {
        struct Anew: Encodable {
            let totalSeconds: Double
            let stages: [String: Double]
            let ratio: Double
            let isIdentical: Bool
        }

        let model: String
        let precision: String
        let kernels: String
        let frames: Int
        let setupSeconds: Double
        let totalSeconds: Double
        let stages: [String: Double]
        let sessionBytes: Int
        let rememberedBytes: Int
        let anew: Anew?
    }

    private func text(_ result: Bench.Result, _ model: PreparedModel, _ setupSeconds: Double) -> String {
        let configuration = model.package.configuration
        var lines = [
            "\(configuration.name), \(model.precision.rawValue), kernels \(model.kernelName), one core, median of \(frames) frames"
        ]
        if let anew = result.anew, let ratio = result.ratio {
            lines[0] += ", each with \(configuration.frames - 1) earlier ones"
            lines.append(Self.line("", " scene order", "  each anew"))
            for (row, other) in zip(result.inOrder.stages, anew.stages) {
                lines.append(Self.line(row.stage, Self.seconds(row.seconds), Self.seconds(other.seconds)))
            }
            lines.append(
                Self.line("whole frame", Self.seconds(result.inOrder.totalSeconds), Self.seconds(anew.totalSeconds))
                    + String(format: "   ratio %.2f", ratio)
            )
            lines.append("every prediction is the same, byte for byte, both ways")
        } else {
            for row in result.inOrder.stages { lines.append(Self.line(row.stage, Self.seconds(row.seconds))) }
            lines.append(Self.line("whole frame", Self.seconds(result.inOrder.totalSeconds)))
        }
        lines.append(
            String(
                format: "set-up %.2f s once a process; %.0f MB of memory a slot",
                setupSeconds,
                Double(model.sessionByteCount) / 1e6
            )
        )
        if model.rememberedByteCount > 0 {
            lines[lines.count - 1] += String(
                format: ", %.0f MB of them for remembered frames",
                Double(model.rememberedByteCount) / 1e6
            )
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func seconds(_ value: Double) -> String { String(format: "%8.3f s", value) }

    private static func line(_ name: String, _ columns: String...) -> String {
        ([name.padding(toLength: 16, withPad: " ", startingAt: 0)] + columns).joined(separator: "  ")
    }
}
