internal import OccInference
internal import Reporting
internal import Scenes

/// What a page says of a network beside its scores: what it was trained on and what it is not for.
struct CardSection {
    let card: ModelCard
    /// What stands above it.
    let heading: String

    /// The sections of a run and one beside it; one where both ran the same network.
    static func sections(_ content: ReportContent, _ other: ReportContent?) -> [HTML] {
        let isOne = other == nil || other?.digest == content.digest
        var sections: [HTML] = []
        if let card = content.card ?? (isOne ? other?.card : nil) {
            sections.append(CardSection(card: card, heading: isOne ? "The network" : "The network of A").html)
        }
        if !isOne, let card = other?.card {
            sections.append(CardSection(card: card, heading: "The network of B").html)
        }
        return sections
    }

    var html: HTML {
        var parts: [HTML] = ["<h2>\(heading)</h2>\n<p><b>\(card.title)</b></p>\n"]
        parts += Self.paragraphs(card.summary)
        if let text = card.trainedOn { parts += Self.paragraphs(text, lead: "Trained on: ") }
        if let text = card.notFor { parts += Self.paragraphs(text, lead: "Not for: ", tone: "bad") }
        if !card.scores.isEmpty {
            let rows: [[HTML]] = card.scores.map {
                ["\($0.name)", "\(Self.number($0.value))", "\($0.measuredIn.rawValue)", "\($0.on)"]
            }
            parts.append(HTML.table(["its maker's scores", "", "in", "on"], numbers: [1], rows))
        }
        if !card.rig.isEmpty {
            let rows: [[HTML]] = card.rig.sorted { $0.key < $1.key }.map { name, camera in
                [
                    "\(name)", "\(camera.width_px) × \(camera.height_px)", "\(Self.number(camera.focalX_px))",
                    "\(Self.number(camera.focalY_px))", "\(Self.number(camera.aboveGround_m))",
                    "\(Self.number(camera.yaw_deg))",
                ]
            }
            parts.append("<p>It was trained to see from these cameras:</p>\n")
            parts.append(
                HTML.table(
                    ["camera", "picture, px", "focal x, px", "focal y, px", "above ground, m", "yaw, °"],
                    numbers: [1, 2, 3, 4, 5],
                    rows
                )
            )
        }
        return "\(parts)"
    }

    private static func paragraphs(_ text: String, lead: String = "", tone: HTML = "") -> [HTML] {
        text.split(separator: "\n").enumerated().map { index, line in
            let start: HTML = index == 0 && !lead.isEmpty ? "<b class=\"\(tone)\">\(lead)</b>" : ""
            return "<p>\(start)\(String(line))</p>\n"
        }
    }

    /// A number as the card has it.
    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
    }
}
