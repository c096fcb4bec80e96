internal import SystemSupport

extension ModelCard {
    /// The card for people at a terminal, in lines of at most 120 characters where words allow it.
    func lines() -> [String] {
        var lines = Self.wrapped("card", title) + Self.wrapped("", summary)
        if let trainedOn { lines += Self.wrapped("trained on", trainedOn) }
        if let network { lines += Self.wrapped("network", network) }
        if let notFor { lines += Self.wrapped("not for", notFor) }
        for (index, score) in scores.enumerated() {
            lines += Self.wrapped(
                index == 0 ? "scores" : "",
                "\(score.name): \(score.value) in \(score.measuredIn) on \(score.on)"
            )
        }
        guard !rig.isEmpty else { return lines }
        let rows = rig.sorted { $0.key < $1.key }.map { name, camera in
            [
                name, "\(camera.width_px) x \(camera.height_px)", "\(camera.focalX_px)", "\(camera.focalY_px)",
                "\(camera.aboveGround_m)", "\(camera.yaw_deg)",
            ]
        }
        let table = TextTable.lines(
            [["camera", "picture, px", "focal x", "focal y, px", "above ground, m", "yaw, deg"]] + rows,
            texts: 1
        )
        return lines + table.enumerated().map { index, line in Self.label(index == 0 ? "rig" : "") + line }
    }

    private static let labelWidth = 15

    private static func label(_ text: String) -> String {
        text + String(repeating: " ", count: max(1, labelWidth - text.count))
    }

    private static func wrapped(_ name: String, _ text: String) -> [String] {
        var lines: [String] = []
        for paragraph in text.split(separator: "\n") {
            var line = ""
            for word in paragraph.split(separator: " ") {
                if !line.isEmpty, line.count + 1 + word.count > 120 - labelWidth {
                    lines.append(line)
                    line = ""
                }
                line += (line.isEmpty ? "" : " ") + word
            }
            lines.append(line)
        }
        return lines.enumerated().map { index, line in label(index == 0 ? name : "") + line }
    }
}
