internal import Reporting

/// How fast a run was, and one beside it.
struct SpeedSection {
    let content: ReportContent
    let other: ReportContent?

    /// Scenes that are named as the slowest.
    private static let slowest = 5

    var html: HTML {
        let runs = [content] + (other.map { [$0] } ?? [])
        guard runs.contains(where: { $0.speed != nil }) else { return "" }
        let columns = other == nil ? [""] : ["A", "B"]
        func row(_ name: String, _ value: (RunSpeed) -> HTML) -> [HTML] {
            ["\(name)"] + runs.map { $0.speed.map(value) ?? "–" }
        }
        var rows = [
            row("seconds a sample, middle of the scenes") { "\($0.medianSecondsPerSample, digits: 2)" },
            row("scenes an hour") { "\($0.scenesPerHour, digits: 1)" },
            row("samples an hour") { "\($0.samplesPerHour, digits: 0)" },
            row("from the first claim to the last result") { "\(ProgressLine.duration($0.wallSeconds))" },
            row("of it with scenes in work") { "\(ProgressLine.duration($0.busySeconds))" },
            row("scenes in work at once, at most") { "\($0.slots)" },
            row("hosts") { "\(Self.hosts($0.hosts))" },
            row("scenes that these figures are of") { "\($0.scenes.count)" },
        ]
        for place in 0..<Self.slowest where runs.contains(where: { ($0.speed?.scenes.count ?? 0) > Self.slowest }) {
            rows.append(
                row(place == 0 ? "slowest scenes, seconds a sample" : "") { speed in
                    guard place < speed.scenes.count else { return "–" }
                    let scene = speed.scenes[place]
                    return "\(scene.secondsPerSample, digits: 2) \(scene.name)"
                }
            )
        }
        return """
            <h2>Speed</h2>
            \(HTML.table([""] + columns, rows))\
            <p class="soft">A sample's seconds are those from its pictures to its prediction in one slot. Hosts do not say how busy they \
            were with other work.</p>

            """
    }

    /// Names of hosts with their scenes, the busiest first.
    private static func hosts(_ hosts: [String: Int]) -> String {
        let sorted = hosts.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
        let named = sorted.prefix(3).map { "\($0.key) (\($0.value) scenes)" }.joined(separator: ", ")
        return "\(hosts.count): \(named)" + (sorted.count > 3 ? " and \(sorted.count - 3) more" : "")
    }
}
