internal import NuScenesJSON
internal import Scenes

/// One parsed line of a manifest; not to be kept beyond the next.
struct ManifestLine {
    /// Who owns the values.
    let reader: ManifestLineReader
    /// The manifest's path.
    let file: String
    /// The line's number, from 1.
    let number: Int
    /// Offset of its first byte in the file, and of the first byte after it.
    let bytes: Range<UInt64>
    /// The values on the line, parents before children.
    let values: UnsafeBufferPointer<jsl_value>

    /// What a value is, for people.
    func shown(_ index: Int) -> String {
        let value = values[index]
        switch value.kind {
        case JSL_NULL: return "null"
        case JSL_BOOLEAN: return value.integer != 0 ? "true" : "false"
        case JSL_INTEGER: return "\(value.integer)"
        case JSL_NUMBER: return "\(value.number)"
        case JSL_TEXT: return "\"\(text(index).prefix(60))\""
        case JSL_ARRAY:
            let items = children(of: index)
            let isShort = items.count <= 9 && items.allSatisfy { values[$0].kind.rawValue <= JSL_TEXT.rawValue }
            return isShort ? "[\(items.map(shown).joined(separator: ", "))]" : "a list of \(items.count)"
        default: return "an object of \(children(of: index).count)"
        }
    }

    /// The indices of a value's children.
    func children(of index: Int) -> [Int] {
        var found: [Int] = []
        var child = index + 1
        while child < Int(values[index].next) {
            found.append(child)
            child = Int(values[child].next)
        }
        return found
    }

    /// A string value.
    func text(_ index: Int) -> String { String(decoding: textBytes(index), as: UTF8.self) }

    /// The bytes of a string value.
    func textBytes(_ index: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: values[index].text, count: Int(values[index].text_length))
    }

    /// The key that a value has in its object.
    func key(_ index: Int) -> String { String(decoding: keyBytes(index), as: UTF8.self) }

    /// The bytes of the key that a value has in its object.
    func keyBytes(_ index: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: values[index].key, count: Int(values[index].key_length))
    }

    /// Whether a value is a string.
    func isText(_ index: Int) -> Bool { values[index].kind == JSL_TEXT }

    /// The number that a value is; 0 for any other.
    func number(_ index: Int) -> Double { values[index].number }

    /// Whether a value is a number.
    func isNumber(_ index: Int) -> Bool { values[index].kind == JSL_INTEGER || values[index].kind == JSL_NUMBER }

    /// The first child of the whole that has a key; nil where there is none.
    func first(_ key: StaticString) -> Int? {
        guard let whole = values.first, whole.kind == JSL_OBJECT else { return nil }
        let wanted = UnsafeRawBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount)
        var child = 1
        while child < values.count {
            if keyBytes(child).elementsEqual(wanted) { return child }
            child = Int(values[child].next)
        }
        return nil
    }

    /// Where a value stands, by keys and places: `images.front.t`, `boxes[2].wlh`; nil for the whole.
    func path(to wanted: Int) -> String? {
        guard wanted > 0 else { return nil }
        var path = ""
        var parent = 0
        // No deeper than the parser goes.
        while parent != wanted, parent < values.count {
            guard let (place, child) = children(of: parent).enumerated().first(where: { wanted < Int(values[$1].next) })
            else { break }
            if values[parent].kind == JSL_ARRAY {
                path += "[\(place)]"
            } else {
                path += (path.isEmpty ? "" : ".") + key(child).prefix(60)
            }
            parent = child
        }
        return path
    }

    /// A problem with a value of this line.
    func problem(
        _ kind: DatasetProblem.Kind,
        at index: Int = 0,
        key: String? = nil,
        found: String,
        advice: String
    ) -> DatasetProblem {
        let path = path(to: index)
        let whole = [path, key].compactMap { $0 }.joined(separator: ".")
        return DatasetProblem(
            kind,
            file: file,
            line: number,
            key: whole.isEmpty ? nil : whole,
            found: found,
            advice: advice
        )
    }

    /// A problem with a value of another type than is called for.
    func wrongType(at index: Int, wanted: String) -> DatasetProblem {
        problem(
            .wrongType,
            at: index,
            found: "it is \(shown(index))",
            advice: "write \(wanted)"
        )
    }
}
