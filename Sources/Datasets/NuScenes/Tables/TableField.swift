internal import NuScenesJSON

/// A key that is wanted from every row of a table.
struct TableField {
    /// The key.
    let name: StaticString
    /// The type of its value.
    let kind: nsj_kind
    /// Whether rows may lack it or hold null.
    let optional: Bool

    /// A string.
    static func text(_ name: StaticString, optional: Bool = false) -> TableField {
        TableField(name: name, kind: NSJ_TEXT, optional: optional)
    }

    /// An integer.
    static func integer(_ name: StaticString, optional: Bool = false) -> TableField {
        TableField(name: name, kind: NSJ_INTEGER, optional: optional)
    }

    /// True or false.
    static func boolean(_ name: StaticString) -> TableField {
        TableField(name: name, kind: NSJ_BOOLEAN, optional: false)
    }

    /// An array of numbers or an array of such arrays.
    static func numbers(_ name: StaticString, optional: Bool = false) -> TableField {
        TableField(name: name, kind: NSJ_NUMBERS, optional: optional)
    }
}
