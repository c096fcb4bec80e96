internal import Foundation
internal import SystemSupport

extension RecordingReport {
    /// The report for people; characters that would steer a terminal are shown as question marks.
    var text: String {
        let lines = head + [""] + topicLines + cameraLines + frameLines + unusedLines + [""] + verdict
        return lines.map { Self.plain($0) + "\n" }.joined()
    }

    static func plain(_ line: String) -> String {
        String(
            String.UnicodeScalarView(line.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 })
        )
    }

    private var head: [String] {
        var lines = ["\(file): \(ByteText.of(bytes))" + (library.isEmpty ? "" : ", written by \(library)")]
        if let start_ns, let start = Double(start_ns), let durationSeconds {
            let date = ISO8601DateFormatter().string(from: Date(timeIntervalSince1970: start / 1e9))
            lines.append("from \(date) (\(start_ns) ns) on for \(Self.number(durationSeconds)) s")
        }
        if !chunks.isEmpty {
            let kinds = chunks.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
            lines.append("chunks: \(kinds)" + (isEverythingRead ? "" : "; \(chunksRead) of them were looked at"))
        }
        if dataChecksumHolds == true { lines.append("the checksum of the data section holds") }
        if let cutPlace {
            lines.append(
                "CUT: the file ends inside the record at byte \(cutPlace): it was cut, or is still being written;"
                    + " what stands before is whole"
            )
        }
        lines += firstDamages.map { "DAMAGED: \($0)" }
        if damages > firstDamages.count { lines.append("DAMAGED: \(damages - firstDamages.count) more parts") }
        return lines
    }

    private var topicLines: [String] {
        let rows = topics.map { topic in
            [
                topic.name, topic.schema.isEmpty ? "-" : topic.schema, topic.messageEncoding, String(topic.messages),
                topic.messagesPerSecond.map(Self.number) ?? "-",
                topic.obstacle != nil ? "not used" : topic.content ?? "-",
            ]
        }
        let table = TextTable.render(
            header: ["topic", "type", "encoding", "messages", "a second", "holds"],
            rows: rows
        )
        return table.split(separator: "\n").map(String.init)
    }

    private var cameraLines: [String] {
        cameras.flatMap { camera in
            var lines = ["", "camera \(camera.topic)"]
            let size = camera.pictureSize.map { " of \($0[0]) x \($0[1]) pixels" } ?? ""
            if let pictures = camera.pictures { lines.append("  pictures: \(pictures)\(size)") }
            if let calibration = camera.calibration, let topic = camera.calibrationTopic {
                let model = calibration.model.isEmpty ? "no model" : calibration.model
                lines.append("  calibration: \(topic), \(calibration.width) x \(calibration.height), \(model)")
                for (name, numbers) in [("D", calibration.d), ("K", calibration.k), ("P", calibration.p)] {
                    lines.append(
                        "    \(name) " + (numbers.isEmpty ? "-" : numbers.map(Self.number).joined(separator: " "))
                    )
                }
            }
            lines.append("  frames: " + camera.frames.joined(separator: " -> "))
            if let ego = camera.egoFrame, let world = camera.worldFrame {
                lines.append("  the car is '\(ego)' and moves in '\(world)'")
            }
            lines += camera.remarks.map { "  note: \($0)" }
            if let obstacle = camera.obstacle { lines.append("  cannot be used: \(obstacle)") }
            return lines
        }
    }

    /// The frames as a tree, the children under their parents.
    private var frameLines: [String] {
        guard !frames.isEmpty else { return [] }
        let children = Dictionary(grouping: frames, by: \.parent)
        let known = Set(frames.map(\.child))
        var lines = ["", "frames"]
        var waiting = Set(frames.map(\.parent)).subtracting(known).sorted().reversed().map { ($0, 1, "") }
        var shown: Set<String> = []
        // Frames in a circle hang on no root and are not shown here; cameras name them.
        while let (name, level, remark) = waiting.popLast() {
            lines.append(String(repeating: "  ", count: level) + name + remark)
            guard shown.insert(name).inserted else { continue }
            for edge in (children[name] ?? []).reversed() {
                waiting.append((edge.child, level + 1, edge.moves ? "  (moves)" : "  (fixed)"))
            }
        }
        return lines
    }

    private var unusedLines: [String] {
        let named = topics.compactMap { topic in topic.obstacle.map { "  \(topic.name): \($0)" } }
        let failed = topics.compactMap { topic -> String? in
            guard topic.obstacle == nil, let failure = topic.firstFailure else { return nil }
            return "  \(topic.name): \(topic.failures) messages cannot be read; the first: \(failure)"
        }
        return named.isEmpty && failed.isEmpty ? [] : ["", "not used"] + named + failed
    }

    private var verdict: [String] {
        if cameras.isEmpty { return ["no topic of compressed pictures: nothing here can be labelled"] }
        if usableCameras == 0 { return ["none of \(cameras.count) cameras can be used"] }
        return ["\(usableCameras) of \(cameras.count) cameras can be used"]
    }

    /// Up to six digits, without zeros at the end.
    private static func number(_ value: Double) -> String { String(format: "%.6g", value) }
}
