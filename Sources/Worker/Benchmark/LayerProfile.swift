internal import Foundation
internal import OccInference
internal import Scenes
internal import SystemSupport

/// What every layer of a network takes: medians over the keyframes of a scene, in scene order.
struct LayerProfile: Encodable, Equatable {
    /// One layer.
    struct Row: Encodable, Equatable {
        var layer: LayerTiming
        /// Share of what the core can do of its multiply-accumulates; nil without any, or without peaks.
        var shareOfPeak: Double?
    }

    var model: String
    var precision: Precision
    var kernels: String
    var keyframes: Int
    /// Median of whole keyframes, pictures to what is stored.
    var totalSeconds: Double
    var rows: [Row]
    /// The machine whose peaks the shares are of.
    var machine: String?

    /// Runs a scene's keyframes; the first with all its earlier frames is not counted.
    ///
    /// - Throws: what the predictor throws.
    init(_ model: PreparedModel, scene: SceneFrames, root: String, keyframes: Int, peaks: MachinePeaks?) throws {
        let session = try model.makeSession()
        session.isProfiling = true
        let predictor = try NetworkPredictor(network: session)
        predictor.startScene()
        let first = model.package.configuration.frames
        var totals: [Double] = []
        var runs: [[LayerTiming]] = []
        for sample in 0..<(first + keyframes) {
            let seconds = try predictor.predict(scene, sample: sample, datasetRoot: root).seconds
            guard sample >= first else { continue }
            totals.append(seconds)
            runs.append(session.lastLayers)
        }
        self.init(
            model: model.package.configuration.name,
            precision: model.precision,
            kernels: model.kernelName,
            keyframes: keyframes,
            totalSeconds: Self.median(totals),
            layers: Self.medians(runs),
            peaks: peaks
        )
    }

    /// Makes a profile of what was measured.
    init(
        model: String,
        precision: Precision,
        kernels: String,
        keyframes: Int,
        totalSeconds: Double,
        layers: [LayerTiming],
        peaks: MachinePeaks?
    ) {
        self.model = model
        self.precision = precision
        self.kernels = kernels
        self.keyframes = keyframes
        self.totalSeconds = totalSeconds
        machine = peaks?.machine
        rows = layers.map { layer in Row(layer: layer, shareOfPeak: peaks.flatMap { layer.share($0) }) }
    }

    /// Layer by layer the median; every keyframe runs the same layers.
    static func medians(_ runs: [[LayerTiming]]) -> [LayerTiming] {
        guard var rows = runs.first else { return [] }
        for place in rows.indices {
            rows[place].seconds = median(runs.compactMap { $0.indices.contains(place) ? $0[place].seconds : nil })
        }
        return rows
    }

    private static func median(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.sorted()[values.count / 2]
    }

    /// A table for people: the layers in the order of execution.
    var text: String {
        let all = rows.reduce(0) { $0 + $1.layer.seconds }
        var lines = [["layer", "stage", "ms", "%", "GMAC", "GMAC/s", "% of peak", "MB", "GB/s"]]
        for row in rows {
            let (layer, seconds) = (row.layer, max(row.layer.seconds, 1e-9))
            lines.append([
                layer.name, layer.stage, String(format: "%.2f", 1e3 * layer.seconds),
                String(format: "%.1f", 100 * layer.seconds / max(all, 1e-9)),
                layer.macs > 0 ? String(format: "%.3f", Double(layer.macs) / 1e9) : "",
                layer.macs > 0 ? String(format: "%.1f", Double(layer.macs) / 1e9 / seconds) : "",
                row.shareOfPeak.map { String(format: "%.0f", 100 * $0) } ?? "",
                String(format: "%.1f", Double(layer.tensorBytes) / 1e6),
                String(format: "%.1f", Double(layer.tensorBytes) / 1e9 / seconds),
            ])
        }
        let head =
            "\(model), \(precision.rawValue), kernels \(kernels), one core, median of \(keyframes) frames"
            + (machine.map { ", peaks of \($0)" }
                ?? "; --peaks FILE (ops/bench/peaks) adds shares of the machine's peak")
        let macs = rows.reduce(0) { $0 + Double($1.layer.macs) }
        let bytes = rows.reduce(0) { $0 + Double($1.layer.tensorBytes) }
        let tail = String(
            format: "all layers %.3f s, %.1f GMAC, %.2f GB of feature maps read and written; "
                + "whole frame with pictures %.3f s",
            all,
            macs / 1e9,
            bytes / 1e9,
            totalSeconds
        )
        return head + "\n" + TextTable.lines(lines, texts: 2).joined(separator: "\n") + "\n" + tail + "\n"
    }

    /// One JSON document.
    ///
    /// - Throws: nothing that its numbers do not forbid.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}

extension LayerTiming {
    /// Share of a core's peak that its multiply-accumulates reach.
    fileprivate func share(_ peaks: MachinePeaks) -> Double? {
        peaks.leastSeconds(
            fullPrecisionMACs: fullPrecisionMACs,
            element: element,
            binaryMACs: binaryMACs,
            binaryWeightMACs: binaryWeightMACs
        ).map { $0 / max(seconds, 1e-9) }
    }
}
