internal import NuScenesJSON

/// What a value of a line is, where only that matters.
enum JSLKind {
    case object, list, yes, other

    init(_ line: ManifestLine, _ index: Int) {
        let value = line.values[index]
        switch value.kind {
        case JSL_OBJECT: self = .object
        case JSL_ARRAY: self = .list
        case JSL_BOOLEAN where value.integer != 0: self = .yes
        default: self = .other
        }
    }
}
