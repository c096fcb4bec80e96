internal import ArgumentParser
internal import CommandSupport
internal import Foundation
internal import ImageFiles
internal import OccInference
internal import SystemSupport

/// `occ-worker bench`: seconds a frame by stage, on one core.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure a model on this machine: seconds a frame by stage, one core, medians.",
        discussion: "Example: occ-worker bench --model m.occmodel --frames 5"
    )

    @Option(help: ArgumentHelp("Model package.", valueName: "file"))
    var model: String

    @Option(help: ArgumentHelp("Frames to measure, after one that is not counted.", valueName: "n"))
    var frames: Int = 5

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    func validate() throws {
        guard (1...1000).contains(frames) else { throw ValidationError("--frames must be 1 to 1000") }
    }

    func run() async throws {
        let package = try ModelPackage(path: Paths.absolute(model))
        let preparing = MonotonicClock.nowSeconds
        let prepared = try PreparedModel(package)
        let session = try prepared.makeSession()
        let setupSeconds = MonotonicClock.nowSeconds - preparing
        let input = try KeyframeInput(
            InferenceInputs.synthetic(frameCount: package.configuration.frames),
            frames: package.configuration.frames
        )
        var samples: [[(stage: String, seconds: Double)]] = []
        for frame in 0...frames {
            let decoding = try decodeSeconds(cameras: package.configuration.cameras)
            _ = try session.predict(input)
            if frame > 0 { samples.append([("decode, resize", decoding)] + session.lastTimings.rows) }
        }
        let medians = samples[0].indices.map { stage in
            (stage: samples[0][stage].stage, seconds: Self.median(samples.map { $0[stage].seconds }))
        }
        let total = Self.median(samples.map { $0.reduce(0) { $0 + $1.seconds } })
        if json {
            var document: [String: Any] = [
                "model": package.configuration.name, "kernels": prepared.kernelName, "frames": frames,
                "setupSeconds": setupSeconds, "totalSeconds": total, "sessionBytes": prepared.sessionByteCount,
            ]
            document["stages"] = Dictionary(uniqueKeysWithValues: medians.map { ($0.stage, $0.seconds) })
            let data = try JSONSerialization.data(withJSONObject: document, options: [.prettyPrinted, .sortedKeys])
            Terminal.output(String(decoding: data, as: UTF8.self) + "\n")
            return
        }
        Terminal.output(
            "\(package.configuration.name), kernels \(prepared.kernelName), one core, median of \(frames) frames\n"
        )
        for row in medians { Terminal.output(Self.line(row.stage, row.seconds)) }
        Terminal.output(Self.line("whole frame", total))
        Terminal.output(
            String(
                format: "set-up %.2f s once a process; %.0f MB of memory a slot\n",
                setupSeconds,
                Double(prepared.sessionByteCount) / 1e6
            )
        )
    }

    /// Decodes and shrinks one sample's pictures: six of 1600 x 900, as nuScenes has them.
    private func decodeSeconds(cameras: Int) throws -> Double {
        let preprocessor = try ImagePreprocessor()
        var pixels = [UInt8](repeating: 0, count: preprocessor.inputCount)
        let started = MonotonicClock.nowSeconds
        for _ in 0..<cameras {
            try Self.picture.withUnsafeBytes { jpeg in
                _ = try pixels.withUnsafeMutableBytes { try preprocessor.preprocess(jpeg, into: $0) }
            }
        }
        return MonotonicClock.nowSeconds - started
    }

    /// A picture with gradients and edges, so that decoding it costs about what a street costs.
    private static let picture: [UInt8] = {
        var pixels = [UInt8](repeating: 0, count: 1600 * 900 * 3)
        for y in 0..<900 {
            for x in 0..<1600 {
                let place = (y * 1600 + x) * 3
                let texture = (x &* 31 ^ y &* 17) & 31
                pixels[place] = UInt8(truncatingIfNeeded: x / 7 + texture)
                pixels[place + 1] = UInt8(truncatingIfNeeded: y / 4 + texture)
                pixels[place + 2] = UInt8(truncatingIfNeeded: (x / 40 + y / 40) % 2 * 90 + texture)
            }
        }
        let image = RGBImage(width: 1600, height: 900, pixels: pixels)
        return (try? JPEGEncoder().encode(image, quality: 90)) ?? []
    }()

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    private static func line(_ name: String, _ seconds: Double) -> String {
        name.padding(toLength: 16, withPad: " ", startingAt: 0) + String(format: "%8.3f s\n", seconds)
    }
}
