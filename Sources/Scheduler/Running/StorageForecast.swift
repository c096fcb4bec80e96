internal import Foundation
internal import JobQueue

/// What a run's predictions will take on the disk, estimated from its samples (`docs/storage-tiers.md`, "Forecast").
struct StorageForecast: Equatable {
    /// Bytes a sample where nothing was measured: small networks' labels and boxes take so much, larger networks' less.
    static let generalBytes = (labels: 30_000.0, boxes: 40_000.0)

    /// Samples that are still to be stored.
    let samples: Int
    /// Bytes of each.
    let bytesPerSample: Double
    /// Where that is from, in words.
    let source: String

    /// Estimates.
    ///
    /// - Parameters:
    ///   - measured: what earlier predictions of the same kind took; runs weigh by their samples.
    ///   - isDetection: whether the network predicts boxes.
    init(samples: Int, measured: [StoredSize], isDetection: Bool) {
        self.samples = samples
        let known = measured.reduce(0) { $0 + $1.samples }
        if known > 0 {
            bytesPerSample = Double(measured.reduce(0) { $0 + $1.byteCount }) / Double(known)
            source =
                "as \(known) samples of \(measured.count == 1 ? "one run" : "\(measured.count) runs") with this network took"
        } else {
            bytesPerSample = isDetection ? Self.generalBytes.boxes : Self.generalBytes.labels
            source = "a rough figure, as nothing of this network is stored yet"
        }
    }

    /// Bytes of all samples.
    var byteCount: Int64 { Int64((Double(samples) * bytesPerSample).rounded()) }

    /// One line, and a warning where it does not fit.
    ///
    /// - Parameters:
    ///   - freeBytes: room in the output folder; nil where the system does not say.
    ///   - output: the output folder.
    func lines(freeBytes: Int64?, in output: String) -> [String] {
        var lines = [
            "disk: about \(Self.text(byteCount)) of predictions, \(samples) samples of \(Self.text(Int64(bytesPerSample))) (\(source))"
                + (freeBytes.map { "; \(Self.text($0)) free in '\(output)'" } ?? "")
        ]
        if let freeBytes, freeBytes < byteCount {
            lines.append(
                "warning: that is more than is free: when the disk is full workers give their scenes back and leave. Make room"
                    + " (`occ-scheduler prune`), or choose another --output"
            )
        }
        return lines
    }

    /// A size in the unit that suits it, three digits.
    static func text(_ bytes: Int64) -> String {
        let units = ["bytes", "KB", "MB", "GB", "TB", "PB"]
        var (value, unit) = (Double(bytes), 0)
        while value >= 999.5, unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
        return String(format: unit == 0 || value >= 99.95 ? "%.0f " : value >= 9.995 ? "%.1f " : "%.2f ", value)
            + units[unit]
    }
}
