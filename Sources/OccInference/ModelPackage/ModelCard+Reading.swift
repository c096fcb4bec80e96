internal import Scenes

extension ModelCard {
    /// Reads a card from JSON, and refuses what does not belong into it.
    init(_ tree: JSONTree, source: String) throws {
        let card = try CardObject(tree, place: "", source: source)
        // Another version has other keys, so it comes first.
        let version = try card.number("formatVersion", in: 1...1_000_000)
        guard version == Double(Self.currentFormatVersion) else {
            throw card.error(
                "key 'formatVersion' is \(version), this program reads \(Self.currentFormatVersion); use a newer one"
            )
        }
        try card.checkKeys([
            "formatVersion", "network", "title", "summary", "trainedOn", "notFor", "scores", "rig",
        ])
        self.init(
            network: try card.has("network") ? card.line("network") : nil,
            title: try card.line("title"),
            summary: try card.paragraph("summary"),
            trainedOn: try card.has("trainedOn") ? card.paragraph("trainedOn") : nil,
            notFor: try card.has("notFor") ? card.paragraph("notFor") : nil
        )
        scores = try card.objects("scores", atMost: 100).map { score in
            try score.checkKeys(["name", "value", "on", "precision"])
            return Score(
                name: try score.line("name"),
                value: try score.number("value", in: -1e12...1e12),
                on: try score.line("on"),
                precision: try score.has("precision") ? score.precision("precision") : nil
            )
        }
        for (name, camera) in try card.members("rig", atMost: 64) {
            try camera.checkKeys(["width_px", "height_px", "focalX_px", "focalY_px", "aboveGround_m", "yaw_deg"])
            rig[name] = Camera(
                width_px: try camera.whole("width_px", in: 1...100_000),
                height_px: try camera.whole("height_px", in: 1...100_000),
                focalX_px: try camera.number("focalX_px", in: 1...1e6),
                focalY_px: try camera.number("focalY_px", in: 1...1e6),
                aboveGround_m: try camera.number("aboveGround_m", in: -100...100),
                yaw_deg: try camera.number("yaw_deg", in: -180...180)
            )
        }
    }
}

/// One object of a card, and where it stands.
private struct CardObject {
    private let members: [String: JSONTree]
    /// The keys that lead to it, with a point at the end; empty for the card itself.
    private let place: String
    private let source: String

    init(_ tree: JSONTree, place: String, source: String) throws {
        guard case .object(let members) = tree else {
            let what = place.isEmpty ? "the document" : "key '\(place.dropLast())'"
            throw ModelCardError(source: source, detail: "\(what) is \(tree.kind), an object is expected")
        }
        self.members = members
        self.place = place
        self.source = source
    }

    func error(_ detail: String) -> ModelCardError { ModelCardError(source: source, detail: detail) }

    func has(_ key: String) -> Bool { members[key] != nil }

    /// Refuses keys that nobody would read: most are misspelt.
    func checkKeys(_ known: [String]) throws {
        guard let stranger = members.keys.filter({ !known.contains($0) }).min() else { return }
        throw error(
            "key '\(place)\(CardText.shown(stranger))' is unknown here; known are \(known.joined(separator: ", "))"
        )
    }

    private func value(_ key: String) throws -> JSONTree {
        guard let value = members[key] else { throw error("key '\(place)\(key)' is missing") }
        return value
    }

    /// One line of text.
    func line(_ key: String) throws -> String { try text(key, atMost: 200, isLine: true) }

    /// A text that may have several lines.
    func paragraph(_ key: String) throws -> String { try text(key, atMost: 4000, isLine: false) }

    private func text(_ key: String, atMost most: Int, isLine: Bool) throws -> String {
        let found = try value(key)
        guard case .text(let text) = found else {
            throw error("key '\(place)\(key)' is \(found.kind), a text is expected")
        }
        guard !text.allSatisfy(\.isWhitespace) else { throw error("key '\(place)\(key)' is an empty text") }
        guard text.unicodeScalars.count <= most else {
            throw error("key '\(place)\(key)' has \(text.unicodeScalars.count) characters, \(most) are the most")
        }
        if let hidden = text.unicodeScalars.first(where: { !CardText.isShown($0) && (isLine || $0 != "\n") }) {
            throw error(
                "key '\(place)\(key)' holds the character U+\(CardText.code(hidden)), which is not shown; leave it out"
            )
        }
        return text
    }

    func precision(_ key: String) throws -> Precision {
        let text = try line(key)
        guard let precision = Precision(rawValue: text) else {
            let known = Precision.allCases.map(\.rawValue).joined(separator: ", ")
            throw error("key '\(place)\(key)' is '\(CardText.shown(text))', one of \(known) is expected")
        }
        return precision
    }

    func number(_ key: String, in range: ClosedRange<Double>) throws -> Double {
        let found = try value(key)
        guard case .number(let number) = found else {
            throw error("key '\(place)\(key)' is \(found.kind), a number is expected")
        }
        guard range.contains(number) else {
            throw error("key '\(place)\(key)' is \(number), \(range.lowerBound) to \(range.upperBound) is expected")
        }
        return number
    }

    func whole(_ key: String, in range: ClosedRange<Int>) throws -> Int {
        let number = try number(key, in: Double(range.lowerBound)...Double(range.upperBound))
        guard number == number.rounded() else {
            throw error("key '\(place)\(key)' is \(number), a whole number is expected")
        }
        return Int(number)
    }

    /// The objects of an array; none where the key is missing.
    func objects(_ key: String, atMost most: Int) throws -> [CardObject] {
        guard let found = members[key] else { return [] }
        guard case .list(let values) = found else {
            throw error("key '\(place)\(key)' is \(found.kind), an array is expected")
        }
        guard values.count <= most else {
            throw error("key '\(place)\(key)' has \(values.count) elements, \(most) are the most")
        }
        return try values.enumerated().map { index, value in
            try CardObject(value, place: "\(place)\(key)[\(index)].", source: source)
        }
    }

    /// The objects of an object, by name; none where the key is missing.
    func members(_ key: String, atMost most: Int) throws -> [(String, CardObject)] {
        guard let found = members[key] else { return [] }
        let object = try CardObject(found, place: "\(place)\(key).", source: source)
        guard object.members.count <= most else {
            throw error("key '\(place)\(key)' has \(object.members.count) keys, \(most) are the most")
        }
        return try object.members.sorted { $0.key < $1.key }.map { name, value in
            guard !name.isEmpty, name.count <= 100, name.unicodeScalars.allSatisfy(CardText.isShown) else {
                throw error("key '\(place)\(key)' has the key '\(CardText.shown(name))', which is no name of a camera")
            }
            return (name, try CardObject(value, place: "\(object.place)\(name).", source: source))
        }
    }
}

/// Which characters stand in a card.
private enum CardText {
    /// Whether a character is shown as it is: neither a control character nor one that turns the direction of what follows.
    static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: false
        case .format: ![0x202A...0x202E, 0x2066...0x2069].contains { $0.contains(scalar.value) }
        default: true
        }
    }

    /// At most forty characters, those that are not shown as question marks.
    static func shown(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(40) { result.append(isShown(scalar) ? scalar : "?") }
        return String(result)
    }

    static func code(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
