internal import Foundation

/// The numbers of a run that people watch.
struct ProgressSnapshot: Equatable, Sendable {
    var scenesDone: Int64
    var scenesTotal: Int64
    var samplesDone: Int64
    var samplesTotal: Int64
    var failures: Int64
    var workers: Int
    var samplesPerSecond: Double?
    var remainingSeconds: Double?
    /// Whether nothing more is handed out until somebody says so.
    var isPaused = false
}

/// Draws a run's progress as one line of text.
enum ProgressLine {
    /// A line of at most `width` columns, with a bar where one is wanted and there is room for it.
    static func render(_ snapshot: ProgressSnapshot, width: Int, hasBar: Bool = true) -> String {
        var parts = [
            "\(snapshot.scenesDone)/\(snapshot.scenesTotal) scenes",
            "\(snapshot.samplesDone)/\(snapshot.samplesTotal) samples",
        ]
        if let rate = snapshot.samplesPerSecond { parts.append(String(format: "%.2f samples/s", rate)) }
        let isFinished = snapshot.samplesDone >= snapshot.samplesTotal
        if !isFinished {
            parts.append(snapshot.isPaused ? "paused" : "ETA " + (snapshot.remainingSeconds.map(duration) ?? "unknown"))
        }
        parts.append("\(snapshot.failures) failed")
        if !isFinished { parts.append(snapshot.workers == 1 ? "1 worker" : "\(snapshot.workers) workers") }
        let text = parts.joined(separator: " | ")
        let barWidth = min(30, width - text.count - 3)
        guard hasBar, barWidth >= 10 else { return String(text.prefix(width)) }
        let share = snapshot.samplesTotal > 0 ? Double(snapshot.samplesDone) / Double(snapshot.samplesTotal) : 1
        let filled = Int(Double(barWidth) * min(max(share, 0), 1))
        return "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: barWidth - filled) + "] "
            + text
    }

    /// A duration for people: "48s", "9m40s", "3h05m", "2d04h".
    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e9 else { return "unknown" }
        let total = Int(seconds.rounded())
        switch total {
        case ..<60: return "\(total)s"
        case ..<3600: return String(format: "%dm%02ds", total / 60, total % 60)
        case ..<86400: return String(format: "%dh%02dm", total / 3600, total / 60 % 60)
        default: return String(format: "%dd%02dh", total / 86400, total / 3600 % 24)
        }
    }
}
