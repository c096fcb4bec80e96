/// `attribute.json`.
struct AttributeTable {
    /// Names of the attributes.
    private(set) var names: [String] = []
    private var indices = TokenIndex()

    /// Index of an attribute's name by its token, or nil.
    subscript(token: TokenKey) -> Int? { indices[token] }

    /// Reads the table of a folder.
    ///
    /// - Throws: `DatasetError` for a broken table or a duplicate token.
    static func read(folder: String) throws(DatasetError) -> AttributeTable {
        var table = AttributeTable()
        try TableScanner.scan(
            "\(folder)/attribute.json",
            fields: [.text("token"), .text("name")]
        ) { (row) throws(DatasetError) in
            try table.indices.insert(row, index: table.names.count)
            table.names.append(row.text(1))
        }
        return table
    }
}
